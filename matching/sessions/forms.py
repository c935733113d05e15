"""The forms of an hour: times to propose, the link to the call, why it is cancelled."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import offer
from letsconnect.base.fields import longest
from letsconnect.base.templatetags.when import moment_in_words
from letsconnect.base.typed_links import validate_typed_link
from letsconnect.base.wall_clock import NotOneMoment, meanings, moment_of
from letsconnect.base.zones import in_zone
from matching.domain import sessions
from matching.domain.sessions import (
    LATEST,
    MAX_TIMES,
    MINUTES,
    USUAL_MINUTES,
    WHY_CANCELLED_BY_PERSON,
    ChosenTime,
    TimeNotPossible,
)
from matching.models import Session
from matching.sessions.hours import clock_beside, offset, value_of

NUMBERS = range(1, MAX_TIMES + 1)


def _moment(value: str) -> datetime:
    """Return the moment that a form sends as text; ValidationError for text that no form of ours sends."""
    try:
        moment = datetime.strptime(value, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValidationError(_("This is not a time of ours. Please choose again."), code="moment") from error
    if moment.minute % 15 or not 2000 <= moment.year <= 2200:
        raise ValidationError(_("This is not a time of ours. Please choose again."), code="moment")
    return moment


class PickedTimes(forms.MultipleChoiceField):
    """Moments ticked among the hours in common; one that is not among them any more gets an error of its own."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[datetime]:
        return [_moment(text) for text in dict.fromkeys(self.to_python(value))]


class WhichMoment(forms.ChoiceField):
    """Which of two moments is meant by a time that comes twice; it has choices only once such a time was typed."""

    widget = forms.RadioSelect

    def clean(self, value: Any) -> datetime | None:
        return _moment(str(value)) if value else None


