"""Read many small tables in one statement, for pages that would otherwise ask the database once for each."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet, prefetch_related_objects

# What JSON makes of a value, read back as the database's driver would have given it.
_READ: dict[str, Callable[[Any], Any]] = {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "UUIDField": UUID,
    "JSONField": json.dumps,
    "BinaryField": lambda text: bytes.fromhex(text.removeprefix("\\x")),
}


class QueryBatch:
    """Querysets that are read together: name each one with ``add``, call ``run``, then use them as usual."""

    def __init__(self) -> None:
        self._wanted: list[QuerySet[Any]] = []

    def add(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the queryset and return it, to be used after ``run``."""
        self._wanted.append(rows)
        return rows

    def run(self) -> None:
        """Read all querysets in one statement; what a queryset prefetches is read as usual."""
        asked = []
        for rows in self._wanted:
            compiler = rows.query.get_compiler(using=rows.db)
            try:
                asked.append((rows, compiler, *compiler.as_sql()))
            except EmptyResultSet:
                rows._result_cache = []
        if asked:
            for (rows, compiler, _sql, _params), rows_read in zip(asked, _answers(asked), strict=True):
                _give(rows, compiler, rows_read)
        self._wanted = [rows for rows, *_rest in asked]

    def prefetch(self, model: type[models.Model], *lookups: str) -> None:
        """Prefetch ``lookups`` once for all rows of ``model`` among what was read, related rows included."""
        met: dict[int, models.Model] = {}
        for rows in self._wanted:
            for row in rows:
                _meet(row, met)
        rows_of_model = [row for row in met.values() if isinstance(row, model)]
        if rows_of_model:
            prefetch_related_objects(rows_of_model, *lookups)


def _answers(asked: list[Any]) -> list[list[list[Any]]]:
    parts, params = [], []
    for _rows, compiler, sql, given in asked:
        names = ", ".join(f"c{place}" for place in range(len(compiler.select)))
        part = f"(SELECT coalesce(json_agg(row_to_json(t)), '[]')::text FROM ({sql}) AS t({names}))"  # noqa: S608 Django's
        parts.append(part)
        params += given
    with connections[asked[0][0].db].cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        return [[list(row.values()) for row in json.loads(text)] for text in cursor.fetchone()]


def _give(rows: QuerySet[Any], compiler: Any, rows_read: Iterable[list[Any]]) -> None:
    """Let the queryset build its rows from what was read, as if its own statement had returned it."""
    reads = [_READ.get(column[0].output_field.get_internal_type()) for column in compiler.select]
    values = [
        tuple(value if read is None or value is None else read(value) for read, value in zip(reads, row, strict=True))
        for row in rows_read
    ]
    compiler.execute_sql = lambda *args, **kwargs: [values]
    vars(rows.query)["get_compiler"] = lambda *args, **kwargs: compiler  # for this one queryset
    rows._fetch_all()


def _meet(row: Any, met: dict[int, models.Model]) -> None:
    """Collect a row and the related rows loaded with it, each object once."""
    if isinstance(row, models.Model) and id(row) not in met:
        met[id(row)] = row
        for related in row._state.fields_cache.values():
            _meet(related, met)
