"""What can be decided about the day on which a clinic is planned again."""

from calendar import monthrange
from datetime import date

WEEK = 7


def same_weekday_next_month(day: date) -> date:
    """Return the same weekday of the next month: the second Tuesday after the second Tuesday.

    After a fifth one, which not every month has, comes the last of the next month.
    """
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    first_weekday, length = monthrange(year, month)
    first = 1 + (day.weekday() - first_weekday) % WEEK
    number = first + (day.day - 1) // WEEK * WEEK
    return date(year, month, number if number <= length else number - WEEK)


def next_after(day: date, today: date) -> date:
    """Return the first such day, of the months after ``day``, that lies after ``today``."""
    coming = same_weekday_next_month(day)
    while coming <= today:
        coming = same_weekday_next_month(coming)
    return coming
