"""Two people's weeks laid over each other, as a third reads them: a row for each weekday, in the reader's zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from letsconnect.base.zones import zone_or_utc
from registrations.answers.availability import SLOTS_A_WEEK, Window, weekly_slots

DAY = 96  # quarters of an hour
HOUR = 4
WEEKS = 4
_SHOWN_WEEK = 1  # of the four compared, the second: wherever the reader is, all of their week lies in the four


@dataclass(frozen=True)
class Stretch:
    """A time of one day, from and to in quarters of an hour since midnight."""

    begins: int
    ends: int

    @property
    def length(self) -> int:
        return self.ends - self.begins

    @property
    def hours(self) -> str:
        return f"{_clock(self.begins)}–{_clock(self.ends)}"


@dataclass(frozen=True)
class Day:
    """One day of the week: when each of the two is free, and when both are for an hour or more."""

    on: date
    learner: tuple[Stretch, ...]
    sharer: tuple[Stretch, ...]
    both: tuple[Stretch, ...]


@dataclass(frozen=True)
class Person:
    """When somebody is free, as they said it."""

    windows: tuple[Window, ...]
    zone: str


def overlay(learner: Person, sharer: Person, *, zone: str, start: date) -> list[Day]:
    """Return the reader's second week of the four that begin on Monday ``start`` (UTC)."""
    places = _places(zone, start)
    free = [_in_readers_week(person, places, start) for person in (learner, sharer)]
    both = free[0] & free[1]
    for begins, ends in _runs(both):
        if ends - begins < HOUR:
            both[begins:ends] = False
    monday = start + timedelta(weeks=_SHOWN_WEEK)
    return [
        Day(monday + timedelta(days=day), *(_stretches(row[day * DAY : (day + 1) * DAY]) for row in (*free, both)))
        for day in range(7)
    ]


def _in_readers_week(person: Person, places: NDArray[np.intp], start: date) -> NDArray[np.bool_]:
    slots = weekly_slots(person.windows, person.zone, start=start, weeks=WEEKS)
    week = np.zeros(SLOTS_A_WEEK, dtype=np.bool_)
    seen = places >= 0
    np.logical_or.at(week, places[seen], slots[seen])
    return week


@lru_cache(maxsize=64)
def _places(zone: str, start: date) -> NDArray[np.intp]:
    """Where each quarter (UTC) of the four weeks lies in the reader's week that is shown; -1 outside of it."""
    here = zone_or_utc(zone)
    monday = start + timedelta(weeks=_SHOWN_WEEK)
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    places = np.full(WEEKS * SLOTS_A_WEEK, -1, dtype=np.intp)
    for slot in range(len(places)):
        local = (midnight + slot * timedelta(minutes=15)).astimezone(here)
        day = (local.date() - monday).days
        if 0 <= day < 7:
            places[slot] = day * DAY + (local.hour * 60 + local.minute) // 15
    places.flags.writeable = False
    return places


def _stretches(quarters: NDArray[np.bool_]) -> tuple[Stretch, ...]:
    return tuple(Stretch(begins, ends) for begins, ends in _runs(quarters))


def _runs(quarters: NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quarters.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _clock(quarter: int) -> str:
    return f"{quarter // HOUR:02d}:{quarter % HOUR * 15:02d}"
