"""Bytes → rows of text: finding the separator, refusing broken quotes and files that are too large."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from letsconnect.base import upload_limits
from registrations.oldform.reading import columns, encodings
from registrations.oldform.reading.columns import MOST_COLUMNS, Columns, NotTheOldForm

# The most a file may hold: many times more than the form ever collected, and little enough for one worker.
LARGEST = upload_limits.LARGEST
MOST_ROWS = 10_000
MOST_CELLS = 300_000
_BLANK_AT_THE_END = 100  # so many count as blank rows; more are leftovers of a spreadsheet, and are ignored
_HEAD = 64 * 1024
_SEPARATORS = ",;\t|"  # tried when the file names none
_CAN_SEPARATE = frozenset(",;\t|:^~#")  # accepted when the file names one
# "sep=;", also in quotes and with empty cells after it, as a spreadsheet writes it that took it for a row.
_SEPARATOR_LINE = re.compile(r' *"?sep=([^"\w\s]|\t|)"?[,;\t|" ]*', re.IGNORECASE)
_LONGEST_SEPARATOR_LINE = 10 + MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it was written, its cells by heading. ``number`` is as in a spreadsheet: the headings are row 1.

    ``damaged`` has the headings of cells with bytes that are no text.
    """

    number: int
    cells: dict[str, str]
    damaged: frozenset[str] = frozenset()

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells.values())


@dataclass(frozen=True)
class Table:
    """A file split into columns and rows.

    ``notes`` are for the coordinators; ``guess`` is the code page it was read with when that is only a guess.
    """

    columns: Columns
    rows: list[RawRow]
    notes: list[str]
    guess: str = ""
    samples: list[list[str]] = field(default_factory=list)


def glance(content: bytes) -> None:
    """Check that a file is the old form and not too large, so that whoever uploads it hears at once what is wrong.

    Nothing of it is kept. Raises NotTheOldForm with a reason.
    """
    _check_size(content)
    encoding = (
        encodings.certain_encoding(content) or "latin-1"
    )  # separators and quotes are the same under every code page
    text, separator = _text_and_separator(content.decode(encoding, errors="replace").removeprefix("\ufeff"))
    records = _records(text, separator)
    for _row_of_the_file in _rows(records, columns.match(_first(records))):
        pass


def read(content: bytes, encoding: str = "") -> Table:
    """Split a file into columns and rows; ``encoding`` is the code page a person chose.

    Raises NotTheOldForm with a reason.
    """
    _check_size(content)
    decoded = encodings.decode(content, encoding)
    notes = list(decoded.notes)
    text, separator = _text_and_separator(decoded.text)
    records = _records(text, separator)
    form_columns = columns.match(_first(records))
    if form_columns.missing:
        notes.append("Columns missing: " + "; ".join(form_columns.missing) + ".")
    if form_columns.not_read:
        notes.append(
            "Not read, because an earlier column has the same question: " + "; ".join(form_columns.not_read) + "."
        )
    rows = list(_rows(records, form_columns))
    if damaged := [row.number for row in rows if row.damaged]:
        some = ", ".join(map(str, damaged[:10])) + (", …" if len(damaged) > 10 else "")
        notes.append(f"Some cells have bytes that are no letters, and are not read; their rows are: {some}.")
    samples = encodings.samples(content) if decoded.guess or encoding else []
    return Table(form_columns, rows, notes, decoded.guess, samples)


def _check_size(content: bytes) -> None:
    if len(content) > LARGEST:
        raise NotTheOldForm(f"The file is larger than {LARGEST // (1024 * 1024)} MB. Please split it.")


def _text_and_separator(text: str) -> tuple[str, str]:
    """Return the text from its headings on, and its separator: the one it names ("sep=;"), else the likeliest."""
    text = text.lstrip("\r\n")
    line = text[:_LONGEST_SEPARATOR_LINE].splitlines()[0] if text else ""
    if match := _SEPARATOR_LINE.fullmatch(line):
        following_text = text[len(line) :].lstrip("\r\n")
        named_separator = match[1]
        return following_text, named_separator if named_separator in _CAN_SEPARATE and _known_headings(
            following_text, named_separator
        ) >= columns.FEWEST else _likeliest_separator(following_text)
    return text, _likeliest_separator(text)


