"""Members and working-group seats."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base import acts
from letsconnect.base.admin import WorkingGroupAdmin
from registrations.models import Member, WorkingGroupSeat


@admin.register(Member)
class MemberAdmin(WorkingGroupAdmin):
    """Accounts, for coordinators only: addresses are here."""

    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    list_display = ["shown", "email", "language", "region", "joined_at", "is_active"]
    list_filter = ["region", "language", "is_active"]
    search_fields = ["name", "email", "public_id"]
    ordering = ["-joined_at"]
    fields = ["public_id", "name", "email", "language", "zone", "country", "region", "is_active", "joined_at"]

    @admin.display(description=_("name"))
    def shown(self, member: Member) -> str:
        return str(member)


@admin.register(WorkingGroupSeat)
class WorkingGroupSeatAdmin(WorkingGroupAdmin):
    """Who is a liaison of which region, who a coordinator, from when until when."""

    list_display = ["member", "shown_region", "from_on", "until_on"]
    list_filter = ["region"]
    list_select_related = ["member"]
    autocomplete_fields = ["member"]
    ordering = ["region", "from_on"]

    @admin.display(description=_("region"), ordering="region")
    def shown_region(self, seat: WorkingGroupSeat) -> str:
        return seat.get_region_display() or _("all (coordinator)")

    def get_readonly_fields(self, request: HttpRequest, obj: WorkingGroupSeat | None = None) -> list[str]:
        return ["member", "region", "from_on"] if obj else []

    def save_model(self, request: HttpRequest, obj: WorkingGroupSeat, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        acts.record(by=request.user, verb="change_seat" if change else "appoint", on=obj, now=timezone.now())
        messages.info(request, _("A seat opens the admin at once and closes it on its last day."))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[WorkingGroupSeat]:
        return super().get_queryset(request).select_related("member")
