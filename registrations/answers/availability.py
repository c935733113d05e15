"""When people are free: windows of their local week as quarters of an hour in UTC, clock changes included."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from letsconnect.base.hours import QUARTERS_A_WEEK, local_quarters
from registrations.domain.registrations import MINUTES_A_WEEK, WINDOW_STEP

Window = tuple[int, int]


def weekly_slots(windows: Iterable[Window], zone: str, *, start: date, weeks: int = 4) -> NDArray[np.bool_]:
    """Return for each 15-minute slot of ``weeks`` weeks from Monday ``start``, 00:00 UTC, whether the person is free.

    A slot is free if the local clock shows a time inside a window during all of it. So an hour that the clock skips in
    spring is never free, and one that it repeats in autumn counts both times.
    """
    return _free_in_local_week(tuple(windows))[_quarters_of_local_week(zone, start, weeks)]


def slots_of_many(people: Sequence[tuple[Sequence[Window], str]], *, start: date, weeks: int = 4) -> NDArray[np.bool_]:
    """Return ``weekly_slots`` for many people, (windows, zone) each, as the rows of one table."""
    table = np.zeros((len(people), weeks * QUARTERS_A_WEEK), dtype=np.bool_)
    for row, (windows, zone) in zip(table, people, strict=True):
        row[:] = weekly_slots(windows, zone, start=start, weeks=weeks)
    return table


def where_quarters_lie(zone: str, *, start: date, weeks: int = 4) -> NDArray[np.intp] | None:
    """Return for each week and each quarter of the first UTC week where the same quarter by the local clock lies in
    that UTC week, −1 where it does not come; None where clocks are not changed in these weeks."""
    local = _quarters_of_local_week(zone, start, weeks).reshape(weeks, QUARTERS_A_WEEK)
    if (local == local[0]).all():
        return None
    places = np.full((weeks, QUARTERS_A_WEEK), -1, dtype=np.intp)
    for week in range(weeks):
        backwards = np.arange(QUARTERS_A_WEEK - 1, -1, -1)
        places[week, local[week, backwards]] = backwards  # of two that show the same, the first
    return places[:, local[0]]


def _free_in_local_week(windows: tuple[Window, ...]) -> NDArray[np.bool_]:
    free = np.zeros(QUARTERS_A_WEEK, dtype=np.bool_)
    for begins, ends in windows:
        if not 0 <= begins < ends <= MINUTES_A_WEEK or begins % WINDOW_STEP or ends % WINDOW_STEP:
            raise ValueError(f"({begins}, {ends}) is not a window of the week in quarters of an hour")
        free[begins // WINDOW_STEP : ends // WINDOW_STEP] = True
    return free


@lru_cache(maxsize=1024)
def _quarters_of_local_week(zone: str, start: date, weeks: int) -> NDArray[np.intp]:
    """Which quarter of the local week each UTC slot is; a week begins on Monday, so they only wrap around."""
    quarters = local_quarters(zone, start, weeks) % QUARTERS_A_WEEK
    quarters.flags.writeable = False
    return quarters
