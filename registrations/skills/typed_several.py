"""A field in which several skills are typed: those chosen so far as boxes, and lines for some more."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registrations.models import SkillQuerySet
from registrations.reference.typed_fields import TypedChoiceInput
from registrations.skills.finder import SkillFinder
from registrations.skills.names import names_of
from registrations.skills.typed import WORDS

LINES = 3


class SkillsInput(forms.Widget):
    """Boxes of what is chosen, ticked, and a few lines to type in. What a line means becomes a box.

    The value is the list of the keys; what means no skill for certain stays in its line.
    """

    has_its_frame = True
    allow_multiple_selected = True
    use_fieldset = True

    def __init__(self, finder: SkillFinder, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(dict(attrs or {}))
        self.finder = finder
        self.not_understood: list[str] = []

    @property
    def media(self) -> forms.Media:
        return TypedChoiceInput(self.finder).media

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return ""  # a group has no element of its own that a label could lead to

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        chosen, self.not_understood = list(_all_of(data, name)), []
        for number in range(LINES):
            text = TypedChoiceInput(self.finder).value_from_datadict(data, files, _line(name, number)) or ""
            text = str(text).strip()
            if text and (meant := self._value_of(text)):
                chosen.append(meant)
            elif text:
                self.not_understood.append(text)
        return list(dict.fromkeys(chosen))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False  # boxes that nobody ticked are not sent

    def format_value(self, value: Any) -> list[str]:
        return [str(getattr(row, "pk", row)) for row in value or []]

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        given = dict(attrs or {})
        base = given.pop("id", "") or f"id_{name}"
        keys = [int(key) for key in self.format_value(value) if key.isdecimal() and len(key) < 19]
        names = names_of(keys)
        boxes = [(key, names[key], f"{base}-{key}") for key in keys if key in names]
        lines = []
        for number in range(LINES):
            line = TypedChoiceInput(self.finder, {"class": "vTextField"})
            text = self.not_understood[number] if number < len(self.not_understood) else ""
            if text:
                line.choices_found = self.finder.find(text, _reader())
            else:
                given.pop("aria-invalid", None)
            attributes = {
                **given,
                "id": f"{base}-line-{number}",
                "aria-label": _("Another skill"),
                "placeholder": _("Another skill"),
            }
            lines.append(line.render(_line(name, number), text, attributes, renderer))
        context = {"name": name, "boxes": boxes, "lines": lines}
        return render_to_string("codex/typed_several.html", context)

    def _value_of(self, text: str) -> str:
        return self.finder.value_of(text, _reader()) if len(text) <= 200 else ""


class SkillsField(forms.ModelMultipleChoiceField):
    """Several of these skills; its clean value is the rows."""

    reads_a_language = True

    def __init__(self, among: SkillQuerySet, **kwargs: Any) -> None:
        super().__init__(among, widget=SkillsInput(SkillFinder(among)), **kwargs)

    def clean(self, value: Any) -> Any:
        rows = super().clean(value)
        widget = self.widget
        texts = widget.not_understood if isinstance(widget, SkillsInput) else []
        if texts:
            asked_about = [(text, widget.finder.find(text, _reader())) for text in texts]
            raise ValidationError(
                [
                    ValidationError(WORDS[code], code=code, params={"text": text})
                    for text, choices in asked_about
                    for code in ["several" if choices else "unknown"]
                ]
            )
        return rows


def _all_of(data: Any, name: str) -> list[str]:
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
    return [str(value) for value in values if str(value).strip()]


def _line(name: str, number: int) -> str:
    return f"{name}-line-{number}"


def _reader() -> str:
    return (get_language() or "en").split("-")[0]
