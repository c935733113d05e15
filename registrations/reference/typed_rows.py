"""Fields in which a row of a table is typed, instead of a list that grows with the table: clinics, series, requests."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from letsconnect.base import folding
from registrations.reference.finding import AT_MOST, Found
from registrations.reference.typed_fields import TypedChoiceField, TypedChoiceInput

Rows = Callable[[], Iterable[tuple[int, str]]]

_NUMBER = re.compile(r"#(\d{1,18})")


class RowFinder:
    """Finds rows by what the desk calls them. They are read once for a form, and only where they are needed.

    A value is "#12": a text of digits alone may be a part of a name. Two rows that are called the same have their
    number behind it.
    """

    name = "rows"

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @cached_property
    def labels(self) -> dict[str, str]:
        rows = [(f"#{key}", str(label)) for key, label in self._rows()]
        often = Counter(folding.key(label) for _value, label in rows)
        return {value: f"{label} ({value})" if often[folding.key(label)] > 1 else label for value, label in rows}

    def knows(self, value: str) -> bool:
        return bool(_NUMBER.fullmatch(value)) and value in self.labels

    def find(self, text: str, reader: str) -> list[Found]:
        """Return the first few of which each of these words is a part."""
        return [Found(value, self.labels[value]) for value in self._fitting(text)[:AT_MOST]]

    def value_of(self, text: str, reader: str) -> str:
        """Return the row with this number, the only one that is called so, or the only one that was found."""
        if self.knows(text.strip()):
            return text.strip()
        key = folding.key(text)
        exact = [value for value, label in self.labels.items() if folding.key(label) == key]
        fitting = exact or self._fitting(text)
        return fitting[0] if len(fitting) == 1 else ""

    def as_choice(self, value: str, reader: str) -> Found:
        return Found(value, self.label(value, reader))

    def label(self, value: str, reader: str) -> str:
        return self.labels.get(value, value)

    def _fitting(self, text: str) -> list[str]:
        words = folding.key(text).split()
        keys = ((value, folding.key(label)) for value, label in self.labels.items())
        return [value for value, key in keys if all(word in key for word in words)] if words else []


class RowInput(TypedChoiceInput):
    """A line for a row; what is found is shown once the form is sent."""

    is_looked_up = False

    def format_value(self, value: Any) -> Any:
        return super().format_value(f"#{value}" if isinstance(value, int) else value)


class TypedRowField(TypedChoiceField):
    """A row of which the name is typed; its clean value is what ``row_of`` makes of its key, or None."""

    def __init__(self, *, row_of: Callable[[int], Any] = int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row_of = row_of

    def clean(self, value: Any) -> Any:
        meant = super().clean(value)
        return self.row_of(int(meant.removeprefix("#"))) if meant else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        text = str(data or "").strip()
        meant = self.value_of(text) if text else ""
        return str(initial or "") != (meant.removeprefix("#") or text)


def row_field(rows: Rows, **kwargs: Any) -> TypedRowField:
    """Return a field for one of these rows, each with what it is called."""
    texts = {
        "several": _("Please choose which one you mean by “%(text)s”."),
        "unknown": _("We find nothing called “%(text)s” to choose here. Try a part of the name."),
    }
    return TypedRowField(widget=RowInput(RowFinder(rows)), error_messages=texts, **kwargs)
