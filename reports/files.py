"""A table of a report as a file: CSV, a spreadsheet, or JSON.

What leaves the desk is rounded to fives, as in editions, whatever format it leaves in. A file says so, and how each
figure is counted, below its rows."""

import io
import json
from collections.abc import Iterator

from django.utils.translation import gettext, pgettext

from letsconnect.base.spreadsheets import csv_of, harmless, write_sheet
from reports.domain.tables import HIDDEN, STEP, Cell, FigureTable, to_fives

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
    """Return the table as JSON knows it, rounded. A hidden number is ``null`` and its column is named in ``hidden``."""
    table = table.changed(to_fives)
    keys = [column.key for column in table.columns]
    return {
        "table": table.key,
        "title": str(table.title),
        "rounded_to": STEP,
        "notes": list(_notes(table)),
        "columns": [
            {"key": column.key, "label": str(column.label), "definition": str(column.definition)}
            for column in table.columns
        ],
        "rows": [
            {
                "is_total": row.is_total,
                "values": {key: None if cell is HIDDEN else cell for key, cell in zip(keys, row.cells, strict=True)},
                "hidden": [key for key, cell in zip(keys, row.cells, strict=True) if cell is HIDDEN],
            }
            for row in table.rows
        ],
    }


def _lines(table: FigureTable) -> Iterator[list[str | int]]:
    yield [harmless(str(column.label)) for column in table.columns]
    for row in table.changed(to_fives).rows:
        yield [_in_file(cell) for cell in row.cells]
    yield []
    for note in _notes(table):
        yield [harmless(note)]
    for column in table.columns:
        if column.is_figure:
            yield [harmless(str(column.label)), harmless(str(column.definition))]


def _notes(table: FigureTable) -> Iterator[str]:
    yield gettext(
        "Each figure is rounded to the nearest five, totals too, so they are not always the sum of their parts."
    )
    if table.hides_something:
        yield gettext("“Hidden” is a number below five, or one that would tell such a number by subtraction.")
    if table.note:
        yield str(table.note)


def _in_file(cell: Cell) -> str | int:
    if cell is HIDDEN:
        return pgettext("figure", "hidden")
    return cell if isinstance(cell, int) else harmless(cell or "")
