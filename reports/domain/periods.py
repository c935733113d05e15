"""The days a report is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST = timedelta(days=366 * 10)
FIRST_DAY = date(2015, 1, 1)  # nothing the portal counts is older


class PeriodError(ValueError):
    """These days are no period; the message says why in words for developers."""


@dataclass(frozen=True)
class Period:
    """From the start of one day to the end of another, both in UTC, so that a report is the same for each reader."""

    first_on: date
    last_on: date

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise PeriodError("the last day comes before the first")
        if self.last_on - self.first_on > LONGEST:
            raise PeriodError("the period is longer than ten years")

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first_on, datetime.min.time(), tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """Return the moment after its last."""
        return datetime.combine(self.last_on + timedelta(days=1), datetime.min.time(), tzinfo=UTC)

    def months(self) -> Iterator[date]:
        """Yield the first day of each month that the period touches."""
        month = self.first_on.replace(day=1)
        while month <= self.last_on:
            yield month
            month = (month + timedelta(days=32)).replace(day=1)


def last_finished(today: date) -> date:
    """Return the last day of the month before this one."""
    return today.replace(day=1) - timedelta(days=1)


def whole_months(first: date, last: date, *, today: date) -> Period:
    """Return the time from the month of one day to that of another, which has to be over.

    Raises PeriodError.
    """
    until = (last.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if until > last_finished(today):
        raise PeriodError("the last month is not over")
    return Period(first.replace(day=1), until)


def years(today: date) -> range:
    """Return the years a report can be about: those of which a month is over, the newest first."""
    return range(last_finished(today).year, FIRST_DAY.year - 1, -1)


def year_so_far(year: int, *, today: date) -> Period:
    """Return a calendar year as far as its months are over.

    Periods of reports do not overlap and grow by whole months only: of two that differ by a day, or begin at different
    months, the difference would tell of few people what neither tells (decision 104). Editions may be of any whole
    months, as long as no two that are published share one (`reports.editions.making.sharing_months`).
    """
    return Period(date(year, 1, 1), min(date(year, 12, 31), last_finished(today)))
