"""Registrations as a table for spreadsheets: a row each, in the reader's language, and no cell a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import chain
from typing import IO, Any

import xlsxwriter
from django.db.models import BooleanField, ExpressionWrapper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from letsconnect.base.spreadsheets import harmless
from registrations.answers.changes import say_topics, say_window
from registrations.domain.registrations import BabelLevel, ContactWay
from registrations.models import Registration, RegistrationQuerySet, Role, Skill, has_agreed
from registrations.reference.names import country_name, language_name

AT_ONCE = 500
_BETWEEN = "; "


@dataclass(frozen=True)
class Reader:
    """For whom the table is written; ``sees_addresses`` adds how to reach people."""

    language: str
    zone: tzinfo
    sees_addresses: bool


@dataclass(frozen=True)
class _Words:
    """What skills and roles are called in the reader's language, looked up once for the whole table."""

    language: str
    skills: dict[int, str]
    roles: dict[int, str]

    @classmethod
    def of(cls, reader: Reader) -> "_Words":
        with override(reader.language):
            return cls(
                language=reader.language,
                skills={skill.pk: str(skill) for skill in Skill.objects.prefetch_related("skill_names")},
                roles={role.pk: str(role) for role in Role.objects.prefetch_related("role_names")},
            )

    def sorted(self, rows: Any) -> list[tuple[str, Any]]:
        """Return (name, row) of offers or wishes by name."""
        named = [(self.skills[row.skill_id], row) for row in rows.all()]
        return sorted(named, key=lambda pair: pair[0].casefold())


Read = Callable[[Registration, _Words], object]


def _languages(registration: Registration, words: _Words) -> str:
    spoken = sorted(registration.spoken_languages.all(), key=lambda row: (-row.level, row.code))
    return _BETWEEN.join(
        f"{language_name(row.code, words.language)} ({'N' if row.level == BabelLevel.NATIVE else row.level})"
        for row in spoken
    )


def _shares(registration: Registration, words: _Words) -> str:
    return _BETWEEN.join(name for name, _offer in words.sorted(registration.offers))


def _wishes(registration: Registration, words: _Words) -> str:
    wishes = words.sorted(registration.wishes)
    return _BETWEEN.join(f"{name} ({wish.why})" if wish.why else name for name, wish in wishes)


def _contact(registration: Registration, words: _Words) -> str:
    return f"{ContactWay(registration.contact_way).label} {registration.contact_text}".strip()


_COLUMNS: list[tuple[Any, Read]] = [
    (_("number"), lambda one, _words: one.pk),
    (pgettext_lazy("of a person", "name"), lambda one, _words: one.shown_name or str(one)),
    (_("state"), lambda one, _words: one.get_state_display()),
    (_("came by"), lambda one, _words: one.get_source_display()),
    (_("claimed"), lambda one, _words: one.is_claimed),
    (_("country code"), lambda one, _words: one.country),
    (_("country or territory"), lambda one, words: country_name(one.country, words.language) if one.country else ""),
    (_("region"), lambda one, _words: one.region),
    (_("group"), lambda one, _words: one.group.name if one.group else one.group_other),
    (_("main role"), lambda one, words: words.roles.get(one.role_id, "")),
    (_("topics of work"), lambda one, _words: _BETWEEN.join(say_topics(one.topics, one.topic_other))),
    (_("spoken languages"), _languages),
    (_("shares"), _shares),
    (_("wants to learn"), _wishes),
    (_("free hours"), lambda one, _words: _BETWEEN.join(say_window(w.start, w.end) for w in one.windows.all())),
    (_("time zone"), lambda one, _words: one.zone),
    (_("people they can help at once"), lambda one, _words: one.can_help),
    (_("people they want to learn from at once"), lambda one, _words: one.can_learn_from),
    (_("others may find them and ask for them"), lambda one, _words: one.is_findable),
    (_("away until"), lambda one, _words: one.away_until),
    (_("paused until"), lambda one, _words: one.paused_until),
    (_("submitted at"), lambda one, _words: one.submitted_at),
    (_("changed at"), lambda one, _words: one.changed_at),
    (_("reviewed at"), lambda one, _words: one.reviewed_at),
    (_("agreed to the documents"), lambda one, _words: one.has_agreed_today),
]
_ADDRESSES: list[tuple[Any, Read]] = [
    (_("email address"), lambda one, _words: (one.member.email if one.member else one.imported_address) or ""),
    (_("how a match may reach them"), _contact),
    (_("Wikimedia username, as told"), lambda one, _words: one.wikimedia_username),
]


def headings(reader: Reader) -> list[str]:
    with override(reader.language):
        return [str(heading) for heading, _read in _columns(reader)]


def rows(registrations: RegistrationQuerySet, reader: Reader) -> Iterator[list[str | int]]:
    """Yield a row for each registration; texts are harmless, moments are in the reader's zone."""
    agreed = ExpressionWrapper(has_agreed(on=timezone.now().date()), output_field=BooleanField())
    wanted = (
        registrations.select_related("member", "group")
        .annotate(has_agreed_today=agreed)
        .prefetch_related("spoken_languages", "windows", "offers", "wishes")
    )
    words = _Words.of(reader)
    for chunk in _chunks(wanted):
        with override(reader.language):
            yield from [[_cell(read(one, words), reader) for _heading, read in _columns(reader)] for one in chunk]


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
    return harmless(value if isinstance(value, str) else str(value))


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
