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
        rows_named |= Q(*(_one_with(model, kept, word) for word in typed))
    if others:
        rows = model._base_manager.order_by().values_list("pk", *others)
        keys = {key for key, *texts in rows if _has_each(typed, texts)}
        rows_named |= Q(pk__in=any_of(sorted(keys)))
    return rows_named


def _one_with(model: type[Model], columns: list[str], word: str) -> Q:
    """Return the rows with this word in one of these columns.

    Those of a table the rows point at are looked for there: an OR across two tables has the database join them first.
    """
    by_way: dict[str, list[str]] = {}
    for column in columns:
        way, _step, rest = column.partition("__")
        by_way.setdefault(way if rest else "", []).append(rest or column)
    wanted = NOTHING
    for way, names in by_way.items():
        holds = Q(*((f"{name}__contains", word) for name in names), _connector=Q.OR)
        pointed_at: Any = model._meta.get_field(way).related_model if way else None
        wanted |= Q((f"{way}__in", pointed_at._base_manager.filter(holds).order_by().values("pk"))) if way else holds
    return wanted


def rows_addressed(model: type[Model], columns: tuple[str, ...], typed: str) -> Q | None:
    """Return the rows of which one of these columns is what was typed, in capital letters or small ones; None for none.

    They are the few of one address: looked for once here, not by each statement of a list among a hundred thousand."""
    if not columns or "@" not in typed:
        return None
    rows = model._base_manager.order_by().values_list("pk", flat=True)
    keys = list(rows.filter(_one_is(model, columns, typed)))
    return Q(pk__in=any_of(keys)) if keys else None


def _one_is(model: type[Model], columns: tuple[str, ...], typed: str) -> Q:
    wanted = NOTHING
    for column in columns:
        way, _step, name = column.rpartition("__")
        if way:
            pointed_at: Any = model._meta.get_field(way).related_model
            wanted |= Q((f"{way}__in", pointed_at._base_manager.filter((f"{name}__iexact", typed)).values("pk")))
        else:
            wanted |= Q((f"{name}__iexact", typed))
    return wanted


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
