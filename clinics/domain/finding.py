"""What can be decided about the hour of a clinic: the question, the answer, and what of it may be published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from letsconnect.base.hours import QUARTER, Span

STEP = timedelta(minutes=30)  # between one start and the next
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)  # by the clock of whoever comes
WHOLE = 1000  # a person who comes by day, in the unit of scores; a weight or a burden is at most this
LONGEST_RANGE = timedelta(weeks=8)
LONGEST_CLINIC = timedelta(days=1)


@dataclass(frozen=True)
class Interested:
    """Somebody who may come: when they are usually free (minutes of their local week), where, and where they are
    busy."""

    windows: Sequence[tuple[int, int]]
    zone: str
    region: str = ""
    busy: Sequence[Span] = ()
    was_served: bool = False  # by the last clinics: they came, or could have

    @property
    def told_their_hours(self) -> bool:
        return bool(self.zone and self.windows)


@dataclass(frozen=True)
class HoursWanted:
    """What a planner asks.

    ``first`` and ``last`` bound the start (aware datetimes); half hours are those of the clock of ``first``.
    ``minutes`` is the length, in whole quarters of an hour.
    ``needed`` are the people without whom there is no clinic. ``burden`` says of each region, from 0 to 1000, how much
    of the past nights it bore, and ``weight``, from 0 to 1000, how much that counts.
    """

    first: datetime
    last: datetime
    minutes: int
    people: Sequence[Interested]
    needed: Sequence[Interested] = ()
    burden: Mapping[str, int] = field(default_factory=dict)
    weight: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a question that has no answer because of its own numbers."""
        if self.first.tzinfo is None or self.last.tzinfo is None:
            raise ValueError("the range of starts needs time zones")
        if not timedelta(0) <= self.last - self.first <= LONGEST_RANGE:
            raise ValueError("the range of starts ends before it begins, or is longer than eight weeks")
        length = timedelta(minutes=self.minutes)
        if not timedelta(0) < length <= LONGEST_CLINIC or length % QUARTER:
            raise ValueError(f"{self.minutes} minutes are not whole quarters of an hour, or more than a day")
        if not all(0 <= share <= WHOLE for share in (self.weight, *self.burden.values())):
            raise ValueError(f"weight and burdens go from 0 to {WHOLE}")


@dataclass(frozen=True)
class Option:
    """One start: how many can come, the same by region, whose night it is, and what choosing it means.

    ``score`` counts everybody who can come as 1000, less what their night weighs. ``lost`` is how many fewer can come
    than at the start at which most can.
    """

    starts_at: datetime
    coming: int
    score: int
    by_region: Mapping[str, int]
    night_by_region: Mapping[str, int]
    newly_served: int
    lost: int


@dataclass(frozen=True)
class Editions:
    """Two starts for two editions of one clinic, and what a third would add. Everybody counts at the better one."""

    first: Option
    second: Option
    coming: int
    score: int
    third: Option | None
    third_adds: int
