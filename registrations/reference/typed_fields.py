"""Fields in which a language or a time zone is typed, instead of a list of hundreds to choose from.

What is sent is the text. It means one value or none: where it means none for certain, the field says so and shows the
few that fit, to choose from. With a script they are shown while one types (`static/js/find.js`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.zone_names import place_in_words
from letsconnect.base.zones import in_zone
from registrations.reference.finding import Finder, Found
from registrations.reference.finding_languages import LanguageFinder
from registrations.reference.finding_zones import ZoneFinder

_PICK = "-pick"  # ends the name of the field in which one of those found is chosen
_LONGEST = 200


class TypedChoiceInput(forms.TextInput):
    """A line to type in, with its frame. It shows the name of a value.

    Below a text that means no value for certain it shows the few that were found.
    """

    has_its_frame = True
    is_looked_up = True  # a script asks for what is found while one types

    def __init__(self, finder: Finder, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", **(attrs or {})})
        self.finder = finder
        self.kept = ""  # a value that stays even if no name leads to it
        self.choices_found: list[Found] = []
        self.likely: Sequence[str] = ()  # what a script shows before anything is typed

    @property
    def media(self) -> forms.Media:
        if not self.is_looked_up:
            return forms.Media(css={"all": ["css/find.css"]})
        scripts: list[Any] = [Script("js/find.js", defer=True)]  # the types know addresses only
        if self.likely:
            scripts.append(Script("js/first.js", defer=True))
        return forms.Media(css={"all": ["css/find.css"]}, js=scripts)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        typed, picked = data.get(name), data.get(f"{name}{_PICK}")
        if not picked or not isinstance(typed, str) or len(typed) > _LONGEST:
            return typed
        fitting = [choice.value for choice in self.finder.find(typed, _reader())]
        return picked if picked in fitting else typed  # they have typed on

    def format_value(self, value: Any) -> Any:
        if value and (value == self.kept or self.finder.knows(str(value))):
            return self.finder.label(str(value), _reader())
        return super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        attributes = context["widget"]["attrs"]
        if self.is_looked_up:
            attributes["data-find"] = reverse("registrations:find", args=[self.finder.name, _reader()])
        if self.likely:
            choices = [self.finder.as_choice(value, _reader())._asdict() for value in self.likely]
            attributes["data-first"] = json.dumps(choices, ensure_ascii=False)
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        given = attrs or {}
        context = {
            **self.beside(name, value),
            "line": super().render(name, value, attrs, renderer),
            "is_wrong": bool(given.get("aria-invalid")),
            "found": self.choices_found,
            "name": f"{name}{_PICK}",
            "id_of_line": given.get("id", ""),
            "id": f"{given.get('id', name)}{_PICK}",
        }
        return render_to_string("codex/typed.html", context)

    def beside(self, name: str, value: Any) -> dict[str, Any]:
        """Return what else the template shows for a value."""
        return {}


class ZoneInput(TypedChoiceInput):
    """A line for a place, which says what time it is there: nobody has to know the name of their time zone."""

    def beside(self, name: str, value: Any) -> dict[str, Any]:
        is_value = bool(value) and (value == self.kept or self.finder.knows(str(value)))
        return {
            "tells_clock": True,
            "city": place_in_words(str(value)) if is_value else "",
            "clock": f"{in_zone(timezone.now(), str(value)):%H:%M}" if is_value else "",
        }


class TypedChoiceField(forms.CharField):
    """A value of which the name is typed."""

    widget: TypedChoiceInput
    reads_a_language = True  # what a browser sends for one value differs from reader to reader

    def __init__(self, *, widget: TypedChoiceInput, **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST, widget=widget, **kwargs)
        self.finder = widget.finder

    def keep(self, value: str) -> None:
        """Take this value, which is stored, whatever it is."""
        self.widget.kept = value

    def label_of(self, text: str) -> str:
        """Return the name of the value that a text means, or the text where it means none for certain."""
        return self.finder.label(meant, _reader()) if text and (meant := self.value_of(text)) else text

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text or len(text) > _LONGEST:
            return text  # one too long is refused as such, and searched for nowhere
        if meant := self.value_of(text):
            return meant
        self.widget.choices_found = self.finder.find(text, _reader())
        code = "several" if self.widget.choices_found else "unknown"
        raise ValidationError(self.error_messages[code], code=code, params={"text": text})

    def value_of(self, text: str) -> str:
        kept, reader = self.widget.kept, _reader()
        if len(text) > _LONGEST:
            return ""
        if kept and text in (kept, self.finder.label(kept, reader)):
            return kept
        return self.finder.value_of(text, reader)

    def has_changed(self, initial: Any, data: Any) -> bool:
        text = str(data or "").strip()
        return str(initial or "") != (self.value_of(text) or text)


def keep_stored(form: forms.BaseForm, name: str, value: str) -> None:
    """Let the field of that name take what is stored, whatever it is."""
    _typed_field(form, name).keep(value)


def show_first(form: forms.BaseForm, name: str, values: Sequence[str]) -> None:
    """Let the field of that name show these, the most likely ones, to whoever comes to it."""
    _typed_field(form, name).widget.likely = values


def _typed_field(form: forms.BaseForm, name: str) -> TypedChoiceField:
    field = form.fields[name]
    if not isinstance(field, TypedChoiceField):
        raise TypeError(f"{name} is not a field in which a value is typed")
    return field


def language_field(*, attrs: Mapping[str, Any] | None = None, **kwargs: Any) -> TypedChoiceField:
    """Return a field for a spoken language."""
    texts = {
        "several": _("Please choose which language you mean by “%(text)s”."),
        "unknown": _(
            "We know no language called “%(text)s”. Try a few letters of its name, in your language or in its own."
        ),
    }
    return _field(TypedChoiceInput(LanguageFinder(), attrs), texts, kwargs)


def zone_field(*, attrs: Mapping[str, Any] | None = None, asks_for_own: bool = True, **kwargs: Any) -> TypedChoiceField:
    """Return a field for a time zone, by a city or a country; ``asks_for_own``: of whoever fills it in."""
    texts = {
        "several": _("Please choose which place you mean by “%(text)s”."),
        "unknown": _("We know no place called “%(text)s”. Try the nearest large city, or your country."),
    }
    return _field((ZoneInput if asks_for_own else TypedChoiceInput)(ZoneFinder(), attrs), texts, kwargs)


def _field(widget: TypedChoiceInput, texts: Mapping[str, Promise], kwargs: dict[str, Any]) -> TypedChoiceField:
    error_messages = {**texts, **kwargs.pop("error_messages", {})}
    return TypedChoiceField(widget=widget, error_messages=error_messages, **kwargs)


def _reader() -> str:
    return (get_language() or "en").split("-")[0]
