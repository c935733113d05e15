"""What can be decided about the day on which a clinic is planned again."""

from calendar import monthrange
from datetime import date

WEEK = 7


def same_weekday_next_month(day: date, *, months: int = 1) -> date:
    """Return the same weekday of the next month, or of a later one: the second Tuesday after the second Tuesday.

    After a fifth one, which not every month has, comes the last of the other month.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    first_weekday, length = monthrange(year, month)
    first = 1 + (day.weekday() - first_weekday) % WEEK
    number = first + (day.day - 1) // WEEK * WEEK
    return date(year, month, number if number <= length else number - WEEK)


def next_after(day: date, today: date) -> date:
    """Return the first such day, of the months after ``day``, that lies after ``today``.

    Each is counted from ``day`` itself: after a month without a fifth Saturday a fifth one is a fifth one again.
    """
    months = 1
    while (coming := same_weekday_next_month(day, months=months)) <= today:
        months += 1
    return coming
