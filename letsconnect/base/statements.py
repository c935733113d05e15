"""Querysets that are turned into SQL once in a process, and then read with other values.

Every page asks who is signed in and what they may see, and the home page asks for all that is theirs. Only the values
differ from one reader to the next, but Django writes the SQL anew each time: that was three quarters of the time of the
home page. A `Statement` lets Django write it once, with stand-ins for the values, and puts the values in their place.
No row is kept, only SQL.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")

# A stand-in is recognised by its value in the SQL's parameters. Nothing that is stored or computed comes near these.
_KEY = 9_000_000_000_000_000_000
_MOMENTS = (datetime(8000, 1, 1, tzinfo=UTC), datetime(5000, 1, 1, tzinfo=UTC))  # at most two in one statement
_NEAR = timedelta(days=365_250)
_MOST_WRITTEN = 16  # what is fixed may be a day: the SQL of days that are over goes


class _Place(NamedTuple):
    """One parameter of the SQL: which value stands there, moved by how much; or what it always is."""

    name: str | None
    moved_by: timedelta | None
    always: Any


class _Written(NamedTuple):
    """A queryset with its SQL; ``sql`` is None where Django knows that nothing can be found."""

    queryset: QuerySet[Any, Any]
    compiler: Any
    sql: str | None
    places: tuple[_Place, ...]


class RowsRead(dict[Hashable, list[Any]]):
    """Rows of statements that were read together with others. They are given to the first who asks, or, for a page
    that changes nothing, to whoever asks: then also what nobody foresaw is read once."""

    def __init__(self, *, to_all: bool) -> None:
        self._to_all = to_all

    def rows(self, asked: "Inquiry[Any]") -> list[Any]:
        rows = self.get(asked.key) if self._to_all else self.pop(asked.key, None)
        if rows is None:
            rows = list(asked.queryset())
            if self._to_all:
                self[asked.key] = rows
        return list(rows)


READ_TOGETHER: ContextVar[RowsRead | None] = ContextVar("rows read together", default=None)  # see `read_together.py`


class Statement(Generic[Row]):
    """A queryset that is built once, and read with other ``values`` each time.

    ``build`` is called with a stand-in for each value: for a row one with nothing but a key, for a moment a moment,
    for a list of keys another list. It must do no more with them than compare columns with them (with a list by
    `any_of`); a moment or a day may be moved by a span of time first.
    Whatever else the SQL depends on is given as ``fixed``, and for other fixed values the SQL is written again.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._written: dict[Any, _Written] = {}

    def rows(self, values: Mapping[str, Any], **fixed: Any) -> list[Row]:
        """Read the rows with these values, or give those that were read together with others for this page."""
        together = READ_TOGETHER.get()
        return list(self.queryset(values, **fixed)) if together is None else together.rows(self.asked(values, **fixed))

    def asked(self, values: Mapping[str, Any], **fixed: Any) -> "Inquiry[Row]":
        """Return what ``rows`` is asked, to be read now or together with others."""
        return Inquiry(self, values, fixed)

    def queryset(self, values: Mapping[str, Any], **fixed: Any) -> QuerySet[Any, Row]:
        """Return a queryset for a `QueryBatch`, to be read as it is: further filters would not reach its SQL."""
        key = tuple(fixed.values())
        written = self._written.get(key)
        if written is None:
            if len(self._written) >= _MOST_WRITTEN:
                self._written.clear()
            written = self._written[key] = _write(self._build, values, fixed)
        rows: QuerySet[Any, Row] = _shallow_copy(written.queryset)
        if written.sql is None:
            rows._result_cache = []
            return rows
        vars(rows)["_query"] = _shallow_copy(rows.query)
        compiler = _shallow_copy(written.compiler)
        compiler.connection = connections[rows.db]  # that of this thread
        if rows.query.select_for_update and compiler.connection.get_autocommit():  # Django looks when it writes the SQL
            raise TransactionManagementError("rows are locked inside a transaction only")
        sql_and_params = written.sql, tuple(_value_of(place, values) for place in written.places)
        compiler.as_sql = lambda *args, **kwargs: sql_and_params
        vars(rows.query)["get_compiler"] = lambda *args, **kwargs: compiler  # for this one queryset
        return rows


