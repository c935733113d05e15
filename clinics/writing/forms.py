"""The form with which a planner writes to those who come: whom, and the words, once or in each language."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ACTIVE, RsvpState
from clinics.domain.people import ClinicRole
from clinics.domain.writing import FLOOR, ToWhom
from clinics.models import Clinic, ClinicMessageText
from clinics.texts.call_links import WordsToPeopleForm
from clinics.texts.languages import likely_languages
from letsconnect.base.choices import offer
from letsconnect.base.fields import longest
from letsconnect.base.languages import language_or_default
from letsconnect.base.lines import has_something_to_see
from registrations.reference.names import language_name
from registrations.reference.typed_fields import language_field, show_first


class WriteForm(WordsToPeopleForm):
    """Whom a planner writes to, and what, in one language of the portal at least."""

    states = forms.MultipleChoiceField(
        label=_("Those who signed up and are"),
        required=False,
        choices=[(state.value, state.label) for state in RsvpState if state in ACTIVE],
        widget=forms.CheckboxSelectMultiple,
    )
    listening = forms.ChoiceField(label=_("Of them only those who listen"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("The people of the clinic who said yes"),
        required=False,
        choices=ClinicRole,
        widget=forms.CheckboxSelectMultiple,
    )
    speaking = language_field(
        label=_("Only those who speak"),
        required=False,
        help_text=_("Their emails are in this language, or they say in their registration that they speak it."),
        attrs={"placeholder": _("whatever language")},
    )
    pressed = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        super().__init__(data, clinic=clinic)
        self.initial.setdefault("pressed", uuid4())
        self.initial.setdefault("states", [RsvpState.GOING.value])
        channels = [(row.language, row.language_in_words) for row in clinic.channels.all()]
        floor = language_name(clinic.floor_language, get_language() or "en")
        offer(self, "listening", [("", _("in whatever language")), (FLOOR, floor), *channels])
        show_first(self, "speaking", likely_languages())
        for code, _name in settings.LANGUAGES:
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject"), required=False, max_length=longest(ClinicMessageText, "subject")
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text"),
                required=False,
                max_length=longest(ClinicMessageText, "text"),
                widget=forms.Textarea(attrs={"rows": 8, "lang": code, "dir": "auto"}),
            )
            self.fields[f"subject_{code}"].widget.attrs.update({"lang": code, "dir": "auto"})

    def languages(self) -> Iterator[tuple[str, str, forms.BoundField, forms.BoundField, bool]]:
        """Yield each language with its two fields, the reader's own first, and whether it is open."""
        own = language_or_default(get_language() or "")
        for code, name in sorted(settings.LANGUAGES, key=lambda language: language[0] != own):
            subject, text = self[f"subject_{code}"], self[f"text_{code}"]
            yield code, str(name), subject, text, code == own or bool(subject.value() or text.value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("states") and not cleaned.get("roles"):
            self.add_error("states", ValidationError(_("Choose whom you write to."), code="nobody"))
        if cleaned.get("listening") and not cleaned.get("states"):
            self.add_error(
                "listening", ValidationError(_("Only those who signed up listen in a language."), code="seats")
            )
        written = [code for code, _name in settings.LANGUAGES if self._clean_language(code, cleaned)]
        if not written and not self.errors:
            own = language_or_default(get_language() or "")
            self.add_error(
                f"text_{own}", ValidationError(_("Write something, in one language at least."), code="empty")
            )
        return cleaned

    def _clean_language(self, code: str, cleaned: dict[str, Any]) -> bool:
        """Ask for both subject and text, or neither."""
        subject, text = cleaned.get(f"subject_{code}", ""), cleaned.get(f"text_{code}", "")
        has_subject, has_text = has_something_to_see(subject), has_something_to_see(text)
        if has_subject != has_text:
            missing = f"text_{code}" if has_subject else f"subject_{code}"
            if missing not in self.errors:
                self.add_error(missing, ValidationError(_("An email has a subject and a text."), code="half"))
        return has_subject and has_text

    @property
    def to_whom(self) -> ToWhom:
        cleaned = self.cleaned_data
        return ToWhom(tuple(cleaned["states"]), tuple(cleaned["roles"]), cleaned["listening"], cleaned["speaking"])

    @property
    def texts(self) -> dict[str, tuple[str, str]]:
        """Subject and text by language, of those in which something is written."""
        cleaned = self.cleaned_data
        pairs = {code: (cleaned[f"subject_{code}"], cleaned[f"text_{code}"]) for code, _name in settings.LANGUAGES}
        return {code: pair for code, pair in pairs.items() if has_something_to_see(pair[1])}

    def carried(self) -> list[tuple[str, Any]]:
        """Return what was typed, name by name, for the page that asks once more."""
        carried = []
        for name in self.fields:
            value = self[name].value()
            values = value if isinstance(value, list | tuple) else [value]
            carried += [(name, each) for each in values if each not in (None, "")]
        return carried
