"""What an import did: the counts, and one line for each cell that was not understood for certain."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TextIO

from letsconnect.base.spreadsheets import harmless
from registrations.oldform.reading import windows
from registrations.oldform.reading.cells import Cell, Certainty
from registrations.oldform.reading.decisions import LONGEST_TEXT
from registrations.oldform.reading.rows import Answers
from registrations.reference.languages import LANGUAGES

MOST_LINES = 20_000  # what a page and a report can hold; cells beyond it are still counted


_TOO_MANY = f"Only the first {MOST_LINES:,} cells that were not understood for certain are listed."


class Line(NamedTuple):
    """One line of the report. ``row`` is numbered as in a spreadsheet: the headings are row 1."""

    row: int
    column: str
    text: str
    certainty: str
    what_was_made_of_it: str


@dataclass
class Outcome:
    """The counts of one import: every data row is imported, merged, unchanged or rejected."""

    rows: int = 0
    imported: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected: int = 0
    cells: Counter[Certainty] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)  # of code pages, where the file's is a guess
    is_sure_of_letters: bool = True

    def _add(self, line: Line) -> None:
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)
        elif len(self.lines) == MOST_LINES and _TOO_MANY not in self.notes:
            self.notes.append(_TOO_MANY)

    def count_cells(self, row: Answers) -> None:
        for name, cell in row.cells.items():
            if cell.certainty:
                self.cells[cell.certainty] += 1
            if cell.certainty > Certainty.UNDERSTOOD:
                answer = row.text_of(name)[:LONGEST_TEXT]
                description = describe(name, cell)[:LONGEST_TEXT]
                self._add(Line(row.raw.number, row.heading(name), answer, cell.certainty.name.lower(), description))

    def reject(self, number: int, reason: str) -> None:
        self.rejected += 1
        self._add(Line(number, "", "", "rejected", reason))

    def as_json(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "imported": self.imported,
            "merged": self.merged,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "cells_understood": self.cells[Certainty.UNDERSTOOD],
            "cells_guessed": self.cells[Certainty.GUESSED],
            "cells_unread": self.cells[Certainty.UNREAD],
        }


def describe(name: str, cell: Cell) -> str:
    """Return in words how a cell was read, and why that is not certain."""
    words = value_in_words(name, cell.value)
    return " – ".join(part for part in (words or "nothing", cell.note) if part)


def value_in_words(name: str, value: Any) -> str:
    """Return a value as the report says it, "" for none."""
    if value is None or value == [] or value == {}:
        return ""
    if name == "windows":
        return windows.show(value)
    if name == "languages":
        return ", ".join(f"{LANGUAGES[code].name} {'N' if level == 6 else int(level)}" for code, level in value.items())
    if name == "group":
        return ", ".join(part for part in (value.slug, value.words and f"“{value.words}”") if part)
    if name in ("shares", "learns"):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def write_csv(lines: Iterable[Line], file: TextIO, *, headings: Sequence[str] = Line._fields) -> None:
    """Write the report as CSV, in which no spreadsheet takes a cell for a formula."""
    writer = csv.writer(file)
    writer.writerow(headings)
    for line in sorted(lines):
        writer.writerow([harmless(str(value)) for value in line])
