"""Using a table's own kind of queryset where Django's types know only a plain one, and long lists of keys."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Func, IntegerField, QuerySet, Value

Own = TypeVar("Own", bound=QuerySet[Any])


def as_own(rows: QuerySet[Any], kind: type[Own]) -> Own:
    """Return the rows as the table's own kind of queryset, so that mypy knows its filters, such as `visible_to`."""
    if not isinstance(rows, kind):
        raise TypeError(f"{type(rows).__name__} is no {kind.__name__}")
    return rows


def any_of(keys: Iterable[int]) -> Func:
    """Return what a key is looked for in: ``filter(registration__in=any_of(keys))``.

    All keys are one parameter. A list would have each of them prepared on its own, which is slow for thousands.
    """
    template = "SELECT UNNEST(%(expressions)s::bigint[])"
    return Func(Value(list(keys)), template=template, output_field=IntegerField())
