"""The few fields of the pages about one's own participation."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _


class UntilForm(forms.Form):
    """The first day on which the person takes part again; the domain decides whether that day is allowed."""

    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("On this day you take part again."),
        error_messages={
            "required": _("Please choose the day on which you take part again."),
            "invalid": _("This is not a day of the calendar. Write it as 2026-12-31."),
        },
    )

    def until_date(self) -> date:
        return self.cleaned_data["until"]


class WithdrawForm(forms.Form):
    """Whether clinic places, which need no registration, are given back too."""

    leaves_clinics = forms.BooleanField(label=_("Give back my seats at clinics, too"), required=False)
