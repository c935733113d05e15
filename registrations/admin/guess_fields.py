"""The fields of the page on which guesses are decided: what was typed, what is wrong with it, and what follows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from letsconnect.base.stored_words import reading_in_words
from registrations.oldform.guesses import Guess
from registrations.oldform.reading.decisions import Decision, Decisions
from registrations.oldform.typed import TypedReader

GUESSES_ON_A_PAGE = 25
FIELDS_ON_A_PAGE = 500  # Django refuses a form of more than a thousand, and what is taken back is ticked on it, too
MOST_ROWS_NAMED = 40  # rows of one guess that have a field of their own
ACCEPT, READ, EMPTY = "accept", "read", "empty"


if TYPE_CHECKING:
    _Paginator = Paginator[Guess]
else:
    _Paginator = Paginator  # which is not generic while it runs


@dataclass
class RowField:
    """The field for one row of a guess."""

    row: int
    name: str
    typed: str = ""
    error: str = ""
    decided: Decision | None = None


@dataclass
class GuessFields:
    """One guess with what was chosen and typed for it, and what had been decided before."""

    guess: Guess
    chosen: str = ""
    typed: str = ""
    error: str = ""
    decided: Decision | None = None
    rows: list[RowField] = field(default_factory=list)

    @property
    def has_error(self) -> bool:
        return bool(self.error) or any(row.error for row in self.rows)

    @property
    def is_opened(self) -> bool:
        """Whether something was typed for single rows, so that these fields are to be seen."""
        return any(row.typed for row in self.rows)

    @property
    def more_rows(self) -> int:
        """How many rows have no field of their own."""
        return max(0, len(self.guess.rows) - MOST_ROWS_NAMED)

    def decisions(self) -> Iterator[Decision]:
        """Yield what was decided about all its rows, and about rows of it on their own."""
        column, text = self.guess.column, self.guess.text
        reads = {ACCEPT: None, READ: self.typed, EMPTY: ""}
        if self.chosen in reads:
            yield Decision(column, text, None, reads[self.chosen])
        yield from (Decision(column, text, row.row, row.typed) for row in self.rows if row.typed)


def fields_of(guesses: Iterable[Guess], decisions: Decisions, posted: Mapping[str, Any]) -> list[GuessFields]:
    """Return the fields of a page, with what was posted for them."""
    return [_fields(guess, decisions, posted) for guess in guesses]


def _fields(guess: Guess, decisions: Decisions, posted: Mapping[str, Any]) -> GuessFields:
    chosen, typed = posted.get(f"do-{guess.key}", ""), posted.get(f"as-{guess.key}", "").strip()
    fields = GuessFields(guess, chosen, typed, decided=decisions.on_all.get(guess.key))
    if not chosen and typed:  # whoever types how it is to be read has decided so
        fields.chosen = READ
    if chosen == ACCEPT and not guess.is_guessed:
        fields.chosen = ""
    if len(guess.rows) > 1:
        for row in guess.rows[:MOST_ROWS_NAMED]:
            name = f"row-{row}-{guess.key}"
            fields.rows.append(
                RowField(row, name, posted.get(name, "").strip(), decided=decisions.on_row.get((row, guess.key)))
            )
    return fields


def find_errors(fields: Iterable[GuessFields], reader: TypedReader) -> int:
    """Say at each field what is wrong with it, and return how many there are."""
    errors = 0
    for shown in fields:
        if shown.chosen == READ and not shown.typed:
            shown.error = _("Please write how it is to be read.")
        elif shown.chosen == READ:
            shown.error = _why_not(reader, shown.guess.column, shown.typed)
        elif shown.typed:
            shown.error = _("Please choose “read it as” for this, or leave the field empty.")
        for row in shown.rows:
            row.error = _why_not(reader, shown.guess.column, row.typed) if row.typed else ""
        errors += bool(shown.error) + sum(bool(row.error) for row in shown.rows)
    return errors


def _why_not(reader: TypedReader, column: str, typed: str) -> str:
    why = reader.why_not(column, typed)
    return _("This cannot be read: %(why)s") % {"why": reading_in_words(why)} if why else ""


class GuessPaginator(_Paginator):
    """As many guesses on a page as its form can have fields, and no more than people like to read."""

    @cached_property
    def chunks(self) -> list[list[Guess]]:
        chunks: list[list[Guess]] = [[]]
        fields = 0
        for guess in self.object_list:
            needed = 2 + (min(len(guess.rows), MOST_ROWS_NAMED) if len(guess.rows) > 1 else 0)
            if len(chunks[-1]) == self.per_page or fields + needed > FIELDS_ON_A_PAGE:
                chunks.append([])
                fields = 0
            chunks[-1].append(guess)
            fields += needed
        return chunks

    @cached_property
    def num_pages(self) -> int:
        return len(self.chunks)

    def page(self, number: int | str) -> "Page[Guess]":
        checked = self.validate_number(number)
        return Page(self.chunks[checked - 1], checked, self)
