"""Registrations as a table for spreadsheets: a row each, in the reader's language, and no cell a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import chain
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from letsconnect.base.spreadsheets import harmless
from registrations.changes import say_window
from registrations.domain import BabelLevel, ContactWay
from registrations.models import Registration, RegistrationQuerySet
from registrations.reference.names import country_name, language_name

AT_ONCE = 500
_BETWEEN = "; "


@dataclass(frozen=True)
class Reader:
    """For whom the table is written; ``sees_addresses`` adds how to reach people."""

    language: str
    zone: tzinfo
    sees_addresses: bool


Read = Callable[[Registration, Reader], object]


def _languages(registration: Registration, reader: Reader) -> str:
    spoken = sorted(registration.spoken_languages.all(), key=lambda row: (-row.level, row.code))
    return _BETWEEN.join(
        f"{language_name(row.code, reader.language)} ({'N' if row.level == BabelLevel.NATIVE else row.level})"
        for row in spoken
    )


def _wishes(registration: Registration, reader: Reader) -> str:
    return _BETWEEN.join(
        f"{wish.skill} ({wish.why})" if wish.why else str(wish.skill) for wish in _by_skill(registration.wishes)
    )


def _by_skill(rows: Any) -> list[Any]:
    return sorted(rows.all(), key=lambda row: str(row.skill).casefold())


def _contact(registration: Registration, reader: Reader) -> str:
    return f"{ContactWay(registration.contact_way).label} {registration.contact_text}".strip()


_COLUMNS: list[tuple[Any, Read]] = [
    (_("number"), lambda one, _reader: one.pk),
    (pgettext_lazy("of a person", "name"), lambda one, _reader: str(one)),
    (_("state"), lambda one, _reader: one.get_state_display()),
    (_("came by"), lambda one, _reader: one.get_source_display()),
    (_("claimed"), lambda one, _reader: one.is_claimed),
    (_("country code"), lambda one, _reader: one.country),
    (_("country or territory"), lambda one, reader: country_name(one.country, reader.language) if one.country else ""),
    (_("region"), lambda one, _reader: one.region),
    (_("group"), lambda one, _reader: one.group.name if one.group else one.group_other),
    (_("main role"), lambda one, _reader: str(one.role or "")),
    (_("spoken languages"), _languages),
    (_("shares"), lambda one, _reader: _BETWEEN.join(str(offer.skill) for offer in _by_skill(one.offers))),
    (_("wants to learn"), _wishes),
    (_("free hours"), lambda one, _reader: _BETWEEN.join(say_window(w.start, w.end) for w in one.windows.all())),
    (_("time zone"), lambda one, _reader: one.zone),
    (_("people they can help at once"), lambda one, _reader: one.can_help),
    (_("people they want to learn from at once"), lambda one, _reader: one.can_learn_from),
    (_("away until"), lambda one, _reader: one.away_until),
    (_("paused until"), lambda one, _reader: one.paused_until),
    (_("submitted at"), lambda one, _reader: one.submitted_at),
    (_("changed at"), lambda one, _reader: one.changed_at),
    (_("reviewed at"), lambda one, _reader: one.reviewed_at),
]
_ADDRESSES: list[tuple[Any, Read]] = [
    (_("email address"), lambda one, _reader: (one.member.email if one.member else one.imported_address) or ""),
    (_("how a match may reach them"), _contact),
    (_("Wikimedia username, as told"), lambda one, _reader: one.wikimedia_username),
]


def headings(reader: Reader) -> list[str]:
    with override(reader.language):
        return [str(heading) for heading, _read in _columns(reader)]


def rows(registrations: RegistrationQuerySet, reader: Reader) -> Iterator[list[str | int]]:
    """Yield a row for each registration; texts are harmless, moments are in the reader's zone."""
    wanted = registrations.select_related("member", "group", "role").prefetch_related(
        "role__role_names",
        "spoken_languages",
        "windows",
        "offers__skill__skill_names",
        "wishes__skill__skill_names",
    )
    for chunk in _chunks(wanted):
        with override(reader.language):
            yield from [[_cell(read(one, reader), reader) for _heading, read in _columns(reader)] for one in chunk]


def _columns(reader: Reader) -> list[tuple[Any, Read]]:
    return [*_COLUMNS, *(_ADDRESSES if reader.sees_addresses else [])]


def _chunks(registrations: RegistrationQuerySet) -> Iterator[list[Registration]]:
    """By number and not by a cursor, which a pooled connection would lose between two chunks."""
    last = 0
    while chunk := list(registrations.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield chunk
        if len(chunk) < AT_ONCE:
            return
        last = chunk[-1].pk


def _cell(value: object, reader: Reader) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return int(value)
        case int():
            return value
        case datetime():
            return value.astimezone(reader.zone).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
    return harmless(str(value))


def as_csv(registrations: RegistrationQuerySet, reader: Reader) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: UTF-8 with its mark, every cell quoted, for spreadsheets of any country."""
    yield "\ufeff".encode()
    yield from _lines(chain([headings(reader)], rows(registrations, reader)))


def _lines(table: Iterable[list[str | int]]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in table:
        writer.writerow(row)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def write_xlsx(registrations: RegistrationQuerySet, reader: Reader, file: IO[bytes]) -> None:
    """Write a spreadsheet in which every text is a text: no formulas, no links; a row at a time is in memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 2)
        for number, row in enumerate(chain([headings(reader)], rows(registrations, reader))):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, value)
