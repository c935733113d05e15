"""Reading one row: each field of the form is read by its own module, and the row is judged as a whole."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from letsconnect.base import encodings, folding
from registrations.oldform.reading import (
    countries,
    groups,
    identities,
    languages,
    numbers,
    roles,
    skills,
    text,
    timestamps,
    windows,
    yesno,
    zones,
)
from registrations.oldform.reading.cells import BLANK, Cell, Certainty, guessed, understood, unread
from registrations.oldform.reading.columns import Columns
from registrations.oldform.reading.decisions import NOTHING_DECIDED, Decision, Decisions
from registrations.oldform.reading.names import Names
from registrations.oldform.reading.skills import SkillIndex
from registrations.oldform.reading.table import RawRow, Table

_SPACES = re.compile(r"[ \t\u00a0\u3000]{2,}")  # thousands of spaces would make the patterns of the readers slow
_LISTS = frozenset({"languages", "windows", "shares", "learns", "group"})  # answered with several things


@dataclass(frozen=True)
class Lexicon:
    """What reading a row needs to know besides the row: names in the portal, and facts on the file as a whole."""

    skills: SkillIndex
    groups: Names
    dates: timestamps.Order
    now: datetime
    is_sure_of_letters: bool = True  # False: the file's code page is a guess
    decisions: Decisions = NOTHING_DECIDED
    words_for_none: frozenset[str] = frozenset()  # what several people of the file wrote who have no username


@dataclass(frozen=True)
class Answers:
    """A row that was read: ``cells`` has one cell for each field of the form, blank where nothing was written."""

    raw: RawRow
    cells: dict[str, Cell]
    columns: Columns

    def __getitem__(self, field: str) -> Any:
        """Return the value of a field, None where nothing was written or understood."""
        return self.cells[field].value

    def heading(self, field: str) -> str:
        return self.columns.headings[self.columns.places[field]]

    def text_of(self, field: str) -> str:
        return self.raw.cells[self.heading(field)] if field in self.columns.places else ""

    @property
    def has_an_answer(self) -> bool:
        """Tell whether anything could be read from the row besides its timestamp."""
        return any(
            cell.certainty in (Certainty.UNDERSTOOD, Certainty.GUESSED)
            for field, cell in self.cells.items()
            if field != "written_at"
        )

    @property
    def is_whole(self) -> bool:
        """Tell whether the row has the consent, an address, and all the answers that a review needs."""
        facts = (self["consent"], self["address"], self["country"], self.zone, self["windows"], self["languages"])
        return all(facts) and bool(self["shares"] or self["learns"])

    @property
    def zone(self) -> str:
        """Return the zone that was written, or for a blank cell the only zone of the country."""
        return self["zone"] or ("" if self.cells["zone"].certainty else zones.only_zone(self["country"]))

    @property
    def digest(self) -> str:
        """Return a hash of all cells, which recognises the row when it has neither an address nor a username."""
        return hashlib.sha256(json.dumps(self.raw.cells, sort_keys=True).encode(errors="replace")).hexdigest()


def date_order(table: Table) -> timestamps.Order:
    """Return whether the dates of the whole file have the day or the month first."""
    place = table.columns.places.get("written_at")
    if place is None:
        return timestamps.Order.UNDECIDED
    return timestamps.order_of(row.cells[table.columns.headings[place]] for row in table.rows)


def words_for_none(table: Table) -> frozenset[str]:
    """Return the words that people of the whole file wrote for "no username"."""
    if not {"username", "address"} <= table.columns.places.keys():
        return frozenset()
    username, address = (table.columns.headings[table.columns.places[field]] for field in ("username", "address"))
    return identities.words_for_none((row.cells[username], row.cells[address]) for row in table.rows)


def read(row: RawRow, columns: Columns, lexicon: Lexicon) -> Answers:
    """Read every field of a row; a strange cell never makes this fail."""
    answers = {field: row.cells[columns.headings[place]] for field, place in columns.places.items()}
    in_doubt = {columns.headings[place] for place in columns.places.values()} & row.damaged
    answers |= {field: "" for field, place in columns.places.items() if columns.headings[place] in in_doubt}
    decided = _decided(row, answers, columns, lexicon.decisions) if lexicon.decisions else {}
    answers |= {name: decision.reads for name, decision in decided.items() if decision.reads is not None}
    country = _read_cell(answers, "country", countries.read)

    readers = _readers(lexicon, country.value)
    cells = {field: _read_cell(answers, field, reader) for field, reader in readers.items()} | {"country": country}
    for field, place in columns.places.items():
        if columns.headings[place] in row.damaged:
            cells[field] = unread("has bytes that are no letters; not read")
        elif cells[field].certainty is Certainty.UNDERSTOOD and encodings.seems_garbled(answers[field]):
            cells[field] = guessed(cells[field].value, "some of its characters seem to be lost or garbled")
    for name in decided:
        if cells[name].certainty is Certainty.GUESSED:  # somebody has looked: at the guess, or at what they typed
            cells[name] = understood(cells[name].value)
    return Answers(row, cells if lexicon.is_sure_of_letters else _as_guesses(cells), columns)


def read_alone(field: str, text: str, lexicon: Lexicon, *, country: str | None = None) -> Cell:
    """Read what would stand in one cell, without the rest of its row."""
    reader = countries.read if field == "country" else _readers(lexicon, country)[field]
    return _read_cell({field: text}, field, reader)


def _readers(lexicon: Lexicon, country: str | None) -> dict[str, Callable[[str], Cell]]:
    """Return what reads each field of a row but the country, which some of them need to know."""
    return {
        "written_at": lambda cell: timestamps.read(cell, order=lexicon.dates, now=lexicon.now),
        "username": lambda cell: identities.read_username(
            cell, is_word_for_none=folding.key(cell) in lexicon.words_for_none
        ),
        "name": identities.read_name,
        "address": identities.read_address,
        "role": roles.read,
        "group": lambda cell: groups.read(cell, lexicon.groups),
        "languages": languages.read,
        "zone": lambda cell: zones.read(cell, country=country),
        "windows": lambda cell: windows.read(cell, country=country),
        "shares": lambda cell: skills.read(cell, lexicon.skills),
        "learns": lambda cell: skills.read(cell, lexicon.skills),
        "clinic": yesno.read,
        "sessions": numbers.read,
        "newsletter": yesno.read_consent,
        "consent": yesno.read_consent,
    }


def _decided(row: RawRow, answers: dict[str, str], columns: Columns, decisions: Decisions) -> dict[str, Decision]:
    """Return what was decided about the cells of this row, by their fields."""
    headings = {name: columns.headings[columns.places[name]] for name in answers}
    decided = {name: decisions.on(row.number, headings[name], text) for name, text in answers.items()}
    return {name: decision for name, decision in decided.items() if decision is not None}


def _read_cell(answers: dict[str, str], field: str, reader: Callable[[str], Cell]) -> Cell:
    cell = answers.get(field, "")
    if not cell.strip():
        return BLANK
    longest = text.MAX_CELL if field in _LISTS else text.MAX_ONE
    return unread("too long to be an answer") if len(cell) > longest else reader(_SPACES.sub(" ", cell))


def _as_guesses(cells: dict[str, Cell]) -> dict[str, Cell]:
    """Return the cells with "understood" lowered to "guessed", for a file whose code page is a guess."""
    return {
        field: guessed(cell.value, "the code page is a guess") if cell.certainty is Certainty.UNDERSTOOD else cell
        for field, cell in cells.items()
    }
