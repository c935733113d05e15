"""The windows of a week in words: as rows of the form, in one line, and as moments of the week."""

from collections.abc import Iterable, Sequence
from datetime import time
from itertools import pairwise
from typing import NamedTuple

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from letsconnect.base.languages import listed
from registrations.domain import registrations
from registrations.reference import weeks

DAYS = [
    ("0", pgettext_lazy("day to choose", "Monday")),
    ("1", pgettext_lazy("day to choose", "Tuesday")),
    ("2", pgettext_lazy("day to choose", "Wednesday")),
    ("3", pgettext_lazy("day to choose", "Thursday")),
    ("4", pgettext_lazy("day to choose", "Friday")),
    ("5", pgettext_lazy("day to choose", "Saturday")),
    ("6", pgettext_lazy("day to choose", "Sunday")),
    ("daily", _("Every day")),
]
_DAY = 24 * 60
FEWEST_IN_A_ROW = 3  # days that are written as "Monday to Wednesday"


class GridDay(NamedTuple):
    """A day of the week in the grid; Monday is 0."""

    number: int
    name: str
    short: str
    is_weekend: bool


class WeekOfCountry:
    """The week as people of a country have it, in the reader's language: where it begins, and what its weekend is."""

    def __init__(self, country: str) -> None:
        self.first_day = weeks.first_day_of(country)
        self.weekend = weeks.weekend_of(country)
        self.weekdays = weeks.weekdays_of(country)

    def days_of(self, value: str) -> tuple[int, ...]:
        """Return the days that one of the choices means."""
        several = {"weekdays": self.weekdays, "weekend": self.weekend, "daily": tuple(range(7))}
        return several.get(value) or (int(value),)

    def choices(self) -> list[tuple[str, str]]:
        """Return the days to choose from, and several at once, in their order."""
        days, (daily, every) = [(value, str(name)) for value, name in DAYS[:7]], DAYS[7]
        several = [("weekdays", capfirst(self.weekdays_in_words)), ("weekend", capfirst(self.weekend_in_words))]
        return [*(days[day] for day in weeks.days_from(self.first_day)), *several, (daily, str(every))]

    @property
    def weekdays_in_words(self) -> str:
        """Write it as "Monday to Friday"."""
        return days_in_words(self.weekdays)

    @property
    def weekend_in_words(self) -> str:
        """Write it as "Saturday and Sunday", or as the one day it has."""
        names, days = [str(name) for name in WEEKDAYS.values()], self.weekend
        if len(days) == 1:
            return names[days[0]]
        # Translators: days of the weekend, as in "Saturday and Sunday".
        return pgettext("days of the week", "%(first)s and %(last)s") % {
            "first": names[days[0]],
            "last": names[days[1]],
        }

    def grid(self) -> list[GridDay]:
        """Return the days in the order of the grid."""
        return [
            GridDay(day, str(WEEKDAYS[day]), str(WEEKDAYS_ABBR[day]), is_weekend=day in self.weekend)
            for day in weeks.days_from(self.first_day)
        ]


def days_in_words(days: Sequence[int]) -> str:
    """Write days in their order: as "Monday to Friday" where they are in a row, else one after the other."""
    names = [str(name) for name in WEEKDAYS.values()]
    if len(days) < FEWEST_IN_A_ROW or any((day + 1) % 7 != after for day, after in pairwise(days)):
        return listed(names[day] for day in days)
    # Translators: days of the week, as in "Monday to Friday". Written in lower case where the language does so.
    return pgettext("days of the week", "%(first)s to %(last)s") % {"first": names[days[0]], "last": names[days[-1]]}


class FreeTimeRow(NamedTuple):
    """A free time as a person fills it in: a day or several, from when and until when."""

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


def windows_in_words(windows: Iterable[tuple[int, int]]) -> list[tuple[str, time, time]]:
    """Return the rows of `window_rows` with the days in words: those with the same hours are said once."""
    by_hours: dict[tuple[time, time], list[str]] = {}
    for row in window_rows(windows):
        by_hours.setdefault((row.start, row.end), []).append(row.day)
    return [(_said_once(days), *hours) for hours, days in by_hours.items()]


def _said_once(days: list[str]) -> str:
    if days == ["daily"] or len(days) == len(WEEKDAYS):
        return str(dict(DAYS)["daily"])
    if len(days) == 1:
        return str(dict(DAYS)[days[0]])
    numbers = [int(day) for day in days]
    first = next((day for day in numbers if (day - 1) % 7 not in numbers), numbers[0])
    return capfirst(days_in_words(sorted(numbers, key=lambda day: (day - first) % 7)))


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
