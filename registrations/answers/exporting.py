"""Registrations as a table for spreadsheets: a row each, in the reader's language, and no cell a formula."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import IO, Any

from django.db.models import BooleanField, ExpressionWrapper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from letsconnect.base.spreadsheets import csv_of, harmless, write_sheet
from registrations.answers.kinds import Words
from registrations.answers.questions import QUESTIONS
from registrations.models import Registration, RegistrationQuerySet, Role, Skill, has_agreed

AT_ONCE = 500


@dataclass(frozen=True)
class Reader:
    """The person the table is written for; ``sees_addresses`` adds how to contact people."""

    language: str
    zone: tzinfo
    sees_addresses: bool


_Column = tuple[Any, Callable[[Registration, Words], object]]
_BEFORE: list[_Column] = [(_("number"), lambda registration, _words: registration.pk)]
_AFTER_THE_NAME: list[_Column] = [
    (_("state"), lambda registration, _words: registration.get_state_display()),
    (_("came by"), lambda registration, _words: registration.get_source_display()),
    (_("claimed"), lambda registration, _words: registration.is_claimed),
]
_AFTER: list[_Column] = [
    (_("paused until"), lambda registration, _words: registration.paused_until),
    (_("submitted at"), lambda registration, _words: registration.submitted_at),
    (_("changed at"), lambda registration, _words: registration.changed_at),
    (_("reviewed at"), lambda registration, _words: registration.reviewed_at),
    (_("agreed to the documents"), lambda registration, _words: vars(registration)["has_agreed_today"]),
]
_ADDRESS: _Column = (
    _("email address"),
    lambda registration, _words: (
        (registration.member.email if registration.member else registration.imported_address) or ""
    ),
)
_USERNAME: _Column = (_("Wikimedia username, as told"), lambda registration, _words: registration.wikimedia_username)


def _words(reader: Reader) -> Words:
    """What skills and roles are called in the reader's language, looked up once for the whole table."""
    names = {
        "skill": Skill.objects.prefetch_related("skill_names"),
        "role": Role.objects.prefetch_related("role_names"),
    }
    with override(reader.language):
        return Words(reader.language, {f"{kind}:{row.pk}": str(row) for kind, rows in names.items() for row in rows})


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
    words, columns = _words(reader), _columns(reader)
    for chunk in _chunks(wanted):
        with override(reader.language):
            yield from [
                [_cell(read(registration, words), reader) for _heading, read in columns] for registration in chunk
            ]


def _columns(reader: Reader) -> list[_Column]:
    """Return the headings with how they are read: the answers in the order of the questions, the rest around them."""
    name, *others = [cell for question in QUESTIONS if not question.for_coordinators for cell in question.cells]
    columns = [*_BEFORE, name, *_AFTER_THE_NAME, *others, *_AFTER]
    if not reader.sees_addresses:
        return columns
    private = [cell for question in QUESTIONS if question.for_coordinators for cell in question.cells]
    return [*columns, _ADDRESS, *private, _USERNAME]


def _chunks(registrations: RegistrationQuerySet) -> Iterator[list[Registration]]:
    """Yield registrations in chunks by key; a pooled connection would lose a cursor between two chunks."""
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
    return csv_of(_table(registrations, reader))


def _table(registrations: RegistrationQuerySet, reader: Reader) -> Iterator[Sequence[str | int]]:
    yield headings(reader)
    yield from rows(registrations, reader)


def write_xlsx(registrations: RegistrationQuerySet, reader: Reader, file: IO[bytes]) -> None:
    write_sheet(_table(registrations, reader), file, frozen_columns=2)
