"""Hours and weeks: weeks from Monday to Monday, and free time in them, counted in quarters of an hour."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from letsconnect.base.zones import zone_or_utc

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
# The same lengths, counted in quarters of an hour.
QUARTERS_AN_HOUR = HOUR // QUARTER
QUARTERS_A_DAY = 24 * QUARTERS_AN_HOUR
QUARTERS_A_WEEK = 7 * QUARTERS_A_DAY

Run = tuple[int, int]  # from, to, counted in quarters
Span = tuple[datetime, datetime]


def monday_of(day: date) -> date:
    """Return the Monday of the week in which ``day`` lies."""
    return day - timedelta(days=day.weekday())


def next_monday(today: date) -> date:
    """Return the first Monday after ``today``, at which plans begin: people need days to answer and agree an hour."""
    return monday_of(today) + timedelta(weeks=1)


def mondays(first: date, *, weeks: int) -> list[date]:
    """Return the Mondays of that many weeks in a row, beginning with ``first``."""
    return [first + timedelta(weeks=week) for week in range(weeks)]


def runs(free: NDArray[np.bool_], *, at_least: int = 1) -> list[Run]:
    """Return the unbroken runs of free quarters, [from, to), of ``at_least`` so many quarters."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(np.int8), [0]))))
    return [(begin, end) for begin, end in edges.reshape(-1, 2).tolist() if end - begin >= at_least]


def spans(free: NDArray[np.bool_], *, start: date) -> list[Span]:
    """Return the free spans of an hour or more; the quarters are counted from ``start``, 00:00 UTC."""
    midnight = _midnight(start)
    return [
        (midnight + begin * QUARTER, midnight + end * QUARTER) for begin, end in runs(free, at_least=QUARTERS_AN_HOUR)
    ]


def without(span: Span, removed: Iterable[Span]) -> list[Span]:
    """Return the parts of ``span`` that no span in ``removed`` covers."""
    pieces = [span]
    for begin, end in removed:
        pieces = [
            piece
            for span_left in pieces
            for piece in ((span_left[0], min(span_left[1], begin)), (max(span_left[0], end), span_left[1]))
            if piece[0] < piece[1]
        ]
    return sorted(pieces)


@lru_cache(maxsize=64)
def local_quarters(zone: str, start: date, weeks: int) -> NDArray[np.intp]:
    """Return for each quarter since ``start``, 00:00 UTC, which quarter the clock of ``zone`` shows then.

    The local quarters are counted from 00:00 of ``start`` by that clock, so they are below 0 where it is still the day
    before. Today's offsets are all whole quarters, and clocks change at whole quarters of UTC; so the local time at
    which a quarter begins stands for the whole quarter. A zone that is stored and not known any more reads as UTC.
    """
    if start.weekday():
        raise ValueError(f"{start} is not a Monday")
    midnight, clock_zone = _midnight(start), zone_or_utc(zone)
    quarters = np.arange(weeks * QUARTERS_A_WEEK, dtype=np.intp)
    ahead = [_quarters_ahead(midnight + timedelta(days=day), clock_zone) for day in range(7 * weeks + 1)]
    for day, (begins, ends) in enumerate(pairwise(ahead)):
        of_day = quarters[day * QUARTERS_A_DAY : (day + 1) * QUARTERS_A_DAY]
        if begins == ends:  # no clock is changed twice on one day
            of_day += begins
        else:
            day_begins = midnight + timedelta(days=day)
            of_day += [_quarters_ahead(day_begins + place * QUARTER, clock_zone) for place in range(QUARTERS_A_DAY)]
    quarters.flags.writeable = False
    return quarters


def _quarters_ahead(moment: datetime, zone: ZoneInfo) -> int:
    """Return by how many quarters, rounded down, the clock of ``zone`` is ahead of UTC."""
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    return offset // QUARTER


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
