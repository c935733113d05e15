"""A line of Today: a sentence with its number, since when the oldest waits, and where exactly those rows are."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext

from letsconnect.base.templatetags.when import day, near_day

_NEAR = timedelta(days=180)  # so far away a day is told without its year


class Pressing(IntEnum):
    """What comes before what: failures nobody else would notice, what is being done, what has a day, all other work."""

    FAILURE = 0
    UNDER_WAY = 1
    AHEAD = 2
    WAITING = 3


class Detail(NamedTuple):
    """One of the rows that a line counts, in a sentence of its own."""

    text: str
    url: str


class WaitingLine(NamedTuple):
    """One thing that waits, without ``url`` where only somebody else can do anything about it.

    ``moment`` is since when the oldest of them waits; of what is ahead, when the first is.
    """

    text: str
    url: str
    pressing: Pressing = Pressing.WAITING
    moment: datetime | None = None
    is_one: bool = True
    details: tuple[Detail, ...] = ()

    @property
    def when(self) -> str:
        """The moment in words; nothing where the sentence says it, or where it means nothing."""
        if self.moment is None:
            return ""
        if self.pressing is Pressing.AHEAD:
            first = moment_in_short(self.moment)
            return first if self.is_one else gettext("the first: %(moment)s") % {"moment": first}
        since = _day_in_short(timezone.localdate(self.moment))
        text = gettext("since %(day)s") if self.is_one else gettext("the oldest since %(day)s")
        return text % {"day": since}


def _day_in_short(value: date) -> str:
    """Return a day, without its year where that goes without saying."""
    is_near = abs(value - timezone.localdate()) < _NEAR
    return near_day(value) if is_near else day(value)


def moment_in_short(moment: datetime) -> str:
    """Return a moment by the reader's clock, as "Monday 2 March, 14:00"."""
    local = timezone.localtime(moment)
    return gettext("%(day)s, %(hour)s") % {"day": _day_in_short(local.date()), "hour": f"{local:%H:%M}"}


def in_order(lines: Iterable[WaitingLine]) -> list[WaitingLine]:
    """Return the lines by how pressing they are, and then the oldest first; what has no moment comes last."""
    return sorted(lines, key=lambda line: (line.pressing, line.moment is None, line.moment or timezone.now()))
