"""The windows of a week in words: as rows of the form, in one line, and as moments of the week."""

from collections.abc import Iterable
from datetime import time
from typing import NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registrations.domain import registrations

DAYS = [
    ("0", pgettext_lazy("day to choose", "Monday")),
    ("1", pgettext_lazy("day to choose", "Tuesday")),
    ("2", pgettext_lazy("day to choose", "Wednesday")),
    ("3", pgettext_lazy("day to choose", "Thursday")),
    ("4", pgettext_lazy("day to choose", "Friday")),
    ("5", pgettext_lazy("day to choose", "Saturday")),
    ("6", pgettext_lazy("day to choose", "Sunday")),
    ("weekdays", _("Monday to Friday")),
    ("weekend", _("Saturday and Sunday")),
    ("daily", _("Every day")),
]
_DAY = 24 * 60


class FreeTimeRow(NamedTuple):
    """A free time as a person fills it in: one of `DAYS`, from when and until when."""

    day: str
    start: time
    end: time


def window_rows(windows: Iterable[tuple[int, int]]) -> list[FreeTimeRow]:
    """Return the rows a person would fill in for stored ``windows``: joined over Sunday midnight, a day at most."""
    joined = [list(window) for window in registrations.merge_windows(list(windows))]
    is_whole_week = joined == [[0, registrations.MINUTES_A_WEEK]]
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == registrations.MINUTES_A_WEEK:
        joined[-1][1] += joined.pop(0)[1]
    if is_whole_week:
        return [FreeTimeRow("daily", time(0), time(0))]
    rows: list[FreeTimeRow] = []
    for start, end in joined:
        while start < end:
            until = end if end - start < _DAY else (start // _DAY + 1) * _DAY
            rows.append(FreeTimeRow(str(start // _DAY % 7), _hour(start), _hour(until)))
            start = until
    return rows


def say_window(start: int, end: int) -> str:
    """Return a window of the local week in words: Monday 18:00–21:00."""
    first, last = start // _DAY, (end - 1) // _DAY
    until = _clock(end - last * _DAY)
    if first == last:
        return f"{WEEKDAYS[first]} {_clock(start - first * _DAY)}–{until}"
    return f"{WEEKDAYS[first]} {_clock(start - first * _DAY)} – {WEEKDAYS[last]} {until}"


def say_minute(minute: int) -> str:
    """Return a minute of the local week in words: Monday 18:00."""
    return f"{DAYS[minute // _DAY % 7][1]} {_clock(minute % _DAY)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _hour(minute: int) -> time:
    return time(minute % _DAY // 60, minute % 60)
