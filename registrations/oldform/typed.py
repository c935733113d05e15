"""What somebody types at the desk for cells of a file: whether it can be read, and as what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from registrations.oldform.lexicon import lexicon_of_the_portal
from registrations.oldform.reading import rows
from registrations.oldform.reading.cells import Cell, Certainty
from registrations.oldform.reading.columns import field_of
from registrations.oldform.reading.report import value_in_words
from registrations.oldform.reading.rows import Lexicon
from registrations.oldform.reading.timestamps import Order
from registrations.reference.countries import COUNTRIES


class TypedReader:
    """Reads what was typed without reading a file: no page waits for one.

    Where the file matters, as the country does for "UTC+3", something is readable that any row could mean by it. What
    a row of the file makes of it in the end, a worker tells.
    """

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon_of_the_portal(now=self._now)

    def why_not(self, column: str, text: str) -> str:
        """Return why this can be read in no row, "" if it can."""
        first = ""
        for cell in self._cells(column, text):
            if cell.certainty is not Certainty.UNREAD:
                return ""
            first = first or cell.note
        return first

    def in_words(self, column: str, text: str) -> str:
        """Return what it is read as; "" where that is not the same in each row, or is nothing."""
        cell = next(self._cells(column, text), Cell())
        return "" if cell.certainty is Certainty.UNREAD else value_in_words(field_of(column) or "", cell.value)

    def _cells(self, column: str, text: str) -> Iterator[Cell]:
        """Yield how it is read, as far as the row makes a difference in each way."""
        field = field_of(column)
        if field is None:
            return
        yield rows.read_alone(field, text, self._lexicon)
        if field == "written_at":
            for order in (Order.DAY_FIRST, Order.MONTH_FIRST):
                yield rows.read_alone(field, text, replace(self._lexicon, dates=order))
        if field == "zone":
            for country in COUNTRIES:
                yield rows.read_alone(field, text, self._lexicon, country=country)
