"""A table of a report as a file: CSV, a spreadsheet, or JSON.

What leaves the desk is rounded as in editions, whatever format it leaves in. A file says so, and how each figure is
counted, below its rows."""

import io
import json
from collections.abc import Iterator, Mapping

from django.utils.translation import pgettext

from letsconnect.base.spreadsheets import csv_of, harmless, write_sheet
from reports.domain.tables import FEW, HIDDEN, STEP, Cell, FigureTable

CSV, XLSX, JSON = "csv", "xlsx", "json"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSON: "application/json",
}


def file_of(table: FigureTable, file_format: str) -> bytes:
    """Return the table, rounded, in one of the formats of TYPES."""
    if file_format == JSON:
        return json.dumps(as_json(table), ensure_ascii=False, indent=1).encode()
    if file_format == XLSX:
        out = io.BytesIO()
        write_sheet(_lines(table), out)
        return out.getvalue()
    return b"".join(csv_of(_lines(table)))


def as_json(table: FigureTable) -> dict[str, object]:
    """Return the table as JSON knows it, rounded. A hidden number is ``null`` and its column is named in ``hidden``;
    one that is rounded and below five in ``few``."""
    table = table.rounded()
    keys = [column.key for column in table.columns]
    return {
        "table": table.key,
        "title": str(table.title),
        "rounded_to": STEP,
        "notes": list(table.notes()),
        "columns": [
            {
                "key": column.key,
                "label": str(column.label),
                "definition": str(column.definition),
                "is_exact": column.is_exact,
            }
            for column in table.columns
        ],
        "rows": [
            {
                "is_total": row.is_total,
                **told_by_key(dict(zip(keys, row.cells, strict=True))),
            }
            for row in table.rows
        ],
    }


def told_by_key(cells: Mapping[str, Cell]) -> dict[str, object]:
    """Return cells as programs read them, by the keys of their columns: numbers, and what is none and why."""
    return {
        "values": {key: None if cell in (HIDDEN, FEW) else cell for key, cell in cells.items()},
        "hidden": [key for key, cell in cells.items() if cell is HIDDEN],
        "few": [key for key, cell in cells.items() if cell is FEW],
    }


def _lines(table: FigureTable) -> Iterator[list[str | int]]:
    yield [harmless(str(column.label)) for column in table.columns]
    for row in table.rounded().rows:
        yield [_in_file(cell) for cell in row.cells]
    yield []
    for note in table.notes():
        yield [harmless(note)]
    for column in table.columns:
        if column.is_figure:
            yield [harmless(str(column.label)), harmless(str(column.definition))]


def _in_file(cell: Cell) -> str | int:
    if cell is HIDDEN:
        return pgettext("figure", "hidden")
    if cell is FEW:
        return pgettext("figure", "fewer than 5")
    return cell if isinstance(cell, int) else harmless(cell or "")
