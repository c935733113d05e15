"""What can be decided about the hour of a clinic: the question, the answer, and what of it may be published."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinics.domain.clinics import ClinicError
from clinics.domain.requests import shown_count
from letsconnect.base.hours import QUARTER, Span
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from letsconnect.base.wall_clock import day_begins
from letsconnect.base.zones import zone_or_utc

Window = tuple[int, int]  # minutes of the local week

STEP = timedelta(minutes=30)  # between one start and the next
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)  # by the clock of whoever comes
WHOLE = 1000  # a person who comes by day, in the unit of scores; a weight or a burden is at most this
LONGEST_DAYS = 56  # a planner can ask about
LONGEST_RANGE = timedelta(days=LONGEST_DAYS, hours=2)  # with clocks put back in it
LONGEST_CLINIC = timedelta(days=1)


@dataclass(frozen=True)
class Interested:
    """Somebody who may come: when they are usually free (minutes of their local week), where, and where they are
    busy."""

    windows: Sequence[Window]
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


class HourNotPossible(ClinicError):
    """The hour cannot be taken: it is over, or somebody needed is not free any more."""


class BadHourRule(ClinicError):
    """A number of the rules for finding an hour is too small or too large."""


@dataclass(frozen=True)
class HoursAsked:
    """What a planner fills in: days by the clock of ``zone``, both included."""

    first_on: date
    last_on: date
    zone: str
    minutes: int
    weight: int

    def bounds(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the earliest and the latest start by the planner's clock; None where all of it is over."""
        here = zone_or_utc(self.zone)
        first = max(day_begins(self.first_on, self.zone), now)
        last = day_begins(self.last_on + timedelta(days=1), self.zone) - timedelta(minutes=1)
        return (first.astimezone(here), last.astimezone(here)) if first <= last else None


@dataclass(frozen=True)
class Visit:
    """Somebody who went to a clinic: who (a key), from where, and when."""

    person: int
    region: str
    zone: str  # "" where nobody knows
    starts_at: datetime
    minutes: int


@dataclass(frozen=True)
class RegionsNights:
    """What the clinics cost the people of one region: the quarters they came for, and those in their own night."""

    people: int
    quarters: int
    at_night: int

    @property
    def share(self) -> int:
        """How much of their time at clinics was in their night, from 0 to 1000."""
        return WHOLE * self.at_night // self.quarters


@dataclass(frozen=True)
class Burden:
    """The burden of each region over past clinics, and how many people are counted apart, in no region's burden."""

    regions: Mapping[str, RegionsNights] = field(default_factory=dict)
    clinics: int = 0
    people_without_zone: int = 0
    people_without_region: int = 0

    @property
    def shares(self) -> dict[str, int]:
        return {region: nights.share for region, nights in self.regions.items()}


def burden_of(visits: Iterable[Visit], *, clinics: int) -> Burden:
    """Return the burden of each region: the share of its people's time at these clinics that was in their own night.

    People who told no zone, or no region, are counted apart.
    """
    people: dict[str, set[int]] = defaultdict(set)
    without_zone, without_region = set(), set()
    quarters: Counter[str] = Counter()
    nights: Counter[str] = Counter()
    for visit in visits:
        if not visit.zone:
            without_zone.add(visit.person)
        elif not visit.region:
            without_region.add(visit.person)
        else:
            people[visit.region].add(visit.person)
            quarters[visit.region] += len(quarters_of(visit.starts_at, visit.minutes))
            nights[visit.region] += night_quarters(visit.starts_at, visit.minutes, visit.zone)
    regions = {
        region: RegionsNights(len(people[region]), quarters[region], nights[region]) for region in sorted(people)
    }
    return Burden(regions, clinics, len(without_zone), len(without_region))


@lru_cache(maxsize=4096)
def night_quarters(starts_at: datetime, minutes: int, zone: str) -> int:
    """Return how many quarters of an hour of a clinic begin in the night of ``zone``."""
    here = zone_or_utc(zone)
    return sum(is_night(quarter, here) for quarter in quarters_of(starts_at, minutes))


def quarters_of(starts_at: datetime, minutes: int) -> list[datetime]:
    """Return the beginning of each quarter of an hour of a clinic; one that is begun counts."""
    return [starts_at + place * QUARTER for place in range(-(timedelta(minutes=-minutes) // QUARTER))]


def is_night(moment: datetime, zone: ZoneInfo) -> bool:
    return not NIGHT_ENDS <= moment.astimezone(zone).time() < NIGHT_BEGINS


def regions_told_apart(people: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the regions in groups of five people or more, so that no count over the hours tells one person's week.

    Large regions stand alone; small ones together, and with the smallest of the large where they are too few. Where
    all together are too few there is no group.
    """
    large = sorted(
        (region for region in people if people[region] >= SMALLEST_COUNT_SHOWN), key=lambda r: (people[r], r)
    )
    together = sorted(region for region in people if 0 < people[region] < SMALLEST_COUNT_SHOWN)
    while together and large and sum(people[region] for region in together) < SMALLEST_COUNT_SHOWN:
        together.append(large.pop(0))
    groups: list[tuple[str, ...]] = [(region,) for region in sorted(large)]
    if sum(people[region] for region in together) >= SMALLEST_COUNT_SHOWN:
        groups.append(tuple(sorted(together)))
    return groups


def may_be_told(part: int, whole: int) -> bool:
    """Tell whether "part of whole" may be published: neither the part nor the rest is a few people."""
    rest = whole - part
    return shown_count(part) is not None and (rest == 0 or shown_count(rest) is not None)


@dataclass(frozen=True)
class HourReasons:
    """Why an hour was chosen: the numbers as they were then. They are of groups of people, never of one.

    ``days`` are those of past clinics that counted, ``people_known`` those interested whose hours are known, and
    ``together`` how many can come to one of two editions.
    """

    first_on: date
    last_on: date
    zone: str
    weight: int
    days: int
    compared: int
    rank: int
    people_known: int
    hours_unknown: int
    coming: int
    lost: int
    newly_served: int
    by_region: Mapping[str, int]
    night_by_region: Mapping[str, int]
    burden: Mapping[str, int]
    other_start: datetime | None = None
    together: int = 0
    third_adds: int = 0
