"""Using a table's own kind of queryset where Django's types know only a plain one; long lists of keys; totals."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Aggregate, Count, Func, IntegerField, JSONField, Min, Model, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

Own = TypeVar("Own", bound=QuerySet[Any])


def as_own(rows: QuerySet[Any], kind: type[Own]) -> Own:
    """Return the rows as the table's own kind of queryset, so that mypy knows its filters, such as `visible_to`."""
    if not isinstance(rows, kind):
        raise TypeError(f"{type(rows).__name__} is no {kind.__name__}")
    return rows


def remember(row: Model, name: str, rows: Iterable[Model]) -> None:
    """Let ``row.name.all()`` be these rows without asking again, as it does what ``prefetch_related`` read."""
    related = getattr(row, name).all()
    related._result_cache, related._prefetch_done = list(rows), True
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = related


def any_of(keys: Iterable[int]) -> Func:
    """Return what a key is looked for in: ``filter(registration__in=any_of(keys))``.

    All keys are one parameter. A list would have each of them prepared on its own, which is slow for thousands.
    """
    template = "SELECT UNNEST(%(expressions)s::bigint[])"
    return Func(Value(list(keys)), template=template, output_field=IntegerField())


def in_one_row(rows: QuerySet[Any], **totals: "Aggregate | Func[Any]") -> QuerySet[Any, Any]:
    """Return what ``rows.aggregate(**totals)`` computes as the only row of a query; no row where ``rows`` has none."""
    row: QuerySet[Any, Any] = rows.order_by().values(in_all=Value(1)).annotate(**totals).values_list(*totals)
    return row


def how_many(rows: QuerySet[Any], *, of: Aggregate | None = None) -> Coalesce:
    """Return what ``rows.count()`` returns as a column of another query, to count several tables in one; or how many
    ``of`` something."""
    return Coalesce(Subquery(in_one_row(rows, count=of or Count("pk"))), 0)


def how_many_since(rows: QuerySet[Any], moment: Any) -> Subquery:
    """Return how many rows there are, and the earliest ``moment`` of one, as one column of another query: a list of the
    number and a text. It is None where there is no row."""
    both = Func(Count("pk"), Min(moment), function="jsonb_build_array", output_field=JSONField())
    return Subquery(in_one_row(rows, both=both))
