"""Signals by which actions here tell the apps above: each is sent by one action, inside its transaction.

What a receiver does is part of that transaction. The sender has locked the member's row; receivers lock matches before
clinics, and registrations last.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.dispatch import Signal
from django.utils.formats import date_format
from django.utils.translation import gettext

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.templatetags.when import when
from registrations.domain.registrations import RegistrationState, Step
from registrations.models import Member

# registration, by, now, leaves_clinics: the person leaves the programme.
registration_withdrawn = Signal()
# registration, until, by, now: the person takes no new matches before that day.
registration_paused = Signal()
# member, blocked, by, now: the two are to be kept apart, and the blocked one is not to know.
people_blocked = Signal()
# member, by, now: everything that is still running for the person ends; their columns are emptied afterwards.
erasing = Signal()
# proved: everything has ended; the person's words go from files and reports that are about many.
forgetting_in_files = Signal()
# member, by, now: the account closes and nothing is emptied; everything that is still running for the person ends. `by`
# None is the trust team, which no log names.
account_closed = Signal()

# member, step, now, batch → sentences that say what a step will change, asked before the person takes it. What they are
# read from is added to ``batch``; they are written once it has run.
effects_asked = Signal()
# member, becomes, now, batch → sentences for the desk that say what another decision on the registration will change,
# in the same way: how many of what, with no word about anybody else.
decision_effects_asked = Signal()
# member, now, batch → SectionReader: what is stored about the person.
data_asked = Signal()


@dataclass(frozen=True)
class Item:
    """One fact: its name in the file, its label for people, its value in the file, and its value in words."""

    key: str
    label: str
    value: object
    shown: str

    @classmethod
    def of(cls, key: str, label: object, value: object, shown: object = None) -> "Item":
        """Return a fact; its value in words follows from its type unless ``shown`` gives it."""
        return cls(key, str(label), value, value_in_words(value) if shown is None else str(shown))


@dataclass(frozen=True)
class Section:
    """Facts of one kind, one tuple of items for each row."""

    key: str
    title: str
    rows: Sequence[tuple[Item, ...]] = field(default_factory=list)
    note: str = ""
    subject: str = ""  # the app it comes from, by which the page folds it away


# A generator that shows a person's rows. It first adds querysets to ``batch`` and yields the labels of its tables; once
# the batch has run, it goes on and yields sections.
SectionReader = Iterator[tuple[str, ...] | Section]


def tables_shown(reader: SectionReader) -> tuple[str, ...]:
    """Let a reader add its querysets, and return the labels of the tables it shows: its first yield."""
    labels = next(reader)
    if isinstance(labels, Section):
        raise TypeError(f"{labels.key} comes before the labels of its tables")
    return labels


def sections_read(reader: SectionReader) -> Iterator[Section]:
    """Yield the sections of a reader whose querysets have been read."""
    for section in reader:
        if not isinstance(section, Section):
            raise TypeError(f"{section} is not a section")
        yield section


def value_in_words(value: object) -> str:
    """Return a value as people read it, in the active language and zone."""
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return " · ".join(value_in_words(part) for part in value)
    if isinstance(value, dict):
        return " · ".join(f"{key}: {value_in_words(part)}" for key, part in value.items())
    return "" if value is None else str(value)


def effects_foreseen(*, member: Member, step: Step, now: datetime) -> list[str]:
    """Return what a step will change, in sentences from each app above, whose rows are read together."""
    return _sentences(effects_asked, member=member, step=step, now=now)


def decision_effects_foreseen(*, member: Member, becomes: RegistrationState, now: datetime) -> list[str]:
    """Return in the same way what another decision on a registration will change."""
    return _sentences(decision_effects_asked, member=member, becomes=becomes, now=now)


def _sentences(signal: Signal, **named: object) -> list[str]:
    batch = QueryBatch()
    answers: list[Iterable[str]] = _responses(signal, batch=batch, **named)
    batch.run()
    return [sentence for sentences in answers for sentence in sentences]


def data_readers(*, member: Member, now: datetime, batch: QueryBatch) -> list[tuple[str, SectionReader]]:
    """Return the readers of the apps above that store something about people, each with the name of its app."""
    sent: list[tuple[Any, Any]] = data_asked.send(sender=None, member=member, now=now, batch=batch)
    return [(receiver.__module__.partition(".")[0], reader) for receiver, reader in sent]


def _responses(signal: Signal, **named: object) -> list[Any]:
    """Return what each receiver answered. Its type stands beside the signal above, but mypy cannot check it."""
    return [response for _receiver, response in signal.send(sender=None, **named)]
