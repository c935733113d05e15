"""The form of what came of a clinic."""

from typing import Any

from django import forms

from clinics.models import Clinic
from clinics.texts.call_links import refuse_call_link
from clinics.texts.forms import LinesFormField
from clinics.texts.languages import likely_languages
from letsconnect.base.fields import column_label
from registrations.reference.typed_fields import keep_stored, language_field, show_first


class OutcomeForm(forms.ModelForm):
    """How many people were there, and a summary; its language is the spoken one unless somebody says otherwise."""

    outcome_language = language_field(label=column_label(Clinic, "outcome_language"), required=False)

    class Meta:
        model = Clinic
        fields = ("head_count", "outcome_language", "outcome")
        field_classes = {"outcome": LinesFormField}
        widgets = {"outcome": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_stored(self, "outcome_language", self.instance.outcome_language)
        show_first(self, "outcome_language", likely_languages())
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
