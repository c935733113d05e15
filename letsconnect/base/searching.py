"""Finding rows of a list by names and titles, however they are spelt: "nunez" finds Núñez, "احمد" أحمد."""

from typing import Any

from django.db.models import F, Model, Q, TextField

from letsconnect.base import folding
from letsconnect.base.fields import folded
from letsconnect.base.keys import key_or_none

MOST_WORDS = 8
NOTHING = Q(pk__in=())


def rows_called(model: type[Model], columns: tuple[str, ...], words: str) -> Q:
    """Return the rows in one of whose columns each of these words stands.

    A column that the database keeps folded is compared as it is; any other is folded for the comparison.
    """
    typed = folding.key(words[:200]).split()[:MOST_WORDS]
    if not typed:
        return NOTHING
    names = {f"text_{number}": _as_folded(model, column) for number, column in enumerate(columns)}
    named = Q()
    for word in typed:
        in_any = Q()
        for name in names:
            in_any |= Q(**{f"{name}__contains": word})
        named &= in_any
    return Q(pk__in=model._base_manager.alias(**names).filter(named).order_by().values("pk"))


def number_in(words: str) -> int | None:
    """Return the number of a row that was typed, as "12" or "#12"."""
    return key_or_none(words.strip().removeprefix("#"))


def _as_folded(model: type[Model], column: str) -> Any:
    *way, name = column.split("__")
    table: Any = model
    for step in way:
        table = table._meta.get_field(step).related_model
    field = table._meta.get_field(name)
    return F(column) if field.generated and isinstance(field.output_field, TextField) else folded(column)
