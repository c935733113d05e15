"""Lists of the participants of a call, as the programs for calls write them → people, without a database.

They differ in everything: the headings and their language, lines before the table, tables after it, one row for each
person or for each time somebody came back. What is read is a name, an address where there is one, and for how long.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from clinics.domain.attendance import CallListRefused
from letsconnect.base.addresses import canonical_or_nothing
from letsconnect.base.csv_files import records
from letsconnect.base.encodings import UnreadableFile, decode, without_undecodable
from letsconnect.base.folding import key, plain
from letsconnect.base.lines import visible_line
from letsconnect.base.stored_words import in_words

LARGEST = 2 * 1024 * 1024
MOST_ROWS = 5000
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_STAY = 200, 254, 2 * 24 * 60
MOST_NOTES = 20
_SEPARATORS = ("\t", ",", ";", "|")  # the first of those that fit equally well
_SOME_DAY = date(2000, 1, 1)
_LOOKED_AT = 60  # records in which the headings are searched

# What each column is called, as a key of `folding`; in the languages in which the usual programs write.
_HEADINGS = {
    "name": (
        "name", "full name", "display name", "participant", "participant name", "user name", "username", "attendee",
        "attendee name", "name original name", "nombre", "nombre completo", "participante", "nom", "nom complet",
        "participant e", "nome", "nome completo", "الاسم", "الاسم الكامل", "المشارك",
    ),
    "first": ("first name", "given name", "nombre de pila", "prenom", "primeiro nome", "الاسم الاول"),
    "last": ("last name", "surname", "family name", "apellido", "apellidos", "nom de famille", "sobrenome", "apelido",
             "اسم العايله", "اللقب"),
    "address": (
        "email", "e mail", "user email", "email address", "e mail address", "mail", "participant email",
        "attendee email", "correo electronico", "correo", "adresse e mail", "adresse mail", "courriel",
        "endereco de e mail",
        "البريد الالكتروني",
    ),
    "minutes": (
        "duration minutes", "total duration minutes", "minutes", "time in session minutes", "duracion minutos",
        "duree minutes", "duracao minutos", "المده بالدقايق",
    ),
    "duration": (
        "duration", "total duration", "in meeting duration", "time in call", "time in meeting", "duracion",
        "duracion en la reunion", "duree", "duree de la reunion", "duree dans la reunion", "duracao",
        "duracao na reuniao", "المده", "online time", "call duration", "attended duration", "attendance duration",
    ),
    "joined": (
        "join time", "joined", "joined at", "time joined", "first join", "first join time", "join", "join timestamp",
        "hora de entrada", "hora de union", "primera union", "heure d arrivee", "heure darrivee",
        "heure de participation", "heure de connexion", "primeira entrada", "hora em que ingressou", "وقت الانضمام",
    ),
    "left": (
        "leave time", "left", "left at", "time exited", "time left", "last leave", "last leave time", "leave",
        "leave timestamp", "hora de salida", "ultima salida", "heure de depart", "derniere sortie", "hora de saida",
        "ultima saida", "وقت المغادره",
    ),
    "action": ("user action", "action", "accion del usuario", "action de l utilisateur", "acao do usuario"),
    "moment": ("timestamp", "time", "marca de tiempo", "horodatage", "carimbo de data hora"),
    "came": ("attended", "asistio", "a participe", "participou", "compareceu", "حضر"),
    "waited": ("in waiting room", "waiting room", "en la sala de espera", "dans la salle d attente",
               "na sala de espera"),
}  # fmt: skip
_COLUMN_OF = {key(heading): column for column, headings in _HEADINGS.items() for heading in headings}
_NAMES_SOMEBODY = {"name", "first", "last"}
_YES = {"yes", "true", "1", "si", "oui", "sim", "نعم"}
_NO = {"no", "false", "0", "non", "nao", "لا"}
_LEFT = re.compile(r"\b(left|leave|salio|quitte|parti|saiu|غادر)")
_SECTION = re.compile(r"\s*\d+\.\s+\S")  # "3. In-Meeting Activities" begins another table
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp])?")
_LONGEST_SPAN = 40  # letters in which somebody writes a length of time
_SPAN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(h|m|s|j)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_PARTS = re.compile(r"\s+[-–—|/·:]\s+|[|/]")


@dataclass(frozen=True)
class Caller:
    """Somebody in a call: the row of the file in which they stand first, and all their stays added up."""

    row: int
    name: str
    address: str = ""
    minutes: int | None = None


@dataclass(frozen=True)
class CallersFound:
    """What was read of a file: the people, in its order, and sentences about what was not understood."""

    callers: list[Caller]
    notes: list[str] = field(default_factory=list)


def read_call_list(content: bytes) -> CallersFound:
    """Read a list; CallListRefused, saying what is wrong and in which row, if it is none."""
    if len(content) > LARGEST:
        raise CallListRefused(_("The file is larger than %(limit)d MB.") % {"limit": LARGEST // 1024**2})
    if not content.strip(b"\x00 \r\n\t"):
        raise CallListRefused(_("The file is empty."))
    try:
        decoded = decode(content)
        columns, rows = _table(decoded.text)
    except UnreadableFile as error:
        raise CallListRefused(in_words(str(error))) from error
    notes = [_("The file is not UTF-8: please look whether the names read right.")] if decoded.guess else []
    callers = _merged(list(_stays((_Row(number, cells, columns) for number, cells in rows), notes)))
    if not callers:
        raise CallListRefused(_("There are headings in this file, and nobody under them."))
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], _("And more of the same kind.")]
    return CallersFound(callers, notes)


def _table(text: str) -> tuple[dict[str, int], list[tuple[int, list[str]]]]:
    """Return the columns of the first table that names people, and the rows under its headings, with their numbers."""
    text = text.lstrip("\r\n")
    best: tuple[int, str, int, dict[str, int]] | None = None
    refused: UnreadableFile | None = None
    for separator in _SEPARATORS:
        try:
            for number, record in _first_records(text, separator):
                columns = _columns_of(record)
                if columns and (best is None or len(columns) > best[0]):
                    best = len(columns), separator, number, columns
        except UnreadableFile as error:
            refused = error
    if best is None:
        if refused is not None:
            raise refused
        raise CallListRefused(
            _("No row of this file has the headings of a list of participants, such as “Name”, “Email” and “Duration”.")
        )
    _size, separator, headings_at, columns = best
    return columns, list(_rows_under(text, separator, headings_at))


def _first_records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    for number, record in enumerate(records(text, separator), start=1):
        if number > _LOOKED_AT:
            return
        yield number, record


def _columns_of(record: Sequence[str]) -> dict[str, int]:
    """Return where each known column is, if these are headings of a list of people; else nothing."""
    columns: dict[str, int] = {}
    for place, heading in enumerate(record):
        column = _column_of(without_undecodable(heading))
        if column is not None:
            columns.setdefault(column, place)
    names_people = columns.keys() & _NAMES_SOMEBODY or (set(columns) == {"address"} and len(record) == 1)
    return columns if names_people else {}


def _column_of(heading: str) -> str | None:
    """Return what a column with this heading holds: “Name (original name)” is one of names, in any language."""
    whole = _COLUMN_OF.get(key(heading))
    return whole or ("name" if _COLUMN_OF.get(key(_IN_BRACKETS.sub(" ", heading))) == "name" else None)


def _rows_under(text: str, separator: str, headings_at: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the table under its headings, until an empty line or the next table."""
    has_begun = False
    for number, record in enumerate(records(text, separator), start=1):
        if number <= headings_at:
            continue
        cells = [visible_line(without_undecodable(cell)).strip() for cell in record]
        if not any(cells):
            if has_begun:
                return
            continue
        if sum(map(bool, cells)) == 1 and _SECTION.match(next(filter(None, cells))):
            return
        if number - headings_at > MOST_ROWS:
            raise CallListRefused(_("The list has more than %(most)d rows. Please split it.") % {"most": MOST_ROWS})
        has_begun = True
        yield number, cells


