"""Members, for coordinators."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.numbers_read import read_numbers
from letsconnect.base.opened_lists import ListOfSeats
from letsconnect.base.zone_names import zone_in_words
from registrations.admin.closing import ClosesAccounts
from registrations.domain.looks import LookKind
from registrations.models import Member


@admin.register(Member)
class MemberAdmin(ClosesAccounts, WorkingGroupAdmin):
    """Accounts, for coordinators only, because addresses are shown."""

    shows, look, look_at_list = ("",), LookKind.ACCOUNT, LookKind.ACCOUNTS
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    columns_read_together = {**WorkingGroupAdmin.columns_read_together, "shown": "names_of_rows"}
    list_display = ["shown", "email", "language", "region", "joined_at", "is_active"]
    on_phones = ("shown", "email", "region", "joined_at", "is_active")
    list_columns = ("name", "public_id", "email", "language", "region", "joined_at", "is_active")
    list_filter = ["region", "language", "is_active", "has_doubtful_address"]
    search_folded = ("folded_name",)
    search_fields = ["email", "public_id"]
    ordering = ["-joined_at"]
    fields = [
        "public_id",
        "name",
        "email",
        "language",
        "clock",
        "country",
        "region",
        "is_active",
        "closed_at",
        "closed_by",
        "joined_at",
        "letters_to_them",
    ]
    readonly_fields = ["clock", "letters_to_them"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ListOfSeats]:
        return ListOfSeats

    @admin.display(description=_("emails"))
    def letters_to_them(self, member: Member) -> str:
        address = reverse("admin:mailings_letter_changelist", query={"person": member.pk})
        return format_html('<a href="{}">{}</a>', address, gettext("Emails to this person"))

    @admin.display(description=_("time zone"))
    def clock(self, member: Member) -> str:
        return zone_in_words(member.zone)

    @admin.display(description=_("name"))
    def shown(self, member: Member) -> str:
        return self.names_of_rows([member])[0]

    def names_of_rows(self, rows: Sequence[Member]) -> list[str]:
        read_numbers(rows)
        return [member.name_at_desk for member in rows]
