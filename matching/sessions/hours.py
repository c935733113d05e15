"""The hours two people have in common, from what both said of their week, as one of them reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext

from letsconnect.base import busy
from letsconnect.base.hours import Span, monday_of, next_monday, spans
from letsconnect.base.templatetags.when import near_day
from letsconnect.base.wall_clock import comes_twice
from letsconnect.base.zones import in_zone
from matching.domain.sessions import WEEKS_SHOWN, starts
from matching.models import Match
from registrations.answers.availability import weekly_slots
from registrations.models import Window

FreeHours = tuple[int, int, int]  # whose, by registration, and from when to when in their week


@dataclass(frozen=True)
class Choice:
    """One time to choose: its value in a form, the clock of the reader, that of the other person, and all in words."""

    value: str
    mine: str
    theirs: str
    label: str


@dataclass(frozen=True)
class Day:
    """The choices of one day of the reader's calendar."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True)
class Week:
    """The days of one week of the reader's calendar."""

    name: str
    days: list[Day]

    @property
    def number(self) -> int:
        """How many times there are to choose from."""
        return sum(len(day.choices) for day in self.days)


@dataclass(frozen=True)
class Stretch:
    """A stretch of a usual week in which both are free, by the reader's clock."""

    day: str
    begins: str
    ends: str


def value_of(moment: datetime) -> str:
    """Return a moment as forms carry it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def clock(moment: datetime, zone: str) -> str:
    """Return the clock of a moment; where it shows the same time twice that day, with its distance from UTC."""
    local = in_zone(moment, zone)
    is_twice = comes_twice(local.replace(tzinfo=None), zone)
    return f"{local:%H:%M} ({offset(local)})" if is_twice else f"{local:%H:%M}"


def offset(local: datetime) -> str:
    """Return how far a local time is from UTC, as in "UTC+05:45"."""
    return f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]


def clock_beside(moment: datetime, *, mine: str, theirs: str) -> str:
    """Return the other's clock, with the day of their week where it is not the reader's; nothing where both are one."""
    text = clock(moment, theirs)
    here, there = in_zone(moment, mine), in_zone(moment, theirs)
    if here.utcoffset() == there.utcoffset():
        return ""
    return text if there.date() == here.date() else f"{date_format(there, 'D')} {text}"


def asked_of_windows(match: Match) -> QuerySet[Window, Any]:
    """Return what is asked of the free hours of both people."""
    both = [match.learner_id, match.sharer_id]
    return Window.objects.filter(registration__in=both).values_list("registration_id", "start", "end")


def to_choose(
    match: Match, *, mine: str, theirs: str, name: str, now: datetime, windows: Iterable[FreeHours] | None = None
) -> list[Week]:
    """Return the times of the next four weeks at which both are free, here and in no other session, by week and day;
    ``windows`` is what came of `asked_of_windows`, if it was read with other things."""
    start = monday_of(now.astimezone(UTC).date())
    windows = asked_of_windows(match) if windows is None else windows
    common = _free_for_both(match, windows, start=start, weeks=WEEKS_SHOWN + 1)
    taken = _taken(match, now=now)
    last = now + timedelta(weeks=WEEKS_SHOWN)
    moments = [
        moment
        for moment in starts(spans(common, start=start), taken=taken, now=now)
        if moment <= last and not any(person.is_away(moment) for person in (match.learner, match.sharer))
    ]
    return _by_week(moments, mine=mine, theirs=theirs, name=name)


def usual_week(match: Match, windows: Iterable[FreeHours], *, zone: str, now: datetime) -> list[Stretch]:
    """Return the stretches of an hour and more that both have in common in the week after this, in ``zone``."""
    start = next_monday(now.astimezone(UTC).date())
    return [
        Stretch(date_format(in_zone(begin, zone), "l"), clock(begin, zone), clock(end, zone))
        for begin, end in spans(_free_for_both(match, windows, start=start, weeks=1), start=start)
    ]


def _free_for_both(match: Match, windows: Iterable[FreeHours], *, start: date, weeks: int) -> np.ndarray:
    people = (match.learner, match.sharer)
    free: dict[int, list[tuple[int, int]]] = {person.pk: [] for person in people}
    for key, begin, end in windows:
        free[key].append((begin, end))
    learner, sharer = (weekly_slots(free[person.pk], person.own_zone, start=start, weeks=weeks) for person in people)
    return learner & sharer


def _taken(match: Match, *, now: datetime) -> list[Span]:
    """Return the hours at which one of the two has agreed to be elsewhere: another session, a clinic."""
    members = [person.member_id for person in (match.learner, match.sharer) if person.member_id is not None]
    busy_of = busy.spans(members, now=now, provider_names=busy.names())
    return [span for taken in busy_of.values() for span in taken]


def _by_week(moments: Iterable[datetime], *, mine: str, theirs: str, name: str) -> list[Week]:
    weeks = []
    for monday, of_week in groupby(moments, key=lambda moment: monday_of(in_zone(moment, mine).date())):
        days = []
        for day, of_day in groupby(of_week, key=lambda moment: in_zone(moment, mine).date()):
            choices = [_choice(moment, mine=mine, theirs=theirs, name=name) for moment in of_day]
            days.append(Day(near_day(day), choices))
        weeks.append(Week(_week(monday), days))
    return weeks


def _choice(moment: datetime, *, mine: str, theirs: str, name: str) -> Choice:
    here, there = clock(moment, mine), clock_beside(moment, mine=mine, theirs=theirs)
    words = {"day": near_day(in_zone(moment, mine).date()), "mine": here, "theirs": there, "name": name}
    if not there:
        # Translators: one time to choose, where both people have the same clock, as in "Tuesday 3 March, 14:00".
        return Choice(value_of(moment), here, there, gettext("%(day)s, %(mine)s") % words)
    # Translators: one time to choose, as in "Tuesday 3 March, 14:00; for Asha 18:45".
    return Choice(value_of(moment), here, there, gettext("%(day)s, %(mine)s; for %(name)s %(theirs)s") % words)


def _week(monday: date) -> str:
    # Translators: the heading of a week, as in "Week of Monday 2 March".
    return gettext("Week of %(monday)s") % {"monday": near_day(monday)}
