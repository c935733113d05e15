"""Members and working-group seats."""

from datetime import date

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin
from registrations.actions import members as actions
from registrations.admin.looking import NotesLooks
from registrations.models import Member, WorkingGroupSeat


@admin.register(Member)
class MemberAdmin(NotesLooks, WorkingGroupAdmin):
    """Accounts, for coordinators only: addresses are here."""

    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    list_display = ["shown", "email", "language", "region", "joined_at", "is_active"]
    list_filter = ["region", "language", "is_active", "has_doubtful_address"]
    search_fields = ["name", "email", "public_id"]
    ordering = ["-joined_at"]
    fields = ["public_id", "name", "email", "language", "zone", "country", "region", "is_active", "joined_at"]

    @admin.display(description=_("name"))
    def shown(self, member: Member) -> str:
        return str(member)


class SeatForm(forms.ModelForm):
    """Says at the field what the action refuses; the action looks again under a lock."""

    def clean_until_on(self) -> date | None:
        until_on = self.cleaned_data["until_on"]
        if until_on is not None and until_on <= self.instance.from_on:
            raise forms.ValidationError(_("A seat ends after the day it began."))
        if until_on is not None and self.instance.is_last_coordinator():
            raise forms.ValidationError(_("This is the last coordinator: appoint another one first."))
        return until_on


@admin.register(WorkingGroupSeat)
class WorkingGroupSeatAdmin(WorkingGroupAdmin):
    """Who is a liaison of which region, who a coordinator, from when until when."""

    form = SeatForm
    list_display = ["member", "shown_region", "from_on", "until_on"]
    list_filter = ["region"]
    list_select_related = ["member"]
    raw_id_fields = ["member"]  # the autocomplete widget answers nonsense with a 500
    ordering = ["region", "from_on"]

    @admin.display(description=_("region"), ordering="region")
    def shown_region(self, seat: WorkingGroupSeat) -> str:
        return seat.get_region_display() or _("all (coordinator)")

    def get_fields(self, request: HttpRequest, obj: WorkingGroupSeat | None = None) -> list[str]:
        return ["member", "region", "from_on", "until_on"] if obj else ["member", "region", "from_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: WorkingGroupSeat | None = None) -> list[str]:
        return ["member", "region", "from_on"] if obj else []

    def save_model(self, request: HttpRequest, obj: WorkingGroupSeat, form: SeatForm, change: bool) -> None:
        """Let an action write; where two coordinators raced, the admin shows the seat there is."""
        now = timezone.now()
        if change:
            seat = actions.end_seat(seat=obj, until_on=obj.until_on, by=request.user, now=now)
        else:
            seat = actions.appoint(member=obj.member, region=obj.region, from_on=obj.from_on, by=request.user, now=now)
        obj.pk = seat.pk
