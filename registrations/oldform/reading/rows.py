"""One row → everything the portal can take from it, cell by cell."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from letsconnect.base import folding
from registrations.oldform.reading import (
    countries,
    encodings,
    groups,
    languages,
    numbers,
    people,
    roles,
    skills,
    text,
    timestamps,
    windows,
    yesno,
    zones,
)
from registrations.oldform.reading.cells import BLANK, Cell, Certainty, guessed, unread
from registrations.oldform.reading.columns import Columns
from registrations.oldform.reading.names import Names
from registrations.oldform.reading.skills import SkillIndex
from registrations.oldform.reading.table import RawRow, Table

_SPACES = re.compile(r"[ \t\u00a0\u3000]{2,}")  # a thousand of them would be tried a thousand times over
_LISTS = frozenset({"languages", "windows", "shares", "learns", "group"})  # answered with several things


@dataclass(frozen=True)
class Lexicon:
    """What depends on the portal's own rows and on the file as a whole."""

    skills: SkillIndex
    groups: Names
    dates: timestamps.Order
    now: datetime
    is_sure_of_letters: bool = True  # False: the file's code page is a guess
    words_for_none: frozenset[str] = frozenset()  # what several people of the file wrote for want of a username


@dataclass(frozen=True)
class Answers:
    """A row read: ``cells`` has one cell per field of the form, blank where nothing was told."""

    raw: RawRow
    cells: dict[str, Cell]
    columns: Columns

    def __getitem__(self, field: str) -> Any:
        """The value of a field: None where nothing was told or nothing understood."""
        return self.cells[field].value

    def heading(self, field: str) -> str:
        return self.columns.headings[self.columns.places[field]]

    def told(self, field: str) -> str:
        return self.raw.cells[self.heading(field)] if field in self.columns.places else ""

    @property
    def has_an_answer(self) -> bool:
        """Tell whether anything at all was taken from the row but when it was written."""
        return any(
            cell.certainty in (Certainty.UNDERSTOOD, Certainty.GUESSED)
            for field, cell in self.cells.items()
            if field != "written_at"
        )

    @property
    def is_whole(self) -> bool:
        """Tell whether the row has the consent, an address and enough facts to be reviewed."""
        facts = (self["consent"], self["address"], self["country"], self.zone, self["windows"], self["languages"])
        return all(facts) and bool(self["shares"] or self["learns"])

    @property
    def zone(self) -> str:
        """The zone told, else the only one of the country (which is no filled cell, so nothing is counted)."""
        return self["zone"] or ("" if self.cells["zone"].certainty else zones.only_zone(self["country"]))

    @property
    def digest(self) -> str:
        """What tells this row from any other by all its cells."""
        return hashlib.sha256(json.dumps(self.raw.cells, sort_keys=True).encode(errors="replace")).hexdigest()


def date_order(table: Table) -> timestamps.Order:
    """Tell from the whole file whether its dates have the day first."""
    place = table.columns.places.get("written_at")
    if place is None:
        return timestamps.Order.UNTOLD
    return timestamps.order_of(row.cells[table.columns.headings[place]] for row in table.rows)


def words_for_none(table: Table) -> frozenset[str]:
    """Tell from the whole file which usernames are none."""
    if not {"username", "address"} <= table.columns.places.keys():
        return frozenset()
    username, address = (table.columns.headings[table.columns.places[field]] for field in ("username", "address"))
    return people.words_for_none((row.cells[username], row.cells[address]) for row in table.rows)


def read(row: RawRow, columns: Columns, lexicon: Lexicon) -> Answers:
    """Read every field of a row; nothing in a cell makes this fail."""
    told = {field: row.cells[columns.headings[place]] for field, place in columns.places.items()}
    in_doubt = {columns.headings[place] for place in columns.places.values()} & row.damaged
    told |= {field: "" for field, place in columns.places.items() if columns.headings[place] in in_doubt}
    country = _read(told, "country", countries.read)

    readers: dict[str, Callable[[str], Cell]] = {
        "written_at": lambda cell: timestamps.read(cell, order=lexicon.dates, now=lexicon.now),
        "username": lambda cell: people.read_username(
            cell, is_word_for_none=folding.key(cell) in lexicon.words_for_none
        ),
        "name": people.read_name,
        "address": people.read_address,
        "role": roles.read,
        "group": lambda cell: groups.read(cell, lexicon.groups),
        "languages": languages.read,
        "zone": lambda cell: zones.read(cell, country=country.value),
        "windows": lambda cell: windows.read(cell, country=country.value),
        "shares": lambda cell: skills.read(cell, lexicon.skills),
        "learns": lambda cell: skills.read(cell, lexicon.skills),
        "clinic": yesno.read,
        "sessions": numbers.read,
        "newsletter": yesno.read_consent,
        "consent": yesno.read_consent,
    }
    cells = {field: _read(told, field, reader) for field, reader in readers.items()} | {"country": country}
    for field, place in columns.places.items():
        if columns.headings[place] in row.damaged:
            cells[field] = unread("has bytes that are no UTF-8; not read")
        elif cells[field].certainty is Certainty.UNDERSTOOD and encodings.seems_garbled(told[field]):
            cells[field] = guessed(cells[field].value, "some of its letters seem to be lost or garbled")
    return Answers(row, cells if lexicon.is_sure_of_letters else _doubted(cells), columns)


def _read(told: dict[str, str], field: str, reader: Callable[[str], Cell]) -> Cell:
    cell = told.get(field, "")
    if not cell.strip():
        return BLANK
    longest = text.MAX_CELL if field in _LISTS else text.MAX_ONE
    return unread("too long to be an answer") if len(cell) > longest else reader(_SPACES.sub(" ", cell))


def _doubted(cells: dict[str, Cell]) -> dict[str, Cell]:
    """Nothing is understood in a file whose code page is a guess."""
    return {
        field: guessed(cell.value, "the code page is a guess") if cell.certainty is Certainty.UNDERSTOOD else cell
        for field, cell in cells.items()
    }
