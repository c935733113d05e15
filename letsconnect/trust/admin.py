"""Who is on the trust team: coordinators appoint. Reports are not here; see `trust.views`."""

from datetime import date

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.trust import actions
from letsconnect.trust.models import TrustSeat
from registrations.models import Member


class TrustSeatForm(forms.ModelForm):
    """Says at the field what the action refuses."""

    by: Member

    def clean_member(self) -> Member:
        if self.cleaned_data["member"] == self.by:
            raise forms.ValidationError(_("Nobody appoints themselves to the trust team: ask another coordinator."))
        return self.cleaned_data["member"]

    def clean_until_on(self) -> date:
        until_on = self.cleaned_data["until_on"]
        if until_on is None or until_on <= self.instance.from_on:
            raise forms.ValidationError(_("A seat ends after the day it began."))
        return until_on


@admin.register(TrustSeat)
class TrustSeatAdmin(WorkingGroupAdmin):
    """Seats on the trust team; whoever gives or ends one reads nothing by that, and the team is told."""

    form = TrustSeatForm
    list_display = ["member", "from_on", "until_on"]
    list_select_related = ["member"]
    raw_id_fields = ["member"]
    ordering = ["until_on", "from_on"]

    def get_form(self, request: HttpRequest, obj: TrustSeat | None = None, **kwargs: object) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def get_fields(self, request: HttpRequest, obj: TrustSeat | None = None) -> list[str]:
        return ["member", "from_on", "until_on"] if obj else ["member"]

    def get_readonly_fields(self, request: HttpRequest, obj: TrustSeat | None = None) -> list[str]:
        if obj is None:
            return []
        return ["member", "from_on"] if obj.until_on is None else ["member", "from_on", "until_on"]

    def save_model(self, request: HttpRequest, obj: TrustSeat, form: TrustSeatForm, change: bool) -> None:
        now = timezone.now()
        if change:
            if obj.until_on is not None:
                actions.end_trust_seat(seat=obj, until_on=obj.until_on, by=request.user, now=now)
            return
        seat = actions.appoint_to_trust_team(member=obj.member, by=request.user, now=now)
        obj.pk = seat.pk
