"""The form above a report: its days."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.periods import FIRST_DAY, LONGEST, Period, year_before


class PeriodForm(forms.Form):
    """The first and the last day of a report; without them, the last year."""

    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, today: date) -> None:
        usual = year_before(today)
        self.usual = {"first_on": usual.first_on.isoformat(), "last_on": usual.last_on.isoformat()}
        super().__init__({name: data.get(name) or value for name, value in self.usual.items()})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first_on"), values.get("last_on")
        if first and first < FIRST_DAY:
            self.add_error("first_on", _("Nothing is counted before 2015. Please choose a later day."))
        elif first and last and last < first:
            self.add_error("last_on", _("The last day is before the first. Please choose a later one."))
        elif first and last and last - first > LONGEST:
            self.add_error("last_on", _("A report covers ten years at most. Please choose a shorter time."))
        return values

    def period(self) -> Period | None:
        """Return the days, or None where what was typed is no period."""
        return Period(self.cleaned_data["first_on"], self.cleaned_data["last_on"]) if self.is_valid() else None
