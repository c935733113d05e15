"""The form of what came of a clinic."""

from typing import Any

from django import forms

from clinics.models import Clinic
from clinics.texts.call_links import refuse_call_link
from clinics.texts.forms import LinesFormField
from clinics.texts.languages import languages_to_choose
from letsconnect.base.choices import LongSelect, offer


class OutcomeForm(forms.ModelForm):
    """How many people were there, and a summary; its language is the spoken one unless somebody says otherwise."""

    class Meta:
        model = Clinic
        fields = ("head_count", "outcome_language", "outcome")
        field_classes = {"outcome": LinesFormField}
        widgets = {"outcome": forms.Textarea(attrs={"rows": 12}), "outcome_language": LongSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "outcome_language", languages_to_choose())
        self.initial["outcome_language"] = self.instance.outcome_language or self.instance.floor_language
        attributes = self.fields["outcome"].widget.attrs
        attributes |= {"dir": "auto", "lang": self.initial["outcome_language"]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_call_link(self, self.instance)
        return cleaned

    @classmethod
    def of(cls, clinic: Clinic) -> "OutcomeForm":
        """Return the form as the clinic stands."""
        return cls(instance=clinic)
