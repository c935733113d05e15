"""Bytes → rows of the old form: refusing files that are another one or too large."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from letsconnect.base import csv_files, encodings, upload_limits
from registrations.oldform.reading import columns
from registrations.oldform.reading.columns import MOST_COLUMNS, Columns, NotTheOldForm

# The most a file may hold: many times more than the form ever collected, and little enough for one worker.
LARGEST = upload_limits.LARGEST
MOST_ROWS = 10_000
MOST_CELLS = 300_000
_BLANK_AT_THE_END = 100  # so many count as blank rows; more are leftovers of a spreadsheet, and are ignored


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

    Nothing of it is kept. Raises UnreadableFile with a reason.
    """
    _check_size(content)
    encoding = (
        encodings.certain_encoding(content) or "latin-1"
    )  # separators and quotes are the same under every code page
    text, separator = _text_and_separator(content.decode(encoding, errors="replace").removeprefix("\ufeff"))
    records = csv_files.records(text, separator)
    for _row_of_the_file in _rows(records, columns.match(_first(records))):
        pass


def read(content: bytes, encoding: str = "") -> Table:
    """Split a file into columns and rows; ``encoding`` is the code page a person chose.

    Raises UnreadableFile with a reason.
    """
    _check_size(content)
    decoded = encodings.decode(content, encoding)
    notes = list(decoded.notes)
    text, separator = _text_and_separator(decoded.text)
    records = csv_files.records(text, separator)
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
    """Return the text from its headings on, and the separator under which it has most of the form's headings."""
    return csv_files.text_and_separator(text, fit=_known_headings, fewest=columns.FEWEST)


def _known_headings(header: list[str]) -> int:
    try:
        return len(columns.match(header).places)
    except NotTheOldForm:
        return 0


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
