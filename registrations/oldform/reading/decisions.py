"""What a coordinator decided about cells that were not understood for certain: once for all that say the same, or for
one row."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

LONGEST_TEXT = 1000  # of a cell in a report; the same for all that begin so


class Decision(NamedTuple):
    """What is done with the cells of a column that say ``text``, in one ``row`` or, None, in all of them.

    ``reads`` is read in its place; None takes the guess as it is.
    """

    column: str
    text: str
    row: int | None
    reads: str | None

    @property
    def key(self) -> str:
        """Return what names this decision in a form: one on a single row is another than that on all."""
        group = group_of(self.column, self.text)
        return group if self.row is None else f"{self.row}-{group}"


def same(text: str) -> str:
    """Return what texts that say the same have in common: case and spaces make no difference."""
    return " ".join(text[:LONGEST_TEXT].split()).casefold()


def group_of(column: str, text: str) -> str:
    """Return a short name of all cells of a column that say the same, for fields of a form."""
    return hashlib.sha256(f"{column}\0{same(text)}".encode(errors="replace")).hexdigest()[:16]


@dataclass(frozen=True)
class Decisions:
    """All decisions on one file; that on one row goes before that on all."""

    on_all: dict[str, Decision]
    on_row: dict[tuple[int, str], Decision]

    @classmethod
    def of(cls, stored: Iterable[list[Any]] = ()) -> "Decisions":
        """Return the decisions as a file keeps them."""
        rows = [Decision(*line) for line in stored]
        groups = [(group_of(decision.column, decision.text), decision) for decision in rows]
        on_all = {group: decision for group, decision in groups if decision.row is None}
        on_row = {(decision.row, group): decision for group, decision in groups if decision.row is not None}
        return cls(on_all, on_row)

    def on(self, row: int, column: str, text: str) -> Decision | None:
        """Return what was decided about this cell, if anything was."""
        group = group_of(column, text)
        return self.on_row.get((row, group)) or self.on_all.get(group)

    def with_more(self, more: Iterable[Decision], *, without: Iterable[str] = ()) -> "Decisions":
        """Return these with others, which go before them, and without those of these keys."""
        dropped = set(without)
        kept = [decision for decision in self if decision.key not in dropped]
        return Decisions.of([list(decision) for decision in (*kept, *more)])

    def __iter__(self) -> Any:
        return iter([*self.on_all.values(), *self.on_row.values()])

    def __bool__(self) -> bool:
        return bool(self.on_all or self.on_row)

    def stored(self) -> list[list[Any]]:
        """Return them as a file keeps them."""
        return [list(decision) for decision in self]


NOTHING_DECIDED = Decisions.of()
