"""Members, for coordinators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.opened_lists import ListOfSeats
from registrations.admin.closing import ClosesAccounts
from registrations.domain.registrations import LookKind
from registrations.models import Member


@admin.register(Member)
class MemberAdmin(ClosesAccounts, WorkingGroupAdmin):
    """Accounts, for coordinators only, because addresses are shown."""

    shows, look, look_at_list = ("",), LookKind.ACCOUNT, LookKind.ACCOUNTS
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    list_display = ["shown", "email", "language", "region", "joined_at", "is_active"]
    list_columns = ("name", "public_id", "email", "language", "region", "joined_at", "is_active")
    list_filter = ["region", "language", "is_active", "has_doubtful_address"]
    search_fields = ["name", "email", "public_id"]
    ordering = ["-joined_at"]
    fields = [
        "public_id",
        "name",
        "email",
        "language",
        "zone",
        "country",
        "region",
        "is_active",
        "closed_at",
        "closed_by",
        "joined_at",
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ListOfSeats]:
        return ListOfSeats

    @admin.display(description=_("name"))
    def shown(self, member: Member) -> str:
        return str(member)
