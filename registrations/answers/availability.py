"""When people are free: windows of their local week as quarters of an hour in UTC, clock changes included."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from registrations.domain.registrations import MINUTES_A_WEEK, WINDOW_STEP

SLOTS_A_WEEK = MINUTES_A_WEEK // WINDOW_STEP
_SLOT = timedelta(minutes=WINDOW_STEP)

Window = tuple[int, int]


def weekly_slots(windows: Iterable[Window], zone: str, *, start: date, weeks: int = 4) -> NDArray[np.bool_]:
    """Tell for each 15-minute slot of ``weeks`` weeks from Monday ``start``, 00:00 UTC, whether the person is free.

    A slot is free when the local clock shows a time inside a window during all of it. So an hour the clock skips in
    spring is nobody's, and one it repeats in autumn counts both times.
    """
    return _free_in_local_week(tuple(windows))[_local_slots(zone, start, weeks)]


def slots_of_many(people: Sequence[tuple[Sequence[Window], str]], *, start: date, weeks: int = 4) -> NDArray[np.bool_]:
    """``weekly_slots`` of many people, (windows, zone) each, as the rows of one table."""
    table = np.zeros((len(people), weeks * SLOTS_A_WEEK), dtype=np.bool_)
    for row, (windows, zone) in zip(table, people, strict=True):
        row[:] = weekly_slots(windows, zone, start=start, weeks=weeks)
    return table


def where_quarters_lie(zone: str, *, start: date, weeks: int = 4) -> NDArray[np.intp] | None:
    """Return for each week and each quarter of the first UTC week where the same quarter by the local clock lies in
    that UTC week, −1 where it does not come; None where clocks are not changed in these weeks."""
    local = _local_slots(zone, start, weeks).reshape(weeks, SLOTS_A_WEEK)
    if (local == local[0]).all():
        return None
    places = np.full((weeks, SLOTS_A_WEEK), -1, dtype=np.intp)
    for week in range(weeks):
        backwards = np.arange(SLOTS_A_WEEK - 1, -1, -1)
        places[week, local[week, backwards]] = backwards  # of two that show the same, the first
    return places[:, local[0]]


def _free_in_local_week(windows: tuple[Window, ...]) -> NDArray[np.bool_]:
    free = np.zeros(SLOTS_A_WEEK, dtype=np.bool_)
    for begins, ends in windows:
        if not 0 <= begins < ends <= MINUTES_A_WEEK or begins % WINDOW_STEP or ends % WINDOW_STEP:
            raise ValueError(f"({begins}, {ends}) is not a window of the week in quarters of an hour")
        free[begins // WINDOW_STEP : ends // WINDOW_STEP] = True
    return free


@lru_cache(maxsize=1024)
def _local_slots(zone: str, start: date, weeks: int) -> NDArray[np.intp]:
    """Which quarter of the local week each UTC slot is.

    Today's offsets are all whole quarters, and clocks change at whole quarters of UTC; so the local time at which a
    slot begins tells the whole of it.
    """
    if start.weekday():
        raise ValueError(f"{start} is not a Monday")
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    here = ZoneInfo(zone)
    slots = np.empty(weeks * SLOTS_A_WEEK, dtype=np.intp)
    for index in range(len(slots)):
        local = (midnight + index * _SLOT).astimezone(here)
        slots[index] = (local.weekday() * 1440 + local.hour * 60 + local.minute) // WINDOW_STEP
    slots.flags.writeable = False
    return slots
