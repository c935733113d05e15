"""What a planner fills in to find the hour of a clinic."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import MAX_MINUTES, MIN_MINUTES, ClinicState
from clinics.domain.finding import LONGEST_DAYS, WHOLE, HoursAsked
from clinics.models import Clinic, ClinicHourRules
from clinics.planning.zones import likely_zones
from letsconnect.base.hours import next_monday
from letsconnect.base.zones import in_zone
from registrations.reference.typed_fields import keep_stored, show_first, zone_field

AHEAD = timedelta(days=14)  # before which people can hardly be invited any more
USUAL_DAYS = 28
STEP = 15  # minutes


class FindHourForm(forms.Form):
    """Days, length, weight and zone. It is asked by GET: finding changes nothing, and the address can be sent on."""

    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Eight weeks at most, both days included."),
    )
    zone = zone_field(label=_("By the clock of"), help_text=_("A large city or the country."), asks_for_own=False)
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=MIN_MINUTES, max_value=MAX_MINUTES, step_size=STEP
    )
    weight = forms.IntegerField(
        label=_("How much past nights count"),
        min_value=0,
        max_value=WHOLE,
        help_text=_("From 0 (only the number of people counts) to 1000. The working group has set the first value."),
    )
    two = forms.BooleanField(label=_("Also look for two hours, for two editions"), required=False)

    def __init__(self, *args: Any, clinic: Clinic, now: datetime, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        monday = next_monday(in_zone(now + AHEAD, zone).date())
        self.initial = {
            "first_on": monday,
            "last_on": monday + timedelta(days=USUAL_DAYS - 1),
            "zone": zone,
            "minutes": in_whole_quarters(clinic.minutes),
            "weight": ClinicHourRules.objects.current().night_weight,
        }
        self.fields["minutes"].disabled = clinic.state != ClinicState.DRAFT  # a move changes the start only
        keep_stored(self, "zone", zone)
        show_first(self, "zone", likely_zones())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first_on, last_on = cleaned.get("first_on"), cleaned.get("last_on")
        if not first_on or not last_on:
            return cleaned
        if last_on < first_on:
            self.add_error("last_on", ValidationError(_("The last day is before the first."), code="order"))
        elif last_on - first_on >= timedelta(days=LONGEST_DAYS):
            self.add_error("last_on", ValidationError(_("These are more than eight weeks."), code="long"))
        elif first_on.year > self.now.year + 5:
            self.add_error("first_on", ValidationError(_("This is more than five years ahead."), code="far"))
        elif cleaned.get("zone") and self.asked(cleaned).bounds(self.now) is None:
            self.add_error("last_on", ValidationError(_("All of these days are over."), code="over"))
        return cleaned

    def asked(self, cleaned: dict[str, Any]) -> HoursAsked:
        return HoursAsked(
            first_on=cleaned["first_on"],
            last_on=cleaned["last_on"],
            zone=cleaned["zone"],
            minutes=cleaned.get("minutes") or MIN_MINUTES,
            weight=cleaned.get("weight") or 0,
        )


def in_whole_quarters(minutes: int) -> int:
    """Return the length to look for: hours are found in quarters, and a clinic of 50 minutes takes four of them."""
    return -(-minutes // STEP) * STEP


class HourRulesForm(forms.ModelForm):
    """The rules as they stand; saving is the action's."""

    class Meta:
        model = ClinicHourRules
        fields = ("night_weight", "burden_days")
