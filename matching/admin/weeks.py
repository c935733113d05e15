"""Two people's weeks laid over each other, as a third reads them: a row for each weekday, in the reader's zone."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from letsconnect.base.hours import QUARTERS_A_DAY, QUARTERS_A_WEEK, QUARTERS_AN_HOUR, local_quarters, runs
from letsconnect.base.zones import zone_or_utc
from matching.domain.matches import WEEKS_COMPARED
from registrations.answers.availability import Window, weekly_slots

_SHOWN_WEEK = 1  # of the four compared, the second: wherever the reader is, all of their week lies in the four


@dataclass(frozen=True)
class FreeStretch:
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
class DayOfTwoWeeks:
    """One day of the week: when each of the two is free, and when both are for an hour or more."""

    on: date
    learner: tuple[FreeStretch, ...]
    sharer: tuple[FreeStretch, ...]
    both: tuple[FreeStretch, ...]


@dataclass(frozen=True)
class FreeTime:
    """When somebody is free, as they said it."""

    windows: tuple[Window, ...]
    zone: str


def overlay(learner: FreeTime, sharer: FreeTime, *, zone: str, start: date) -> list[DayOfTwoWeeks]:
    """Return the reader's second week of the four that begin on Monday ``start`` (UTC)."""
    places = local_quarters(zone_or_utc(zone).key, start, WEEKS_COMPARED) - _SHOWN_WEEK * QUARTERS_A_WEEK
    free = [_in_readers_week(person, places, start) for person in (learner, sharer)]
    both = np.zeros(QUARTERS_A_WEEK, dtype=np.bool_)
    for begins, ends in runs(free[0] & free[1], at_least=QUARTERS_AN_HOUR):
        both[begins:ends] = True
    by_day = [row.reshape(7, QUARTERS_A_DAY) for row in (*free, both)]
    monday = start + timedelta(weeks=_SHOWN_WEEK)
    return [DayOfTwoWeeks(monday + timedelta(days=day), *(_stretches(row[day]) for row in by_day)) for day in range(7)]


def _in_readers_week(person: FreeTime, places: NDArray[np.intp], start: date) -> NDArray[np.bool_]:
    slots = weekly_slots(person.windows, person.zone, start=start, weeks=WEEKS_COMPARED)
    week = np.zeros(QUARTERS_A_WEEK, dtype=np.bool_)
    in_week = (places >= 0) & (places < QUARTERS_A_WEEK)
    np.logical_or.at(week, places[in_week], slots[in_week])
    return week


def _stretches(quarters: NDArray[np.bool_]) -> tuple[FreeStretch, ...]:
    return tuple(FreeStretch(begins, ends) for begins, ends in runs(quarters))


def _clock(quarter: int) -> str:
    return f"{quarter // QUARTERS_AN_HOUR:02d}:{quarter % QUARTERS_AN_HOUR * 15:02d}"
