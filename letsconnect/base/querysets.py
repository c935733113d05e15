"""Using a table's own kind of queryset where Django's types know only a plain one."""

from typing import Any, TypeVar

from django.db.models import QuerySet

Own = TypeVar("Own", bound=QuerySet[Any])


def as_own(rows: QuerySet[Any], kind: type[Own]) -> Own:
    """Return the rows as the table's own kind of queryset, so that mypy knows its filters, such as `visible_to`."""
    if not isinstance(rows, kind):
        raise TypeError(f"{type(rows).__name__} is no {kind.__name__}")
    return rows
