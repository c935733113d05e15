"""The result of reading one cell: the value, how certain it is, and a note for the report."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Certainty(IntEnum):
    """How certain a reading is, from best to worst: the certainty of several cells is their maximum."""

    BLANK = 0
    UNDERSTOOD = 1
    GUESSED = 2
    UNREAD = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it was read. ``value`` is what is stored (None: nothing); ``note`` explains an uncertain reading."""

    value: Any = None
    certainty: Certainty = Certainty.BLANK
    note: str = ""


BLANK = Cell()


def understood(value: Any) -> Cell:
    return Cell(value, Certainty.UNDERSTOOD)


def guessed(value: Any, note: str) -> Cell:
    return Cell(value, Certainty.GUESSED, note)


def unread(note: str, value: Any = None) -> Cell:
    return Cell(value, Certainty.UNREAD, note)


def join(value: Any, items: Iterable[Cell]) -> Cell:
    """Return one cell for several items: only as certain as the least certain of them, with all their notes."""
    cells = list(items)
    worst = max((cell.certainty for cell in cells), default=Certainty.BLANK)
    return Cell(value, worst, "; ".join(dict.fromkeys(cell.note for cell in cells if cell.note)))