@dataclass(frozen=True)
class _Row:
    """One row of the table, and where each known column is in it."""

    number: int
    cells: list[str]
    columns: dict[str, int]

    def cell(self, column: str) -> str:
        place = self.columns.get(column)
        return self.cells[place] if place is not None and place < len(self.cells) else ""


class _Stay(NamedTuple):
    """What one row says; where the list is one of comings and goings, when somebody came or left."""

    caller: Caller
    moment: datetime | None = None
    has_left: bool = False


def _stays(rows: Iterable[_Row], notes: list[str]) -> Iterator[_Stay]:
    """Yield what each row says of somebody, and note what is not understood."""
    for row in rows:
        if key(row.cell("waited")) in _YES or key(row.cell("came")) in _NO:  # they never got in
            continue
        name = row.cell("name") or " ".join(filter(None, (row.cell("first"), row.cell("last"))))
        typed = row.cell("address")
        address = canonical_or_nothing(typed) if typed else ""
        if "@" in typed and not address:
            notes.append(_("Row %(row)d: “%(cell)s” is no address.") % {"row": row.number, "cell": typed[:60]})
        if not name and not address:
            notes.append(_("Row %(row)d names nobody.") % {"row": row.number})
            continue
        caller = Caller(row.number, name[:LONGEST_NAME], address[:LONGEST_ADDRESS], _minutes(row, notes))
        action = row.cell("action")
        yield _Stay(caller, _clock(row.cell("moment")) if action else None, bool(_LEFT.search(key(action))))


