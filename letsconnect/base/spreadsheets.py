"""Tables as files for spreadsheets, and cells that no spreadsheet takes for a formula: used by every file we export."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import xlsxwriter

_BEGINS = frozenset("=+-@")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Some programs refuse NUL and other control characters, others skip them, so that the next character comes first.
# With U+FFFE or U+FFFF in one cell, no program opens the whole .xlsx file.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take the text for a formula, also after spaces or with a full-width sign."""
    if text[:1] in ("\t", "\r", "\n", "\x00"):
        return True
    visible_characters = (
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) not in _UNSEEN
    )
    return next(visible_characters, "") in _BEGINS


def harmless(text: str) -> str:
    """Return the text as a cell that stays text: an apostrophe before a possible formula, no control characters."""
    text = "".join(text)  # a `WrittenLine` without the characters that isolate it in a sentence
    plain = _CONTROLS.sub("", text)  # without a control character at the start, another one comes first: check both
    return f"'{plain}" if looks_like_formula(text) or looks_like_formula(plain) else plain


def csv_of(table: Iterable[Sequence[str | int]]) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: UTF-8 with its mark, every cell quoted, for spreadsheets of any country.

    Whoever makes the table has made its texts `harmless`.
    """
    yield "\ufeff".encode()
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in table:
        writer.writerow(row)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def write_sheet(table: Iterable[Sequence[str | int]], file: IO[bytes], *, frozen_columns: int = 1) -> None:
    """Write a spreadsheet in which every text stays text: no formulas, no links.

    Only one row at a time is in memory.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, frozen_columns)
        for number, row in enumerate(table):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, value)
