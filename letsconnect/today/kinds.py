"""A kind of work that waits at the desk: which rows, since when, in which words, and the list of just these."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from clinics.planning import waiting as clinics
from letsconnect.today.lines import Pressing, WaitingLine
from registrations.models import Member


class Now(NamedTuple):
    """The moment, and the days it falls on: that of the portal, by which seats count, and the reader's own."""

    now: datetime
    on: date
    today: date
    tomorrow_ends: datetime

    @classmethod
    def of(cls, now: datetime) -> "Now":
        return cls(now, now.date(), timezone.localdate(now), clinics.end_of_tomorrow(now))


Rows = Callable[[Member, Now], QuerySet[Any]]
Whose = Callable[[Member], bool]


def working_group(member: Member) -> bool:
    return member.is_staff


def coordinators(member: Member) -> bool:
    return member.is_coordinator


def editors(member: Member) -> bool:
    return member.is_newsletter_editor and not member.is_staff


@dataclass(frozen=True)
class WaitingKind:
    """One kind of work. ``moment`` is the column, or what is computed of a row, that says since when it waits."""

    name: str
    rows: Rows
    moment: Any
    sentence: Promise | str
    page: str
    query: tuple[tuple[str, str], ...] = ()
    pressing: Pressing = Pressing.WAITING
    whose: Whose = working_group

    @property
    def url(self) -> str:
        return reverse(self.page) + (f"?{urlencode(self.query)}" if self.query else "")

    def line(self, count: int, moment: datetime | None) -> WaitingLine:
        text = str(self.sentence % {"count": count})
        return WaitingLine(text, self.url, self.pressing, moment, is_one=count == 1)


def list_of(table: str) -> str:
    return f"admin:{table}_changelist"