def _minutes(row: _Row, notes: list[str]) -> int | None:
    """Return how long somebody stayed by what their row says; None where it says nothing."""
    in_minutes, written = row.cell("minutes"), row.cell("duration")
    if typed := in_minutes or written:
        length = duration_in_minutes(typed, counts_minutes=bool(in_minutes))
        if length is None:
            words = _("Row %(row)d: “%(cell)s” is no length of time.")
            notes.append(words % {"row": row.number, "cell": typed[:60]})
        return length
    joined, left = _clock(row.cell("joined")), _clock(row.cell("left"))
    return None if joined is None or left is None else _between(joined, left)


def duration_in_minutes(text: str, *, counts_minutes: bool = False) -> int | None:
    """Return a length of time in whole minutes: "65", "1:05:20", "1 hr 5 min", "1h 5m 20s"; None if it is none."""
    text = text.strip()[:_LONGEST_SPAN]
    seconds: float | None = None
    if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
        number = _number(text)
        seconds = number * 60 if counts_minutes or number <= LONGEST_STAY else number
    elif clock := re.fullmatch(r"(?:(\d+):)?(\d{1,3}):(\d{2})", text):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    elif parts := _SPAN.findall(text):
        in_seconds = {"h": 3600, "m": 60, "s": 1, "j": 86400}
        seconds = sum(_number(number) * in_seconds[plain(unit)] for number, unit in parts)
    return None if seconds is None else min(LONGEST_STAY, round(seconds / 60))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _clock(text: str) -> datetime | None:
    """Return the hour that stands in a moment, however its day is written, on one and the same day."""
    clock = _CLOCK.search(text)
    if clock is None:
        return None
    hour, minute, second, half = int(clock[1]), int(clock[2]), int(clock[3] or 0), plain(clock[4] or "")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return datetime.combine(_SOME_DAY, time(hour, minute, second), tzinfo=UTC)


def _between(joined: datetime, left: datetime) -> int:
    span = left - joined if left >= joined else left + timedelta(days=1) - joined  # over midnight
    return round(span.total_seconds() / 60)


def _merged(stays: list[_Stay]) -> list[Caller]:
    """Make one of all the rows of somebody who came back: of the same address, or of a name that only they have."""
    addresses: dict[str, set[str]] = defaultdict(set)
    for stay in stays:
        addresses[key(stay.caller.name)].add(stay.caller.address)
    callers: dict[tuple[str, str], Caller] = {}
    came: dict[tuple[str, str], datetime] = {}
    for caller, moment, has_left in stays:
        written = addresses[key(caller.name)] - {""}
        address = caller.address or (next(iter(written)) if len(written) == 1 and caller.name else "")
        who = (address, "" if address else key(caller.name) or caller.name)
        minutes = caller.minutes
        if moment and has_left and who in came:
            minutes = _between(came.pop(who), moment)
        elif moment and not has_left:
            came.setdefault(who, moment)
        before = callers.get(who) or replace(caller, address=address, minutes=None)
        lengths = [length for length in (before.minutes, minutes) if length is not None]
        together = min(LONGEST_STAY, sum(lengths)) if lengths else None
        callers[who] = replace(before, name=before.name or caller.name, minutes=together)
    return list(callers.values())


def names_in(name: str) -> list[str]:
    """Return what somebody may be called who is shown so in a call, as keys, the whole name first.

    People write their language, their group or their pronouns beside it: "ES – Ana López (she/her)".
    """
    outside = _IN_BRACKETS.sub(" ", name)
    inside = _IN_BRACKETS.findall(name)
    tried = [name, outside, *inside, *_PARTS.split(outside)]
    return list(dict.fromkeys(name_key for name_key in map(key, tried) if name_key))
