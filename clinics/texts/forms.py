"""The form of a clinic's text in one language: pasted text in, clean text out."""

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.domain.texts import TextNotReady, TextState, check_ready
from clinics.models import ClinicText
from clinics.texts.call_links import refuse_call_link, refuse_call_link_in_rows
from clinics.texts.languages import likely_languages
from letsconnect.base.fields import check_can_be_seen, column_label
from letsconnect.base.lines import one_line
from registrations.reference.typed_fields import language_field, show_first

_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_MANY_EMPTY_LINES = re.compile(r"\n{3,}")
PARTS = ("title", "audience", "summary", "preparation", "outcomes")


def clean_lines(text: str) -> str:
    """Return a text of several lines, each as `one_line` keeps it, with at most one empty line between two.

    Word ends lines with characters of its own, and puts invisible ones where it may break a word or turn the direction
    of writing. What spells a word stays, as a joiner in Persian does.
    """
    lines = [one_line(line) for line in _BREAKS.split(unicodedata.normalize("NFC", text))]
    return _MANY_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


class LinesFormField(forms.CharField):
    """A text of several lines, counted as it is stored: browsers send the end of a line as two characters.

    The browser is not told how much it takes, because it would cut off what is pasted without a word; we say it
    instead, and show all of it again.
    """

    widget = forms.Textarea
    default_validators = [check_can_be_seen]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        clean = clean_lines(text)
        # A text of invisible characters only is kept, to be refused, not treated as empty; so is one with NUL.
        return text if "\x00" in text or not clean else clean

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class TextForm(forms.ModelForm):
    """What a clinic is about, in the language of the text. Whether it is ready, a button says."""

    class Meta:
        model = ClinicText
        fields: tuple[str, ...] = PARTS
        field_classes = dict.fromkeys(PARTS[1:], LinesFormField)
        widgets = {
            "title": forms.TextInput,
            "audience": forms.Textarea(attrs={"rows": 3}),
            "summary": forms.Textarea(attrs={"rows": 8}),
            "preparation": forms.Textarea(attrs={"rows": 4}),
            "outcomes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, becomes: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._becomes = becomes or self.instance.state
        for name in self.fields.keys() & set(PARTS):
            attributes = self.fields[name].widget.attrs
            attributes.pop("maxlength", None)  # a browser cuts what is pasted without a word; the form says it
            attributes["dir"] = "auto"
            if self.instance.language:
                attributes |= {"lang": self.instance.language, "dir": self.instance.direction}

    def clean(self) -> dict[str, Any]:
        """Refuse at its field what is empty in a text that readers see."""
        cleaned = super().clean() or {}
        if self.state_of(cleaned) == TextState.READY and {"title", "summary"} <= cleaned.keys():
            try:
                check_ready(title=cleaned["title"], summary=cleaned["summary"])
            except TextNotReady as refusal:
                self.add_error("summary", str(refusal))
        if self.instance.clinic_id:  # else the rows of the clinic's own form say so
            refuse_call_link(self, self.instance.clinic)
        return cleaned

    def state_of(self, _cleaned: dict[str, Any]) -> str:
        """Return the state that the text will have."""
        return self._becomes


class OneLanguageForm(TextForm):
    """The text in one language, with the state it had when the form was opened: somebody else may change it."""

    stood = forms.ChoiceField(
        label=_("State"), choices=TextState, disabled=True, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["stood"] = self.instance.state


class FirstTextRows(forms.BaseInlineFormSet):
    """The first text of a clinic that is made with it, and whose link is typed on the same page."""

    def clean(self) -> None:
        super().clean()
        refuse_call_link_in_rows(self, self.instance)


class FirstTextForm(TextForm):
    """The text with which a clinic is made: it says its language, and whether it is ready."""

    language = language_field(label=column_label(ClinicText, "language"))

    class Meta(TextForm.Meta):
        fields = ("language", "state", *PARTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:  # not where it is only to be looked at
            show_first(self, "language", likely_languages())
            self.initial["language"] = self.initial.get("language") or get_language() or "en"

    def state_of(self, cleaned: dict[str, Any]) -> str:
        return str(cleaned.get("state", ""))
