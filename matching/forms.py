"""Saying no, with a reason."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.domain import (
    WHY_DECLINED,
    WHY_REFUSED,
    WHY_WITHDRAWN,
    ClosedWhy,
    ReasonMissing,
    check_reason,
)


class ReasonForm(forms.Form):
    """A reason to choose, and words; "another reason" needs the words."""

    allowed: Iterable[ClosedWhy] = ()

    why = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].choices = [(why.value, why.label) for why in self.allowed]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "why" in values and "note" in values:
            try:
                check_reason(why=values["why"], note=values["note"], allowed=self.allowed)
            except ReasonMissing as missing:
                self.add_error("note", str(missing))
        return values


class RefuseForm(ReasonForm):
    allowed = WHY_REFUSED


class DeclineForm(ReasonForm):
    allowed = WHY_DECLINED


class WithdrawForm(ReasonForm):
    allowed = WHY_WITHDRAWN
