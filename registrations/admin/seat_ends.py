"""The form in which the last day of a seat is set."""

from datetime import UTC, date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def today() -> date:
    return timezone.now().astimezone(UTC).date()


class EndForm(forms.ModelForm):
    """The day on which a seat ends.

    It cannot be empty, because that would give the seat back, and it can only move earlier.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "until_on" in self.fields:
            self.fields["until_on"].required = True

    def clean_until_on(self) -> date:
        until_on = self.cleaned_data["until_on"]
        refusal = self.instance.why_not_end_on(until_on, today=today())
        if refusal and until_on != self.instance.until_on:
            raise forms.ValidationError(refusal)
        return until_on


class WorkingGroupEndForm(EndForm):
    """Shows beside the field what the action would refuse; the action checks again under a lock."""

    def clean_until_on(self) -> date:
        until_on = super().clean_until_on()
        if self.instance.is_last_coordinator(on=until_on):
            raise forms.ValidationError(_("This is the last coordinator: appoint another one first."))
        return until_on
