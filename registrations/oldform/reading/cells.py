"""What was made of one cell, and how sure we are."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Certainty(IntEnum):
    """Ordered from best to worst, so that the worst of several is their maximum."""

    BLANK = 0
    UNDERSTOOD = 1
    GUESSED = 2
    UNREAD = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` is what is kept (None: nothing); ``note`` says what was made of the text when it was not certain."""

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
    """Return the cell of several items: it is as certain as the worst of them and carries all their notes."""
    cells = list(items)
    worst = max((cell.certainty for cell in cells), default=Certainty.BLANK)
    return Cell(value, worst, "; ".join(dict.fromkeys(cell.note for cell in cells if cell.note)))
