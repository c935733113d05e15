"""Run many small queries as one statement, for pages that would otherwise ask the database once for each."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet, prefetch_related_objects

# How a value that came as JSON is turned into what the database's driver would have returned.
_READ: dict[str, Callable[[Any], Any]] = {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "UUIDField": UUID,
    "JSONField": json.dumps,
    "BinaryField": lambda text: bytes.fromhex(text.removeprefix("\\x")),
}


class QueryBatch:
    """Querysets that are read together: ``add`` each one, call ``run``, then use them as usual."""

    def __init__(self) -> None:
        self._querysets: list[QuerySet[Any]] = []

    def add(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the queryset and return it, to be used after ``run``."""
        self._querysets.append(rows)
        return rows

    def run(self) -> None:
        """Read all querysets in one statement; what a queryset prefetches is read as usual."""
        statements = []
        for rows in self._querysets:
            compiler = rows.query.get_compiler(using=rows.db)
            try:
                statements.append((rows, compiler, *compiler.as_sql()))
            except EmptyResultSet:
                rows._result_cache = []
        if statements:
            for (rows, compiler, _sql, _params), rows_read in zip(statements, _rows_of(statements), strict=True):
                _fill(rows, compiler, rows_read)
        self._querysets = [rows for rows, *_statement in statements]

    def prefetch(self, model: type[models.Model], *lookups: str) -> None:
        """Prefetch ``lookups`` once for all rows of ``model`` among what was read, related rows included.

        Asked again it reads nothing, so that each part that needs them can ask.
        """
        rows_by_identity: dict[int, models.Model] = {}
        for rows in self._querysets:
            for row in rows:
                _collect(row, rows_by_identity)
        rows_of_model = [row for row in rows_by_identity.values() if isinstance(row, model)]
        if rows_of_model:
            prefetch_related_objects(rows_of_model, *lookups)


def _rows_of(statements: list[Any]) -> list[list[list[Any]]]:
    parts, params = [], []
    for _rows, compiler, sql, statement_params in statements:
        names = ", ".join(f"c{place}" for place in range(len(compiler.select)))
        part = f"(SELECT coalesce(json_agg(row_to_json(t)), '[]')::text FROM ({sql}) AS t({names}))"  # noqa: S608 Django's
        parts.append(part)
        params += statement_params
    with connections[statements[0][0].db].cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        return [[list(row.values()) for row in json.loads(text)] for text in cursor.fetchone()]


def _fill(rows: QuerySet[Any], compiler: Any, rows_read: Iterable[list[Any]]) -> None:
    """Let the queryset build its rows from the values that were read, as if its own statement had returned them."""
    kinds = enumerate(_READ.get(column[0].output_field.get_internal_type()) for column in compiler.select)
    to_read = [(place, read) for place, read in kinds if read is not None]
    values = []
    for row in rows_read:
        for place, read in to_read:
            if row[place] is not None:
                row[place] = read(row[place])
        values.append(tuple(row))
    compiler.execute_sql = lambda *args, **kwargs: [values]
    vars(rows.query)["get_compiler"] = lambda *args, **kwargs: compiler  # for this one queryset
    rows._fetch_all()


def _collect(row: Any, rows_by_identity: dict[int, models.Model]) -> None:
    """Collect a row and the related rows loaded with it, each object once."""
    if isinstance(row, models.Model) and id(row) not in rows_by_identity:
        rows_by_identity[id(row)] = row
        for related in row._state.fields_cache.values():
            _collect(related, rows_by_identity)
