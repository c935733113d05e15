"""The form about an hour that is over: did you meet, was it useful, what next, notes, thanks."""

from collections.abc import Collection
from copy import deepcopy
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import offer
from letsconnect.base.fields import longest
from matching.domain.feedback import (
    SAID_OF_HOURS,
    WHY_NOT_A_FIT,
    DayNotPossible,
    Happened,
    Next,
    NotSaid,
    check_day,
    check_words,
)
from matching.domain.matches import ReasonMissing
from matching.models import Feedback, Match


class FeedbackForm(forms.Form):
    """One side's feedback on one hour; it asks what next only with ``can_go_on``, while the two are connected."""

    happened = forms.ChoiceField(label=_("Did you meet?"), widget=forms.RadioSelect)
    useful = forms.TypedChoiceField(
        label=_("How useful was it for you?"),
        choices=[
            ("", _("I would rather not say")),
            ("1", _("1: not at all")),
            ("2", "2"),
            ("3", "3"),
            ("4", "4"),
            ("5", _("5: very much")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Only if you met."),
    )
    next_ = forms.ChoiceField(
        label=_("What would you like next?"),
        choices=[("", _("I do not know yet")), *Next.choices],
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "“We are done” completes the match when both of you say so. It does so too when you have met and "
            "the other says nothing else within a week. “We are not a good fit” ends it at once. The other "
            "is told kindly, and not why."
        ),
    )
    why = forms.ChoiceField(
        label=_("If you are not a good fit: why?"),
        choices=[("", "–"), *((why.value, why.label) for why in WHY_NOT_A_FIT)],
        required=False,
        help_text=_("The working group reads it to find better matches; the other person does not."),
    )
    why_note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=longest(Match, "closed_note"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    thanks = forms.CharField(
        label=_("A word of thanks to the other"),
        required=False,
        max_length=longest(Feedback, "thanks"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They get it in an email and read it on the page of your match."),
    )
    note = forms.CharField(
        label=_("Notes for yourself"),
        required=False,
        max_length=longest(Feedback, "note"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Nobody else reads them, not even the working group."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        given: Feedback | None,
        can_go_on: bool,
        sayable: Collection[Happened] = SAID_OF_HOURS,
    ) -> None:
        super().__init__(data, initial=_as_typed(given) if given is not None else {})
        self._sayable = sayable
        offer(self, "happened", [(word.value, word.label) for word in sayable])
        if not can_go_on:
            for name in ("next_", "why", "why_note"):
                del self.fields[name]

    def stored_beside(self, given: Feedback) -> list[tuple[str, str]]:
        """Return what is stored where it differs from what was typed here, each with the label of its field."""
        return [
            (str(self[name].label), str(dict(getattr(self.fields[name], "choices", ())).get(value, value)))
            for name, value in _as_typed(given).items()
            if name in self.fields and value != (self[name].value() or "").strip()
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        if values["happened"] != Happened.YES:
            values["useful"] = None  # chosen before the radio button above was changed
        if values.get("next_", "") != Next.NOT_A_FIT:
            values["why"] = values["why_note"] = ""
        try:
            check_words(
                happened=values["happened"],
                useful=values["useful"],
                next_=values.get("next_", ""),
                why=values["why"],
                why_note=values["why_note"],
                sayable=self._sayable,
            )
        except ReasonMissing as missing:
            self.add_error("why", str(missing))
        except NotSaid as refusal:
            self.add_error(None, str(refusal))
        return values


class MeetingForm(forms.Form):
    """On which day two met outside the portal."""

    on = forms.DateField(
        label=_("The day you met"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Choose the day you met."),
            "invalid": _("This is not a day of the calendar. Write it as 2026-12-31."),
        },
    )

    is_another = forms.BooleanField(label=_("We met twice: this is another meeting"), required=False)

    def __init__(self, data: Any = None, *, first: date, last: date) -> None:
        super().__init__(data)
        if "is_another" not in self.data:
            del self.fields["is_another"]
        self._first, self._last = first, last
        self.fields["on"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def ask_whether_another(self, why: str) -> None:
        """Say why this may be a meeting that was told of already, beside the box that says it is not."""
        self.fields["is_another"] = deepcopy(self.base_fields["is_another"])
        self.add_error("on", why)

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        try:
            check_day(day, first=self._first, last=self._last)
        except DayNotPossible as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return day


def _as_typed(given: Feedback) -> dict[str, str]:
    """Return what somebody said of an hour as they would type it into the form."""
    return {
        "happened": given.happened,
        "useful": "" if given.useful is None else str(given.useful),
        "next_": given.next,
        "thanks": given.thanks,
        "note": given.note,
    }
