"""Text of a CSV file → records: finding the separator, refusing broken quotes."""

import csv
import io
import re
from collections.abc import Callable, Iterator

from letsconnect.base.encodings import UnreadableFile, without_undecodable

_HEAD = 64 * 1024
_SEPARATORS = ",;\t|"  # tried when the file names none
_CAN_SEPARATE = frozenset(",;\t|:^~#")  # accepted when the file names one
# "sep=;", also in quotes and with empty cells after it, as a spreadsheet writes it that took it for a row.
_SEPARATOR_LINE = re.compile(r' *"?sep=([^"\w\s]|\t|)"?[,;\t|" ]*', re.IGNORECASE)
_LONGEST_SEPARATOR_LINE = 210  # a spreadsheet adds a separator for each column

Fit = Callable[[list[str]], int]  # how many headings a reader knows of those that a separator makes of the first line


def text_and_separator(text: str, *, fit: Fit, fewest: int) -> tuple[str, str]:
    """Return the text from its headings on, and its separator: the one it names ("sep=;"), else the likeliest.

    One that is named counts if it makes at least ``fewest`` known headings.
    """
    text = text.lstrip("\r\n")
    line = text[:_LONGEST_SEPARATOR_LINE].splitlines()[0] if text else ""
    if match := _SEPARATOR_LINE.fullmatch(line):
        following_text, named_separator = text[len(line) :].lstrip("\r\n"), match[1]
        is_right = named_separator in _CAN_SEPARATE and _fit(following_text, named_separator, fit) >= fewest
        return following_text, named_separator if is_right else _likeliest_separator(following_text, fit)
    return text, _likeliest_separator(text, fit)


def _likeliest_separator(text: str, fit: Fit) -> str:
    """Return the separator under which the first record has most of the headings."""
    return max(_SEPARATORS, key=lambda separator: (_fit(text, separator, fit), text[:_HEAD].count(separator)))


def _fit(text: str, separator: str, fit: Fit) -> int:
    try:
        return fit(_header(text, separator))
    except csv.Error:
        return 0


def _header(text: str, separator: str) -> list[str]:
    """Return the first record of the beginning of a text."""
    record = next(csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=separator), [])
    return [without_undecodable(heading) for heading in record]


def records(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records one by one, so that only one is in memory. Raises UnreadableFile where one is broken."""
    lines, skips_spaces = _Lines(text), _has_spaces_before_quotes(text, separator)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=skips_spaces)
    number = 0
    try:
        for record in reader:
            number += 1
            yield record
            last, lines.since = lines.since, []
    except csv.Error as error:
        raise UnreadableFile(
            f"Row {number + 1} cannot be read: {error}. Most often a quotation mark was opened there and never closed."
        ) from error
    if number and _ends_in_quotes(last, separator, skips_spaces=skips_spaces):
        raise UnreadableFile(
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
