"""What the list of clinics can be narrowed to, and the months of its calendar."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

# "My evenings": a clinic begins then by the clock of its reader, the end left out. One that begins at 22:00 goes on
# until midnight, and one that begins before 17:00 is in many people's working day.
EVENING_BEGINS, EVENING_ENDS = 17, 22


class Which(TextChoices):
    """Clinics to come, or those that are over; neither means both."""

    COMING = "coming", pgettext_lazy("which clinics", "to come")
    PAST = "past", pgettext_lazy("which clinics", "over")

    @classmethod
    def of(cls, ends_at: datetime, *, now: datetime) -> "Which":
        return cls.PAST if ends_at <= now else cls.COMING


FIRST_DAYS = {"ar": 5, "pt": 6}  # Saturday, Sunday; elsewhere weeks begin on Monday, 0
DAYS_OF_A_WEEK = 7


class Month(NamedTuple):
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.last.day)]

    def moved(self, months: int) -> Self:
        """Return the month so many later, or earlier."""
        count = self.year * 12 + self.number - 1 + months
        return type(self)(count // 12, count % 12 + 1)

    def column(self, first_weekday: int) -> int:
        """Return the column, from 1, of the month's first day in a table whose weeks begin on that weekday."""
        return (self.first.weekday() - first_weekday) % DAYS_OF_A_WEEK + 1


def first_weekday(language: str) -> int:
    """Return on which weekday the weeks of a calendar begin for readers of a language; Monday is 0."""
    return FIRST_DAYS.get(language, 0)
