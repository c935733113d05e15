"""Read a list of the desk as it opens by SQL that is written once in a process (`statements`).

Most lists are read as they open: the first page, not searched, filtered or sorted. Nothing but the reader and their
seats decides then what stands there, and writing the SQL anew was a third of the page. Any other page of a list is read
as Django does it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any, Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from django.contrib.admin.filters import AllValuesFieldListFilter, FieldListFilter
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import get_last_value_from_parameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Aggregate, Count, Field, Max, Min, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from letsconnect.base import versions
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.desk_list import DeskList
from letsconnect.base.querysets import in_one_row
from letsconnect.base.statements import StatementOfSeats

Desk = WorkingGroupAdmin[Any]
MOST_YEARS = 20  # of which there is something in each: further ones are looked for
_PARTS = ("day", "month", "year")  # in the order of the alphabet, as they stand in Django's links
_FORMATS = {"month": "YEAR_MONTH_FORMAT", "day": "MONTH_DAY_FORMAT"}
_in_words_of_django = gettext  # a name that `makemessages` passes over: the text is in Django's own catalogue


class _ReadsNothing(HttpRequest):
    """The request of a reader who stands for all readers with the same seats: of their list only the SQL is wanted."""


class OpenedList(DeskList):
    """A list that is read by SQL that is kept, while it is as it opens.

    A desk names it in ``get_changelist`` if its rule, its filters and its order ask for nothing but the reader and
    their seats: no day, no language, no setting.
    """

    asks_who_reads = True
    days: "_Days | None" = None  # of a list as it opens

    _unfiltered: "QuerySet[Any] | None"
    _filtered: "QuerySet[Any] | None"

    def __init__(self, request: HttpRequest, model: type[Model], *parts: Any) -> None:
        self._request = request
        self._is_as_it_opens = not request.GET and request.method != "POST"  # a button shows no rows
        if self._is_as_it_opens:
            parts = tuple(_DeskWithoutRows(part) if isinstance(part, WorkingGroupAdmin) else part for part in parts)
        super().__init__(request, model, *parts)

    @property
    def root_queryset(self) -> "QuerySet[Any]":
        """The rows without any filter, as Django writes them."""
        if self._unfiltered is None:
            self._unfiltered = self.model_admin.get_queryset(self._request)
        return self._unfiltered

    @root_queryset.setter
    def root_queryset(self, rows: Any) -> None:
        self._unfiltered = rows

    @property
    def queryset(self) -> "QuerySet[Any]":
        """The rows of all pages, as Django writes them: for exports, and for lists that are not as they open."""
        if self._filtered is None:
            self._filtered = super().get_queryset(self._request)
        return self._filtered

    @queryset.setter
    def queryset(self, rows: Any) -> None:
        self._filtered = rows

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        """Return the rows; of a list as it opens only find the filters, because its rows are read by kept SQL."""
        if not isinstance(self.model_admin, _DeskWithoutRows):
            return super().get_queryset(request, exclude_parameters)
        self.model_admin = self.model_admin.desk
        self.filter_specs, self.has_filters, *_rest, self.has_active_filters = self.get_filters(request)
        self.clear_all_filters_qs = self.get_query_string()
        return None

    def as_shown(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return the rows with no more than the list shows, where that is less than the buttons need."""
        return rows

    def get_results(self, request: HttpRequest) -> None:
        if isinstance(request, _ReadsNothing):
            self.result_list: Any = []
            return
        if not self._is_as_it_opens:
            rows = self.queryset
            self.queryset = self.as_shown(rows)
            super().get_results(request)
            self.queryset = rows
            return
        statements = self._statements()
        first = statements.rows.rows(request.user, most=self.list_per_page)
        self.queryset = cast("QuerySet[Any]", _AsOpened(first, statements.number, request.user))
        self.root_queryset = cast("QuerySet[Any]", _WithoutFilters(statements.number_in_all, request.user))
        ChangeList.get_results(self, request)
        self.queryset = self.root_queryset = None
        if self.date_hierarchy:
            self.days = _Days(self.date_hierarchy, statements, request.user)

    def rows_to_complete(self) -> list[Any]:
        """Return the rows of the page, to read what is shown beside their columns for all at once."""
        self.result_list = rows = list(self.result_list)
        return rows

    def version_of_all(self, only: Iterable[str]) -> str:
        """Return one version of the rows of all pages, as `DeskList` does it."""
        if not self._is_as_it_opens:
            return super().version_of_all(only)
        return versions.of_all(self._statements().versions.rows(self._request.user))

    def _statements(self) -> "_Statements":
        return _statements_of(cast(Desk, self.model_admin), asks_who_reads=self.asks_who_reads)


