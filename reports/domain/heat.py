"""A heat map: two texts of each row of a table set against each other, and one figure of it as a shade."""

from collections import defaultdict
from typing import NamedTuple

from reports.domain.tables import Cell, FigureTable

SHADES = 8


class ShadedCell(NamedTuple):
    """A figure, how dark it is (0 to `SHADES`; a sum is not shaded), and where it leads to."""

    cell: Cell
    shade: int
    leads_to: str

    @property
    def is_told(self) -> bool:
        return isinstance(self.cell, int)


class ShadedTable(NamedTuple):
    """``rows`` are as many cells each as there are ``columns``; ``left_out`` is how many rows are not drawn."""

    columns: list[str]
    rows: list[tuple[str, list[ShadedCell]]]
    left_out: int


def heat_map(table: FigureTable, *, down: str, across: str, figure: str, columns: list[str], most: int) -> ShadedTable:
    """Return the first ``most`` texts of the column ``down``, each with its figures by those of ``across``.

    Where the table has no row there is nobody: it leaves out what is seen to be 0 (`ShadedCell` of 0).
    """
    at = {column.key: place for place, column in enumerate(table.columns)}
    lines: dict[str, dict[str, ShadedCell]] = defaultdict(dict)
    parts = [row.cells[at[figure]] for row in table.rows if not row.is_total]
    greatest = max((cell for cell in parts if isinstance(cell, int)), default=0) or 1
    for row in table.rows:
        cell = row.cells[at[figure]]
        shade = -(-SHADES * cell // greatest) if isinstance(cell, int) and not row.is_total else 0
        lines[str(row.cells[at[down]])][str(row.cells[at[across]])] = ShadedCell(cell, shade, row.leads_to)
    empty = ShadedCell(0, 0, "")
    rows = [(text, [cells.get(column, empty) for column in columns]) for text, cells in lines.items()]
    return ShadedTable(columns, rows[:most], max(0, len(rows) - most))