def _likeliest_separator(text: str) -> str:
    """Return the separator under which the first record has most of the form's headings."""
    return max(_SEPARATORS, key=lambda separator: (_known_headings(text, separator), text[:_HEAD].count(separator)))


def _known_headings(text: str, separator: str) -> int:
    try:
        return len(columns.match(_header(text, separator)).places)
    except (csv.Error, NotTheOldForm):
        return 0


def _header(text: str, separator: str) -> list[str]:
    """Return the first record of the beginning of a text."""
    record = next(csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=separator), [])
    return [encodings.without_undecodable(heading) for heading in record]


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records one by one, so that only one is in memory. Raises NotTheOldForm where one is broken."""
    lines, skips_spaces = _Lines(text), _has_spaces_before_quotes(text, separator)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=skips_spaces)
    number = 0
    try:
        for record in reader:
            number += 1
            yield record
            last, lines.since = lines.since, []
    except csv.Error as error:
        raise NotTheOldForm(
            f"Row {number + 1} cannot be read: {error}. Most often a quotation mark was opened there and never closed."
        ) from error
    if number and _ends_in_quotes(last, separator, skips_spaces=skips_spaces):
        raise NotTheOldForm(
            f"A quotation mark that is opened in row {number} is never closed, so nobody can tell where its cell ends. "
            "Please close it and bring the file again."
        )


def _has_spaces_before_quotes(text: str, separator: str) -> bool:
    """Tell whether cells are written as in `"a", "b"`: then a quotation mark after a space opens a cell too."""
    return any(heading.startswith(' "') for heading in _header(text, separator))


class _Lines:
    """The lines of a text, which remember those of the record that is being read."""

    def __init__(self, text: str) -> None:
        self.file = io.StringIO(text, newline="")
        self.since: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self.file)
        self.since.append(line)
        return line


def _ends_in_quotes(lines: list[str], separator: str, *, skips_spaces: bool) -> bool:
    """Tell whether the last record ends inside quotation marks."""
    try:
        list(csv.reader(lines, delimiter=separator, skipinitialspace=skips_spaces, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _first(records: Iterator[list[str]]) -> list[str]:
    header = next((record for record in records if any(cell.strip() for cell in record)), None)
    if header is None:
        raise NotTheOldForm("The file is empty.")
    return [encodings.without_undecodable(heading) for heading in header]


def _rows(records: Iterator[list[str]], form_columns: Columns) -> Iterator[RawRow]:
    """Yield the rows, without masses of blank ones at the end. Raises NotTheOldForm when the file holds too much."""
    blank: list[tuple[int, list[str]]] = []
    cells = 0
    for number, record in enumerate(records, start=2):
        if not record or not any(cell.strip() for cell in record):
            if number <= MOST_ROWS + 1:
                blank.append((number, record[: len(form_columns.headings)]))
            continue
        cells += max(len(record), len(form_columns.headings)) + len(blank) * len(form_columns.headings)
        if number > MOST_ROWS + 1 or cells > MOST_CELLS:
            raise NotTheOldForm(f"The file has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells. Please split it.")
        for place, line in [*blank, (number, record)]:
            yield _row(place, line, form_columns)
        blank.clear()
    if len(blank) <= _BLANK_AT_THE_END:
        yield from (_row(place, line, form_columns) for place, line in blank)


def _row(number: int, record: list[str], form_columns: Columns) -> RawRow:
    """Return one row: missing last cells of a short row are blank, extra cells of a long one are kept as "more"."""
    while len(record) > max(MOST_COLUMNS, len(form_columns.headings)) and not record[-1].strip():
        record.pop()
    if len(record) > MOST_COLUMNS:
        raise NotTheOldForm(f"Row {number} has more than {MOST_COLUMNS} cells. Is there a quotation mark too few?")
    short = len(form_columns.headings) - len(record)
    cells = dict(zip(form_columns.headings, [*record, *[""] * short], strict=False))
    for place, more in enumerate(record[len(form_columns.headings) :], start=1):
        cells[f"more {place}"] = more
    damaged = frozenset(heading for heading, cell in cells.items() if encodings.has_undecodable(cell))
    for heading in damaged:
        cells[heading] = encodings.without_undecodable(cells[heading])
    return RawRow(number, cells, damaged)
