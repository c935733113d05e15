"""The choices of a form's field: those known only when the form is made, and long lists that are drawn once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.choices import BaseChoiceIterator, normalize_choices

EMPTY = ("", "—")  # the first choice of a list from which nothing is chosen yet


def offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Let people choose from these in the field of that name."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is not a field with choices")
    field.choices = choices


class KeptChoices(BaseChoiceIterator):
    """Choices in one language that many rows or pages share: what the form renderer draws of them is kept in `drawn`.

    They never change, so a list of all languages is read and drawn once for each language of the portal.
    """

    def __init__(self, choices: Iterable[Any]) -> None:
        self._choices = list(normalize_choices(choices))
        self.drawn: dict[type[forms.Select], Any] = {}

    def __iter__(self) -> Iterator[Any]:
        return iter(self._choices)


@dataclass(frozen=True)
class KeptGroups:
    """What a template reads of a list to choose from, made only if one reads it: our renderer has drawn the options."""

    widget: forms.Select
    choices: KeptChoices
    name: str
    value: list[str]
    attrs: dict[str, Any] | None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.widget.optgroups(self.name, self.value, self.attrs))


class LongSelect(forms.Select):
    """A list to choose from that is not drawn anew each time, if its choices are `KeptChoices`."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        if not isinstance(self.choices, KeptChoices):
            return super().get_context(name, value, attrs)
        context = forms.Widget.get_context(self, name, value, attrs)
        context["widget"]["optgroups"] = KeptGroups(self, self.choices, name, context["widget"]["value"], attrs)
        return context
