"""Bytes → rows of text: encoding, separator, quotes, and what is wrong with a line."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from registrations.importing import columns
from registrations.importing.columns import Columns, NotTheOldForm

_LARGEST_CELL = 64 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OTHER_FORMATS = {
    b"PK\x03\x04": "a spreadsheet file (save it as CSV first)",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet file",
}


@dataclass(frozen=True)
class RawRow:
    """One row as it was written: ``number`` as a spreadsheet counts (the heading is 1), cells by heading."""

    number: int
    cells: dict[str, str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells.values())


@dataclass(frozen=True)
class Table:
    """A file taken apart. ``notes`` is what a person should know about it."""

    columns: Columns
    rows: list[RawRow]
    notes: list[str]


def read(content: bytes) -> Table:
    """Take a file apart. Raises NotTheOldForm with a reason people understand."""
    notes: list[str] = []
    text = decode(content, notes)
    if "\x00" in text:
        text = text.replace("\x00", "")
        notes.append("NUL characters were dropped.")
    with _large_cells():
        try:
            lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)))
        except csv.Error as error:
            raise NotTheOldForm(f"The file cannot be read as CSV: {error}.") from error
    while lines and not any(cell.strip() for cell in lines[0]):
        lines.pop(0)
    if not lines:
        raise NotTheOldForm("The file is empty.")
    found = columns.match(lines[0])
    if found.missing:
        notes.append("Columns missing: " + "; ".join(found.missing) + ".")
    return Table(found, [_row(number, line, found) for number, line in enumerate(lines[1:], start=2)], notes)


def decode(content: bytes, notes: list[str]) -> str:
    """Return the text of a file: UTF-8, UTF-16, else Windows-1252, which is a guess and noted."""
    for mark, what in _OTHER_FORMATS.items():
        if content.startswith(mark):
            raise NotTheOldForm(f"This is {what}, not CSV.")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise NotTheOldForm(f"The file says it is {encoding} but is not: {error.reason}.") from error
    if content[:400].count(0) > len(content[:400]) // 4:
        encoding = "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            raise NotTheOldForm(f"The file cannot be read as text: {error.reason}.") from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        notes.append("The file is not UTF-8; it was read as Windows-1252, and accents may be wrong.")
        return content.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """Return the separator under which the first line has most of the form's headings."""
    line = text.lstrip("\r\n").split("\n", 1)[0]
    return max(",;\t|", key=lambda separator: (_known_headings(line, separator), line.count(separator)))


def _known_headings(line: str, separator: str) -> int:
    try:
        header = next(csv.reader([line], delimiter=separator), [])
        return len(columns.match(header).places)
    except (csv.Error, NotTheOldForm):
        return 0


def _row(number: int, line: list[str], found: Columns) -> RawRow:
    """A short row lacks its last cells; what a long one has over is kept under "more"."""
    cells = dict(zip(found.headings, [*line, *[""] * (len(found.headings) - len(line))], strict=False))
    for place, more in enumerate(line[len(found.headings) :], start=1):
        cells[f"more {place}"] = more
    return RawRow(number, cells)


@contextmanager
def _large_cells() -> Iterator[None]:
    before = csv.field_size_limit(_LARGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