class Inquiry(Generic[Row]):
    """A statement with its values."""

    def __init__(self, statement: Statement[Row], values: Mapping[str, Any], fixed: Mapping[str, Any]) -> None:
        self._statement, self._values, self._fixed = statement, values, fixed

    @property
    def key(self) -> Hashable:
        values = ((name, tuple(value) if isinstance(value, list) else value) for name, value in self._values.items())
        return self._statement, tuple(values), tuple(self._fixed.items())

    def rows(self) -> list[Row]:
        return self._statement.rows(self._values, **self._fixed)

    def queryset(self) -> QuerySet[Any, Row]:
        return self._statement.queryset(self._values, **self._fixed)


class StatementOfSeats(Generic[Row]):
    """A `Statement` about what a member of the working group may see: written once for all who hold the same seats.

    ``build`` is called with a reader who is not stored and stands in for all of them, and with what else is ``fixed``.
    A rule that compares the reader is refused, because that one has no key, unless the statement ``asks_who_reads``:
    then the reader is one of its values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *, asks_who_reads: bool = False) -> None:
        self._asks_who_reads = asks_who_reads

        def for_seats(
            *, roles: frozenset[tuple[str, str]], is_superuser: bool, reader: Any = None, **fixed: Any
        ) -> QuerySet[Any, Row]:
            accounts: Any = get_user_model()
            return build(accounts.holding(roles, is_superuser=is_superuser, reader=reader), **fixed)

        self._statement = Statement(for_seats)

    def rows(self, reader: Any, values: Mapping[str, Any] | None = None, **fixed: Any) -> list[Row]:
        """Read the rows for this member; ``values`` are those of a `Statement`, beside the reader."""
        who = {"reader": reader} if self._asks_who_reads else {}
        return self._statement.rows({**who, **(values or {})}, **reader.seats_as_fixed, **fixed)


def _shallow_copy(thing: Any) -> Any:
    """Return another object with the same attributes. Django would copy all parts of a queryset, for further filters;
    and ``copy.copy`` would read its rows."""
    other = object.__new__(type(thing))
    vars(other).update(vars(thing))
    return other


def _write(build: Callable[..., QuerySet[Any, Any]], values: Mapping[str, Any], fixed: Mapping[str, Any]) -> _Written:
    moments = iter(_MOMENTS)
    stand_ins = {name: _stand_in(number, value, moments) for number, (name, value) in enumerate(values.items())}
    queryset = build(**stand_ins, **fixed)
    compiler = queryset.query.get_compiler(using=queryset.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return _Written(queryset, compiler, None, ())
    converters = compiler.get_converters([column[0] for column in compiler.select])
    compiler.get_converters = lambda expressions: converters  # Django looks for them each time it reads
    places = tuple(_place(param, stand_ins) for param in params)
    unused = set(values) - {place.name for place in places}
    if unused:
        raise ValueError(f"the statement compares no column with {', '.join(sorted(unused))}")
    return _Written(queryset, compiler, sql, places)


def _stand_in(number: int, value: Any, moments: Iterator[datetime]) -> Any:
    if isinstance(value, Model):
        return value._meta.model(pk=_KEY + number)
    if isinstance(value, datetime):
        return next(moments)
    if isinstance(value, date):
        return next(moments).date()
    if isinstance(value, list):
        return [_KEY + number]
    return f"stand-in {_KEY + number}" if isinstance(value, str) else _KEY + number


def _place(param: Any, stand_ins: Mapping[str, Any]) -> _Place:
    for name, stand_in in stand_ins.items():
        if isinstance(stand_in, date):
            if type(param) is type(stand_in) and abs(param - stand_in) < _NEAR:
                return _Place(name, param - stand_in, None)
        elif param == (stand_in.pk if isinstance(stand_in, Model) else stand_in):
            return _Place(name, None, None)
    return _Place(None, None, param)


def _value_of(place: _Place, values: Mapping[str, Any]) -> Any:
    name, moved_by, always = place
    if name is None:
        return always
    value = values[name]
    if moved_by is not None:
        return value + moved_by
    return value.pk if isinstance(value, Model) else value
