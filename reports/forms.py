"""The form above a report: its year."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.periods import Period, year_so_far, years


class PeriodForm(forms.Form):
    """The year of a report; without one, that of the last month that is over."""

    def __init__(self, data: Any, *, today: date) -> None:
        self.today = today
        there = [str(year) for year in years(today)]
        super().__init__({"year": data.get("year") or there[0]})
        self.fields["year"] = forms.ChoiceField(label=_("Year"), choices=[(year, year) for year in there])

    def period(self) -> Period | None:
        """Return the days, or None where what was typed is no year."""
        return year_so_far(int(self.cleaned_data["year"]), today=self.today) if self.is_valid() else None
