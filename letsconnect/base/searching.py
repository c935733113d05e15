"""Finding rows of a list by names and titles, however they are spelt: "nunez" finds Núñez, "احمد" أحمد."""

from typing import Any

from django.db.models import Model, Q

from letsconnect.base import folding
from letsconnect.base.keys import key_or_none
from letsconnect.base.querysets import any_of

MOST_WORDS = 8
NOTHING = Q(pk__in=())


def rows_called(model: type[Model], columns: tuple[str, ...], words: str) -> Q:
    """Return the rows in whose columns each of these words stands.

    A column that the database keeps folded is compared there. Any other is read and folded here, which remembers what
    it folded: the database needs a tenth of a millisecond for each text. So it is for some thousands of rows at most.
    """
    typed = folding.key(words[:200]).split()[:MOST_WORDS]
    if not typed:
        return NOTHING
    kept = [column for column in columns if _is_kept_folded(model, column)]
    others = [column for column in columns if column not in kept]
    rows_named = NOTHING
    if kept:
        each = (Q(*((f"{column}__contains", word) for column in kept), _connector=Q.OR) for word in typed)
        rows_named |= Q(pk__in=model._base_manager.filter(*each).order_by().values("pk"))
    if others:
        rows = model._base_manager.order_by().values_list("pk", *others)
        keys = {key for key, *texts in rows if _has_each(typed, texts)}
        rows_named |= Q(pk__in=any_of(sorted(keys)))
    return rows_named


def _has_each(words: list[str], texts: list[str | None]) -> bool:
    line = " ".join([folding.key(text) for text in texts if text])
    return all(word in line for word in words)


def number_in(words: str) -> int | None:
    """Return the number of a row that was typed, as "12" or "#12"."""
    return key_or_none(words.strip().removeprefix("#"))


def _is_kept_folded(model: type[Model], column: str) -> bool:
    """Tell whether the database keeps this column as it is compared: it makes it itself."""
    *way, name = column.split("__")
    table: Any = model
    for step in way:
        table = table._meta.get_field(step).related_model
    return bool(table._meta.get_field(name).generated)
