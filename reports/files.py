"""A table of a report as a file: CSV, a spreadsheet, or JSON."""

import io
import json
from collections.abc import Iterator

from django.utils.translation import pgettext

from letsconnect.base.spreadsheets import csv_of, harmless, write_sheet
from reports.domain.tables import HIDDEN, Cell, FigureTable

CSV, XLSX, JSON = "csv", "xlsx", "json"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSON: "application/json",
}


def file_of(table: FigureTable, file_format: str) -> bytes:
    """Return the table in one of the formats of TYPES."""
    if file_format == JSON:
        return json.dumps(as_json(table), ensure_ascii=False, indent=1).encode()
    if file_format == XLSX:
        out = io.BytesIO()
        write_sheet(_lines(table), out)
        return out.getvalue()
    return b"".join(csv_of(_lines(table)))


def as_json(table: FigureTable) -> dict[str, object]:
    """Return the table as JSON knows it. A hidden number is ``null`` and its column is named in ``hidden``."""
    keys = [column.key for column in table.columns]
    return {
        "table": table.key,
        "title": str(table.title),
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
    for row in table.rows:
        yield [_in_file(cell) for cell in row.cells]


def _in_file(cell: Cell) -> str | int:
    if cell is HIDDEN:
        return pgettext("figure", "hidden")
    return cell if isinstance(cell, int) else harmless(cell or "")
