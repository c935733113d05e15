"""Read-only rows of one registration: offers, wishes and languages."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy

from letsconnect.base.admin import DeskInline
from registrations.models import Offer, SpokenLanguage, Wish
from registrations.reference.names import language_name


class ReadInline(DeskInline, admin.TabularInline):
    """Rows of the registration, read-only."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    has_change_permission = has_add_permission


class OfferInline(ReadInline):
    model = Offer
    fields = ["skill", "level", "would_host"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Offer]:
        return super().get_queryset(request).select_related("skill").prefetch_related("skill__skill_names")


class WishInline(ReadInline):
    model = Wish
    fields = ["skill", "priority", "why"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Wish]:
        return super().get_queryset(request).select_related("skill").prefetch_related("skill__skill_names")


class LanguageInline(ReadInline):
    model = SpokenLanguage
    fields = ["shown", "level", "is_preferred"]
    readonly_fields = ["shown"]

    @admin.display(description=gettext_lazy("language"))
    def shown(self, row: SpokenLanguage) -> str:
        return language_name(row.code, get_language() or "en")
