"""The words for a choice a row holds, as pages say them many times."""

from functools import cache
from typing import Any

from django.db.models import Field, Model


def label_of(row: Model, name: str) -> str:
    """Return what Django's `get_<name>_display` returns. That one translates every choice of the column to find one,
    each time; twenty rows with three such columns were a fifth of a page."""
    value = getattr(row, name)
    return str(_labels(row._meta.get_field(name)).get(value, value))


@cache
def _labels(field: "Field[Any, Any]") -> dict[Any, Any]:
    """The words of each value, not yet translated: they are read in the language of whoever asks."""
    return dict(field.flatchoices)