class _DeskWithoutRows:
    """A desk as far as Django asks it what stands around the rows of a list as it opens, and never for the rows."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self.desk, name)

    def get_queryset(self, request: HttpRequest) -> None:
        return None


class ListOfSeats(OpenedList):
    """An `OpenedList` which is the same for all readers with the same seats, whoever they are."""

    asks_who_reads = False


@dataclass(frozen=True)
class _AsOpened:
    """The rows of a list, as far as Django asks for them to show the first page."""

    first: list[Any]
    number: StatementOfSeats[int]
    reader: Any

    ordered = True  # Django asks before it cuts them into pages

    def count(self) -> int:
        """Count them also where all stand on the first page: a list asks as often with few rows as with many."""
        return next(iter(self.number.rows(self.reader)), 0)

    def __getitem__(self, part: Any) -> list[Any]:
        return self.first

    def _clone(self) -> list[Any]:
        return self.first


@dataclass(frozen=True)
class _WithoutFilters:
    """The rows of a list without the filters that it opens with: Django asks only how many they are."""

    number: StatementOfSeats[int]
    reader: Any

    def count(self) -> int:
        return next(iter(self.number.rows(self.reader)), 0)


@dataclass(frozen=True)
class _Days:
    """The days on which something of a list is; its months or years, where it goes over more than one."""

    column: str
    statements: "_Statements"
    reader: Any

    def links(self) -> dict[str, Any]:
        """Return what Django's ``date_hierarchy`` finds for a list as it opens, without its work for each day."""
        first, last = next(iter(self.statements.ends.rows(self.reader)), (None, None))
        if not first or not last:
            return self._links("year", None)
        first, last = timezone.localtime(first), timezone.localtime(last)
        if first.year != last.year:
            return self._links("year", None, _years(first, last))
        if first.month != last.month:
            return self._links("month", {"link": "?", "title": _in_words_of_django("All dates")})
        return self._links("day", {"link": f"?{self.column}__year={first.year}", "title": str(first.year)})

    def _links(self, kind: str, back: dict[str, str] | None, moments: Sequence[date] | None = None) -> dict[str, Any]:
        zone, language = timezone.get_current_timezone_name(), get_language()
        if moments is None:
            moments = self.statements.moments.rows(self.reader, kind=kind, zone=zone)
        parts = _PARTS[_PARTS.index(kind) :]
        choices = [
            {
                "link": "?" + "&".join([f"{self.column}__{part}={getattr(moment, part)}" for part in parts]),
                "title": _title(date(moment.year, moment.month, moment.day), kind, language),
            }
            for moment in moments
        ]
        return {"show": True, "back": back, "choices": choices}


def _years(first: date, last: date) -> list[date] | None:
    """Return the years from the first to the last, without looking at each row for its year; None for too many."""
    years = range(first.year, last.year + 1)
    return [date(year, 1, 1) for year in years] if len(years) <= MOST_YEARS else None


@lru_cache(maxsize=2048)
def _title(day: date, kind: str, _language: str | None) -> str:
    """Return how a day, month or year is called in the active language."""
    return str(day.year) if kind == "year" else capfirst(date_format(day, _FORMATS[kind]))


