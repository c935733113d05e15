"""Find the hour of a clinic: how many can come at each start, whose night it is, and which two hours serve most.

Pure: people, their weeks and their other appointments come in, numbers go out. Everybody counts once, by what they said
of their usual week in their own zone. A start serves somebody who is free, and nowhere else, for the whole length.

The choice of two editions is a maximum coverage problem with two sets (Nemhauser, Wolsey and Fisher, 1978, give the
problem its name and a bound for greedy choice). Two sets are few enough to compare every pair, so ours is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from letsconnect.base.hours import (
    QUARTER,
    QUARTERS_A_DAY,
    QUARTERS_A_WEEK,
    QUARTERS_AN_HOUR,
    Span,
    local_quarters,
    monday_of,
)
from registrations.answers.availability import Window, slots_of_many

STEP = timedelta(minutes=30)  # between one start and the next
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)  # by the clock of whoever comes
WHOLE = 1000  # a person who comes by day, in the unit of scores; a weight or a burden is at most this
LONGEST_RANGE = timedelta(weeks=8)

_STEP_QUARTERS = STEP // QUARTER
_DAY_BEGINS, _DAY_ENDS = (clock.hour * QUARTERS_AN_HOUR for clock in (NIGHT_ENDS, NIGHT_BEGINS))
_IS_NIGHT = np.array([not _DAY_BEGINS <= quarter < _DAY_ENDS for quarter in range(QUARTERS_A_DAY)])


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

    ``first`` and ``last`` bound the start (aware datetimes); ``minutes`` is the length, in whole quarters of an hour.
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
        if self.minutes <= 0 or timedelta(minutes=self.minutes) % QUARTER:
            raise ValueError(f"{self.minutes} minutes are not whole quarters of an hour")
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


class HoursFound:
    """The answer to a question: one column for each start, half an hour apart.

    ``coming`` and ``scores`` are arrays of whole numbers, one per start; ``is_possible`` tells for each start whether
    everybody needed is free. ``hours_unknown`` is the number of people who have not said when they are free: they are
    in no other number.
    """

    def __init__(self, question: HoursWanted) -> None:
        self.question = question
        self._grid = _Grid.of(question)
        self._people = [person for person in question.people if person.told_their_hours]
        self.hours_unknown = len(question.people) - len(self._people)
        self._can_come = self._grid.free(self._people)
        self._night = self._grid.night_quarters(self._people)
        self.coming: NDArray[np.int64] = self._can_come.sum(axis=0, dtype=np.int64)
        self.scores: NDArray[np.int64] = self._scores()

    @property
    def starts(self) -> list[datetime]:
        return self._grid.starts

    @cached_property
    def needed_unknown(self) -> int:
        """How many of the people needed have not said when they are free; they rule out what they are busy at only."""
        return sum(not person.told_their_hours for person in self.question.needed)

    @cached_property
    def needed_free(self) -> NDArray[np.bool_]:
        """Whether each person needed (rows, in the order of the question) is free at each start (columns)."""
        needed = self.question.needed
        free = self._grid.not_busy(needed)
        with_hours = [row for row, person in enumerate(needed) if person.told_their_hours]
        free[with_hours] &= self._grid.free([needed[row] for row in with_hours])
        return free

    @cached_property
    def is_possible(self) -> NDArray[np.bool_]:
        possible: NDArray[np.bool_] = np.asarray(self.needed_free.all(axis=0))
        return possible

    def ranked(self) -> list[int]:
        """Return the possible starts by their place in ``starts``: best score, then most people, then the earliest."""
        order = np.lexsort((np.arange(len(self.starts)), -self.coming, -self.scores))
        return [int(index) for index in order if self.is_possible[index]]

    def option(self, index: int) -> Option:
        """Return all that is said of the start at this place in ``starts``."""
        possible = self.coming[self.is_possible]
        can_come = self._can_come[:, index]
        served = np.array([person.was_served for person in self._people], dtype=np.bool_)
        return Option(
            starts_at=self.starts[index],
            coming=int(self.coming[index]),
            score=int(self.scores[index]),
            by_region=self._by_region(can_come),
            night_by_region=self._by_region(can_come & (self._night[:, index] > 0)),
            newly_served=int((can_come & ~served).sum()),
            lost=int(max(0, (possible.max() if len(possible) else 0) - self.coming[index])),
        )

    def best(self) -> Option | None:
        """Return the best start; None where somebody needed is never free."""
        ranked = self.ranked()
        return self.option(ranked[0]) if ranked else None

    def best_pair(self) -> Editions | None:
        """Return the best two starts of two editions that do not overlap; None where there are no two.

        Every pair that can be the best is compared: what is in both is one product of matrices for each level of
        night, in whole numbers that floating point holds exactly.
        """
        columns = self._worth_pairing()
        scores = self._in_either(columns, columns, self._levels())
        coming = self._in_either(columns, columns, [(np.ones(len(self._people), dtype=np.int64), self._can_come)])
        # Of several pairs with the highest score the one to which most come, then the earliest.
        order = np.triu(np.where(self._apart(columns, columns), scores * (len(self._people) + 1) + coming + 1, 0))
        if not order.any():
            return None
        at, beside = np.unravel_index(np.argmax(order), order.shape)
        chosen = [int(columns[at]), int(columns[beside])]
        third, adds = self._third(chosen)
        return Editions(
            first=self.option(chosen[0]),
            second=self.option(chosen[1]),
            coming=int(coming[at, beside]),
            score=int(scores[at, beside]),
            third=third,
            third_adds=adds,
        )

    def _worth_pairing(self) -> NDArray[np.intp]:
        """Return the possible starts that can be in the best pair.

        A pair scores at most what its two starts score. So a start is left out if it and the best start together do
        not come up to the best pair that has the best start in it.
        """
        columns = np.flatnonzero(self.is_possible)
        if not len(columns):
            return columns
        best = np.array(self.ranked()[:1], dtype=np.intp)
        with_best = self._in_either(best, columns, self._levels())[0]
        reached = with_best[self._apart(best, columns)[0]].max(initial=0)
        worth_it: NDArray[np.intp] = columns[self.scores[columns] + self.scores[best[0]] >= reached]
        return worth_it

    def _in_either(
        self,
        ones: NDArray[np.intp],
        others: NDArray[np.intp],
        levels: Sequence[tuple[NDArray[np.int64], NDArray[np.bool_]]],
    ) -> NDArray[np.int64]:
        """Return for each two of these starts, over all levels, what those are worth who reach one of the two."""
        total = np.zeros((len(ones), len(others)), dtype=np.int64)
        for weights, reached in levels:
            first, second = (reached[:, starts].astype(np.float64) for starts in (ones, others))
            first *= weights[:, None]
            sums = first.sum(axis=0)[:, None] + weights @ second - first.T @ second
            total += sums.astype(np.int64)
        return total

    def _third(self, chosen: list[int]) -> tuple[Option | None, int]:
        """Return the start that serves most of those whom the chosen two leave out, and how many these are."""
        left_out = ~self._can_come[:, chosen].any(axis=1)
        adds = self._can_come[left_out].sum(axis=0, dtype=np.int64)
        columns = np.flatnonzero(self.is_possible)
        candidates = columns[self._apart(np.array(chosen), columns).all(axis=0)]
        if not len(candidates) or not adds[candidates].max():
            return None, 0
        best = int(candidates[np.argmax(adds[candidates])])
        return self.option(best), int(adds[best])

    def _scores(self) -> NDArray[np.int64]:
        scores = np.zeros(len(self.starts), dtype=np.int64)
        for weights, reached in self._levels():
            for worth in np.unique(weights):
                scores += worth * reached[weights == worth].sum(axis=0, dtype=np.int64)
        return scores

    def _apart(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell of each two starts whether the one is over when the other begins."""
        apart: NDArray[np.bool_] = np.abs(ones[:, None] - others[None, :]) * _STEP_QUARTERS >= self._grid.length
        return apart

    def _levels(self) -> list[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
        """Return the value of everybody at every start as a sum of levels: (what it is worth, who reaches it when).

        Somebody reaches level ``n`` at the starts at which they can come with at most ``n`` quarters of night. What
        one more quarter takes away is what the level below is worth more. So the value of the better of two starts is
        the sum over the levels that one of them reaches, which is what `best_pair` needs.
        """
        worths = self._worths()
        levels = []
        for quarters in range(self._grid.length + 1):
            weights = worths[:, quarters] - worths[:, quarters + 1]
            if weights.any():
                levels.append((weights, self._can_come & (self._night <= quarters)))
        return levels

    def _worths(self) -> NDArray[np.int64]:
        """Return what each person counts for with so many quarters of night, and 0 at the end for not coming."""
        length, weight = self._grid.length, self.question.weight
        burdens = np.array([self.question.burden.get(person.region, 0) for person in self._people], dtype=np.int64)
        nights = np.arange(length + 1, dtype=np.int64)
        worths = WHOLE - weight * burdens[:, None] * nights[None, :] // (WHOLE * length)
        return np.concatenate((worths, np.zeros((len(self._people), 1), dtype=np.int64)), axis=1)

    def _by_region(self, which: NDArray[np.bool_]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for index in np.flatnonzero(which):
            region = self._people[index].region
            counts[region] = counts.get(region, 0) + 1
        return dict(sorted(counts.items()))


@dataclass(frozen=True)
class _Grid:
    """The starts a question allows, as places among the quarters of whole weeks that begin on a Monday in UTC."""

    monday: datetime
    weeks: int
    length: int  # of a clinic, in quarters
    begins: NDArray[np.intp]

    @classmethod
    def of(cls, question: HoursWanted) -> Self:
        first, last = question.first.astimezone(UTC), question.last.astimezone(UTC)
        day = monday_of(first.date())
        monday = datetime(day.year, day.month, day.day, tzinfo=UTC)
        length = timedelta(minutes=question.minutes) // QUARTER
        from_step, to_step = -((monday - first) // STEP), (last - monday) // STEP
        begins = np.arange(from_step, to_step + 1, dtype=np.intp) * _STEP_QUARTERS
        weeks = -((monday - last - timedelta(minutes=question.minutes)) // timedelta(weeks=1))
        return cls(monday, weeks, length, begins)

    @cached_property
    def starts(self) -> list[datetime]:
        return [self.monday + int(quarter) * QUARTER for quarter in self.begins]

    def free(self, people: Sequence[Interested]) -> NDArray[np.bool_]:
        """Tell of each person and start whether they are usually free, and not busy, for the whole length."""
        week = [(person.windows, person.zone) for person in people]
        slots = slots_of_many(week, start=self.monday.date(), weeks=self.weeks)
        self._take_busy_out(slots, people)
        return self._whole_length(slots)

    def not_busy(self, people: Sequence[Interested]) -> NDArray[np.bool_]:
        """Tell of each person and start whether they have agreed to nothing else in the whole length."""
        slots = np.ones((len(people), self.weeks * QUARTERS_A_WEEK), dtype=np.bool_)
        self._take_busy_out(slots, people)
        return self._whole_length(slots)

    def night_quarters(self, people: Sequence[Interested]) -> NDArray[np.int8]:
        """Return for each person and start how many quarters of the clinic lie in their night."""
        zones = sorted({person.zone for person in people})
        table = np.zeros((len(zones), len(self.begins)), dtype=np.int8)
        for row, zone in zip(table, zones, strict=True):
            local = local_quarters(zone, self.monday.date(), self.weeks) % QUARTERS_A_DAY
            before = np.concatenate(([0], np.cumsum(_IS_NIGHT[local])))
            row[:] = before[self.begins + self.length] - before[self.begins]
        place_of = {zone: place for place, zone in enumerate(zones)}
        return table[[place_of[person.zone] for person in people]]

    def _take_busy_out(self, slots: NDArray[np.bool_], people: Sequence[Interested]) -> None:
        for row, person in zip(slots, people, strict=True):
            for begin, end in person.busy:
                row[max(0, (begin - self.monday) // QUARTER) : max(0, -((self.monday - end) // QUARTER))] = False

    def _whole_length(self, slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Keep the starts of which every quarter is free: as many steps as the length has binary digits."""
        free, have = slots, 1
        while have < self.length:
            further = min(have, self.length - have)
            free = free[:, : free.shape[1] - further] & free[:, further:]
            have += further
        return free[:, self.begins]
