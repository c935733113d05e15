"""Reading a CSV file of people who agreed elsewhere to get the newsletter: address, source, day, perhaps language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from letsconnect.base import addresses, csv_files, encodings, folding
from letsconnect.base.encodings import UnreadableFile
from letsconnect.base.languages import listed
from letsconnect.base.lines import visible_line
from mailings.domain.consents import LONGEST_SOURCE, ConsentOutcome, ConsentRow, moment_of

LARGEST = 1024 * 1024  # bytes
MOST_ROWS = 10_000
_LONGEST_CELL = 1000  # nothing longer is an address, a day, a language or a source
# Column → its headings, as `folding.key` writes them.
HEADINGS = {
    "address": "address|email|e-mail|email address|e-mail address|mail|correo|correo electrónico|dirección|courriel|"
    "adresse|adresse e-mail|endereço|البريد الإلكتروني|العنوان",
    "language": "language|lang|language code|idioma|langue|língua|اللغة",
    "source": "source|consent source|source of consent|where|fuente|origen|origine|fonte|origem|المصدر",
    "date": "date|day|consent date|date of consent|agreed on|agreed at|fecha|date du consentement|data|التاريخ",
}
_FIELD_OF = {folding.key(heading): name for name, headings in HEADINGS.items() for heading in headings.split("|")}
REQUIRED = ("address", "source", "date")


@dataclass
class ConsentFile:
    """A file as it was read: the consents in it, and by line what could not be taken and why."""

    consents: list[ConsentRow] = field(default_factory=list)
    rejected: list[tuple[int, str, ConsentOutcome]] = field(default_factory=list)  # line, address as written, reason
    guess: str = ""  # the name of the code page it was read with, if that is only a guess
    outcomes: list[ConsentOutcome] = field(default_factory=list)  # what came of each consent, once they were taken


def read_file(content: bytes, *, encoding: str = "", now: datetime) -> ConsentFile:
    """Read a whole file; ``encoding`` is the code page that a person chose. Raises UnreadableFile with a reason."""
    if len(content) > LARGEST:
        raise UnreadableFile(_("The file is larger than 1 MB. Please split it."))
    decoded = encodings.decode(content, encoding)
    text, separator = csv_files.text_and_separator(decoded.text, fit=_known_headings, fewest=len(REQUIRED))
    records = csv_files.records(text, separator)
    places = _places(next((record for record in records if any(map(str.strip, record))), []))
    if missing := [name for name in REQUIRED if name not in places]:
        raise UnreadableFile(
            _("The first line has to name the columns address, source and date. Missing: %(columns)s.")
            % {"columns": listed(missing)}
        )
    file = ConsentFile(guess=encodings.CODE_PAGES.get(decoded.guess, ""))
    seen: set[str] = set()
    for number, cells in _rows(records, places):
        consent = _read_row(number, cells, now=now)
        if isinstance(consent, ConsentRow) and consent.address in seen:
            consent = ConsentOutcome.DOUBLED
        if isinstance(consent, ConsentRow):
            seen.add(consent.address)
            file.consents.append(consent)
        else:
            file.rejected.append((number, visible_line(cells["address"])[:100], consent))
    return file


def _known_headings(header: Sequence[str]) -> int:
    return len(_places(header))


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return in which column each field stands; of two columns with one heading, the first counts."""
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        name = _FIELD_OF.get(folding.key(heading[:100]))
        if name is not None:
            places.setdefault(name, place)
    return places


def _rows(records: Iterator[list[str]], places: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that say anything, numbered as in a spreadsheet: the headings are row 1."""
    count = 0
    for number, record in enumerate(records, start=2):
        if not any(map(str.strip, record)):
            continue
        count += 1
        if count > MOST_ROWS:
            raise UnreadableFile(_("The file has more than %(most)d rows. Please split it.") % {"most": MOST_ROWS})
        yield number, {name: _cell(record, places.get(name)) for name in HEADINGS}


def _cell(record: list[str], place: int | None) -> str:
    """Return a cell, "" where the row is shorter."""
    text = record[place] if place is not None and place < len(record) else ""
    return encodings.without_undecodable(text)[:_LONGEST_CELL].strip()


def _read_row(number: int, cells: dict[str, str], *, now: datetime) -> ConsentRow | ConsentOutcome:
    address = addresses.canonical_or_nothing(cells["address"])
    if not address:
        return ConsentOutcome.NO_ADDRESS
    source = visible_line(cells["source"])
    if not source:
        return ConsentOutcome.NO_SOURCE
    if len(source) > LONGEST_SOURCE:
        return ConsentOutcome.LONG_SOURCE
    agreed_at = moment_of(cells["date"], now=now)
    if isinstance(agreed_at, ConsentOutcome):
        return agreed_at
    language = folding.key(cells["language"]).partition(" ")[0]
    if language and language not in dict(settings.LANGUAGES):
        return ConsentOutcome.NO_SUCH_LANGUAGE
    return ConsentRow(number, address, language, source, agreed_at)
