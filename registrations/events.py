"""News for the apps above: each signal is sent by one action inside its transaction, and what a receiver does is part
of it. The sender holds the member's row locked; receivers lock matches before clinics, and registrations last."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.dispatch import Signal
from django.utils.formats import date_format
from django.utils.translation import gettext

from letsconnect.base.templatetags.when import when

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

# member, step, now → list[str]: sentences that say what a step will bring about, asked before it is taken.
effects_asked = Signal()
# member, now, reading → Told: what is held about the person.
data_asked = Signal()


@dataclass(frozen=True)
class Item:
    """One fact: its name in the file, its name for people, its value in the file, and how people read it."""

    key: str
    label: str
    value: object
    shown: str

    @classmethod
    def of(cls, key: str, label: object, value: object, shown: object = None) -> "Item":
        """Return a fact; where nothing is said of how people read it, that follows from its type."""
        return cls(key, str(label), value, readable(value) if shown is None else str(shown))


@dataclass(frozen=True)
class Section:
    """Facts of one kind, one tuple of items for each row."""

    key: str
    title: str
    rows: list[tuple[Item, ...]] = field(default_factory=list)
    note: str = ""


# What tells of a person's rows: it asks ``reading`` for them and yields the labels of the tables it tells of; goes on
# once everything is read, and yields sections.
Told = Iterator[Any]


def readable(value: object) -> str:
    """Return a value as people read it, in the active language and zone."""
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return " · ".join(readable(one) for one in value)
    if isinstance(value, dict):
        return " · ".join(f"{key}: {readable(one)}" for key, one in value.items())
    return "" if value is None else str(value)


def answers_to(signal: Signal, **named: object) -> list[object]:
    """Send a signal that asks, and return all its answers in one list."""
    return [answer for _receiver, answers in signal.send(sender=None, **named) for answer in answers]
