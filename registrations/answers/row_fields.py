"""Fields that several questions with repeating rows share: a skill, and an hour of the day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import LongSelect


def skill_field() -> forms.TypedChoiceField:
    """Return the field for the skill that a row is about; the form gives it the skills to choose from."""
    return forms.TypedChoiceField(
        label=_("Skill"),
        coerce=int,
        empty_value=None,
        widget=LongSelect,
        error_messages={"required": _("Please choose the skill this is about.")},
    )


def hour_field(label: Any, *, missing: Any) -> forms.TimeField:
    """Return a field for an hour of the day in steps of a quarter; ``missing`` is said where it is left empty."""
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 900}),
        error_messages={"invalid": _("This is not an hour of the day. Write it as 18:30."), "required": missing},
    )