class _Statements(NamedTuple):
    """The SQL of one list: its first page, how many rows it has, and how many without any filter; its first and last
    moment, its days, months or years, and what the version of all rows is made of."""

    rows: StatementOfSeats[Any]
    number: StatementOfSeats[int]
    number_in_all: StatementOfSeats[int]
    ends: StatementOfSeats[tuple[Any, Any]]
    moments: StatementOfSeats[Any]
    versions: StatementOfSeats[Any]


class ValuesFilter(AllValuesFieldListFilter):
    """Offers the values that a column has in the rows that all readers with the same seats see, read by kept SQL.

    Only for columns in which nobody types: its links in a list as it opens are drawn once for the same values.
    """

    def __init__(
        self,
        field: "Field[Any, Any]",
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: "ModelAdmin[Any]",
        field_path: str,
    ) -> None:
        self.lookup_kwarg, self.lookup_kwarg_isnull = field_path, f"{field_path}__isnull"
        self.lookup_val = params.get(self.lookup_kwarg)
        self.lookup_val_isnull = get_last_value_from_parameters(params, self.lookup_kwarg_isnull)
        self.empty_value_display = model_admin.get_empty_value_display()
        values = _values_of(cast(Desk, model_admin), field.name)
        read = partial(values.rows, request.user)
        self.lookup_choices = cast("QuerySet[Any]", SimpleLazyObject(read))  # Django builds a queryset for it
        FieldListFilter.__init__(self, field, request, params, model, model_admin, field_path)


@lru_cache(maxsize=64)
def _values_of(desk: Desk, column: str) -> StatementOfSeats[Any]:
    def values(reader: Any) -> "QuerySet[Any]":
        rows: QuerySet[Any] = desk.get_queryset(_request_of(reader))
        return rows.distinct().order_by(column).values_list(column, flat=True)

    return StatementOfSeats(values)


@lru_cache(maxsize=64)
def _statements_of(desk: Desk, *, asks_who_reads: bool) -> _Statements:
    def rows(reader: Any, *, most: int) -> "QuerySet[Any]":
        unread = _unread(desk, reader)
        listed = unread.as_shown(unread.queryset)
        return (listed.only(*desk.list_columns) if desk.list_columns else listed)[:most]

    def number(reader: Any) -> "QuerySet[Any]":
        return _total_of(_unread(desk, reader).queryset, Count("pk"))

    def number_in_all(reader: Any) -> "QuerySet[Any]":
        return _total_of(_unread(desk, reader).root_queryset, Count("pk"))

    def ends(reader: Any) -> "QuerySet[Any]":
        column = desk.date_hierarchy
        return _total_of(_unread(desk, reader).queryset, Min(column), Max(column))

    def moments(reader: Any, *, kind: str, zone: str) -> "QuerySet[Any]":
        rows: QuerySet[Any] = _unread(desk, reader).queryset
        return rows.datetimes(
            str(desk.date_hierarchy), cast(Literal["year", "month", "day"], kind), tzinfo=ZoneInfo(zone)
        )

    def compared(reader: Any) -> "QuerySet[Any]":
        return versions.values_of(_unread(desk, reader).queryset, desk.version_columns or ())

    statement = partial(StatementOfSeats, asks_who_reads=asks_who_reads)
    return _Statements(*map(statement, (rows, number, number_in_all, ends, moments, compared)))


def _unread(desk: Desk, reader: Any) -> OpenedList:
    """Return the list as it opens for a reader who is not stored, of which no row is read."""
    return cast(OpenedList, desk.get_changelist_instance(_request_of(reader)))


def _request_of(reader: Any) -> _ReadsNothing:
    request = _ReadsNothing()
    request.user = reader
    return request


def _total_of(rows: "QuerySet[Any]", *totals: Aggregate) -> "QuerySet[Any]":
    """Return a query whose only row is what these functions make of all rows; of one function the bare value."""
    if rows.query.group_by is not None:  # rows of another table are counted with them, and would be counted here
        rows = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    row = in_one_row(rows, **{f"total_{number}": total for number, total in enumerate(totals)})
    return row.values_list("total_0", flat=True) if len(totals) == 1 else row
