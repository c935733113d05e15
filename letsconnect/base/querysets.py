"""The querysets of our own tables where Django hands over plain ones."""

from typing import Any, TypeVar

from django.db.models import QuerySet

Own = TypeVar("Own", bound=QuerySet[Any])


def as_own(rows: QuerySet[Any], kind: type[Own]) -> Own:
    """Return the rows as the table's own kind of queryset, with its words to filter by: at the desk Django names it
    only a queryset."""
    if not isinstance(rows, kind):
        raise TypeError(f"{type(rows).__name__} is no {kind.__name__}")
    return rows
