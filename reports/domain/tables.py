"""Tables of reports: what stands in a cell, what each column counts, and how it is told outside of the desk.

Every figure of a report is in a `FigureTable`: the page, the picture beside it and each file are made of the same one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext

STEP = 5  # figures of people that leave the desk are whole fives


class _NoNumber(Enum):
    """What stands for a number that is there: one that is not shown, or that rounding would make 0."""

    HIDDEN = "hidden"
    FEW = "few"


HIDDEN: Final = _NoNumber.HIDDEN
FEW: Final = _NoNumber.FEW  # 1 to 4 of what is rounded: its nearest five could read as nothing
NoNumber = Literal[_NoNumber.HIDDEN, _NoNumber.FEW]
Cell = str | int | NoNumber | None  # None: there is nothing to count, which is not the same as 0


@dataclass(frozen=True)
class FigureColumn:
    """One column: its name in files, its heading, and for a figure how it is counted, in one or two sentences.

    ``is_exact``: it counts no people, and nothing that tells how many they are (clinics, groups, countries), so it is
    told as it is outside of the desk, too (decision 104).
    """

    key: str
    label: Promise | str
    definition: Promise | str = ""
    is_exact: bool = False

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

    def rounded(self) -> "FigureTable":
        """Return the table as it is told outside of the desk: the one place where figures are rounded."""
        rounds = [column.is_figure and not column.is_exact for column in self.columns]
        rows = tuple(
            replace(
                row,
                cells=tuple(
                    to_fives(cell) if is_rounded and isinstance(cell, int) else cell
                    for cell, is_rounded in zip(row.cells, rounds, strict=True)
                ),
            )
            for row in self.rows
        )
        return replace(self, rows=rows)

    def notes(self) -> Iterator[str]:
        """Yield what to know beside the rounded table, in the reader's language."""
        if any(column.is_figure and not column.is_exact for column in self.columns):
            yield gettext(
                "Numbers of people are rounded to the nearest five, totals too. So they are not always the sum of "
                "their parts."
            )
        if exact := [str(column.label) for column in self.columns if column.is_exact]:
            yield gettext("Not rounded, because they do not count people: %(figures)s.") % {
                "figures": " · ".join(exact)
            }
        if self.hides_something:
            yield gettext("“Hidden” is a number below five, or one that would tell such a number by subtraction.")
        if self.note:
            yield str(self.note)


def to_fives(number: int) -> int | NoNumber:
    """Return the nearest whole five of a number that is not negative: 12 → 10, 13 → 15. Only 0 is 0; 1 to 4 are few."""
    if 0 < number < STEP:
        return FEW
    return (2 * number + STEP) // (2 * STEP) * STEP