class TimesForm(forms.Form):
    """Up to three times: ticked among the hours in common, or typed by the reader's own clock."""

    picked = PickedTimes(label=_("Hours you have in common"), required=False)
    minutes = forms.TypedChoiceField(
        label=_("How long it lasts"),
        coerce=int,
        initial=USUAL_MINUTES,
    )
    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        zone: str,
        other_zone: str,
        other: str,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.other_zone, self.other, self.now = zone, other_zone, other, now
        offer(
            self, "minutes", [(minutes, gettext("%(minutes)d minutes") % {"minutes": minutes}) for minutes in MINUTES]
        )
        for number in NUMBERS:
            self.fields[f"day_{number}"] = forms.DateField(
                label=_("Day"),
                required=False,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **self._days()}),
            )
            self.fields[f"clock_{number}"] = forms.TimeField(
                label=_("Time"),
                required=False,
                widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            )
            self.fields[f"meant_{number}"] = WhichMoment(label=_("Which one is meant?"), required=False)
        self.times: list[ChosenTime] = []

    def _days(self) -> dict[str, str]:
        first, last = in_zone(self.now, self.zone).date(), in_zone(self.now + LATEST, self.zone).date()
        return {"min": first.isoformat(), "max": last.isoformat()}

    def typed(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField | None]]:
        """Return the rows for typing: day, time, and the question which one is meant where it has come up."""
        rows = []
        for number in NUMBERS:
            question = self.fields[f"meant_{number}"]
            is_asked = isinstance(question, WhichMoment) and bool(question.choices)
            meant = self[f"meant_{number}"] if is_asked else None
            rows.append((self[f"day_{number}"], self[f"clock_{number}"], meant))
        return rows

    def has_typed(self) -> bool:
        """Tell whether anything stands in the rows for typing."""
        return any(day.value() or clock.value() for day, clock, _meant in self.typed())

    def ticked(self) -> list[str]:
        """Return the values ticked so far."""
        value = self["picked"].value()
        return list(value) if isinstance(value, list | tuple) else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        moments = [moment for moment in cleaned.get("picked", []) if self._is_possible(moment, "picked")]
        moments += [moment for number in NUMBERS if (moment := self._typed_moment(number, cleaned)) is not None]
        self.times = [ChosenTime(moment, self.zone) for moment in sorted(moments)]
        if not self.errors:
            try:
                sessions.check_times(self.times, now=self.now)
            except TimeNotPossible as refusal:
                self.add_error(None, str(refusal))
        return cleaned

    def _typed_moment(self, number: int, cleaned: dict[str, Any]) -> datetime | None:
        names = day, clock, meant = f"day_{number}", f"clock_{number}", f"meant_{number}"
        if any(name in self.errors for name in names):
            return None
        on, at = cleaned.get(day), cleaned.get(clock)
        if on is None and at is None:
            return None
        if on is None or at is None:
            self.add_error(day if on is None else clock, _("Give both the day and the time."))
            return None
        if not self._is_near(on, day):
            return None
        wall = datetime.combine(on, at)
        return self._resolved(wall, cleaned.get(meant), day=day, clock=clock, meant=meant)

    def _resolved(
        self, wall: datetime, choice: datetime | None, *, day: str, clock: str, meant: str
    ) -> datetime | None:
        if wall.minute % 15:
            self.add_error(clock, _("Choose a quarter of an hour, such as 14:00, 14:15, 14:30 or 14:45."))
            return None
        choices = meanings(wall, self.zone)
        if len(choices) > 1:
            offer(self, meant, [(value_of(moment), self._in_words(moment)) for moment in choices])
        try:
            moment = moment_of(wall, self.zone, meant=choice)
        except NotOneMoment as refusal:
            self.add_error(meant, str(refusal.question))
            return None
        return moment if self._is_possible(moment, day) else None

    def _in_words(self, moment: datetime) -> str:
        local = in_zone(moment, self.zone)
        mine = f"{local:%H:%M} ({offset(local)})"
        theirs = clock_beside(moment, mine=self.zone, theirs=self.other_zone)
        words = {"mine": mine, "theirs": theirs, "name": self.other}
        return gettext("%(mine)s, which is %(theirs)s for %(name)s") % words if theirs else mine

    def _is_near(self, day: Any, field: str) -> bool:
        """Refuse days far away before they are turned into moments: at the ends of the calendar some have none."""
        noon = datetime.combine(day, time(12), tzinfo=UTC) if 1 < day.year < 9999 else None
        if noon is None or abs(noon - self.now) > LATEST + timedelta(days=2):
            past = noon is not None and noon < self.now
            self.add_error(field, _("This day is past.") if past else _("Choose a day within the next six weeks."))
            return False
        return True

    def _is_possible(self, moment: datetime, field: str) -> bool:
        try:
            sessions.check_time(moment, now=self.now)
        except TimeNotPossible as refusal:
            self.add_error(
                field, f"{moment_in_words(moment, self.zone)}: {refusal}" if field == "picked" else str(refusal)
            )
            return False
        return True


class CallLinkForm(forms.Form):
    """Where the two will talk."""

    link = forms.CharField(
        label=_("Link to the call"),
        required=False,
        max_length=longest(Session, "call_link"),
        validators=[validate_typed_link],
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "dir": "ltr"}),
        help_text=_("Any service you both like. Only the two of you see it, on this page and in no email."),
    )


class CancelSessionForm(forms.Form):
    """Why an hour is cancelled, for us; and a word to the other person, for them."""

    why = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("A word to the other person"),
        required=False,
        max_length=longest(Session, "cancelled_note"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("They read it in the email. They do not see the reason above."),
    )
    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "why", _labelled(WHY_CANCELLED_BY_PERSON))


class ChosenTimeForm(forms.Form):
    """One of the proposed times, and what the page showed when it was chosen."""

    starts_at = forms.CharField(max_length=20)
    seen = forms.CharField(required=False, max_length=60)

    def clean_starts_at(self) -> datetime:
        return _moment(self.cleaned_data["starts_at"])


class SeenForm(forms.Form):
    """What the page showed when a button was pressed."""

    seen = forms.CharField(required=False, max_length=60)


def _labelled(reasons: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(reason.value, reason.label) for reason in reasons]
