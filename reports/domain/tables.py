"""Tables of reports: what stands in a cell, and what each column counts.

Every figure of a report is in a `FigureTable`: the page, the picture beside it and each file are made of the same one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Literal

from django.utils.functional import Promise

STEP = 5  # figures that leave the desk are whole fives


class _Hidden(Enum):
    """The one value that stands for a number that is there and is not shown."""

    HIDDEN = "hidden"


HIDDEN: Final = _Hidden.HIDDEN
Hidden = Literal[_Hidden.HIDDEN]
Cell = str | int | Hidden | None  # None: there is nothing to count, which is not the same as 0


@dataclass(frozen=True)
class FigureColumn:
    """One column: its name in files, its heading, and for a figure how it is counted, in one or two sentences."""

    key: str
    label: Promise | str
    definition: Promise | str = ""

    @property
    def is_figure(self) -> bool:
        return bool(self.definition)


@dataclass(frozen=True)
class FigureRow:
    """One row: a cell for each column.

    ``is_total`` marks a sum. ``rows_at`` is the address of the list at the desk that shows exactly the people or things
    counted, for those who may open it. ``leads_to`` is a page of the desk where something can be done about it. ``key``
    says what the row is about in whatever language, as "region:SSA": by it a row that was stored is called again
    (`reports/row_names.py`). A table can be frozen if each of its rows has one.
    """

    cells: tuple[Cell, ...]
    is_total: bool = False
    rows_at: str = ""
    key: str = ""
    leads_to: str = ""


@dataclass(frozen=True)
class FigureTable:
    """One table of a report. ``key`` is its name in addresses and files: ASCII letters and hyphens.

    ``is_folded``: a long one, which the page opens when it is asked to.
    """

    key: str
    title: Promise | str
    columns: tuple[FigureColumn, ...]
    rows: tuple[FigureRow, ...]
    note: Promise | str = ""
    is_folded: bool = False

    def __post_init__(self) -> None:
        """Refuse a table whose rows do not fit its columns.

        Raises ValueError.
        """
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"{self.key}: {len(row.cells)} cells for {len(self.columns)} columns")

    @property
    def hides_something(self) -> bool:
        return any(cell is HIDDEN for row in self.rows for cell in row.cells)

    def changed(self, change: Callable[[int], Cell]) -> "FigureTable":
        """Return the table with each figure changed; texts and what is hidden stay."""
        figures = [column.is_figure for column in self.columns]
        rows = tuple(
            replace(
                row,
                cells=tuple(
                    change(cell) if is_figure and isinstance(cell, int) else cell
                    for cell, is_figure in zip(row.cells, figures, strict=True)
                ),
            )
            for row in self.rows
        )
        return replace(self, rows=rows)


def to_fives(number: int) -> int:
    """Return the nearest whole five of a number that is not negative: 12 → 10, 13 → 15."""
    return (2 * number + STEP) // (2 * STEP) * STEP
