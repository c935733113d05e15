"""Find the hour of a clinic: how many can come at each start, whose night it is, and which two hours serve most.

Pure: people, their weeks and their other appointments come in, numbers go out. Everybody counts once, by what they said
of their usual week in their own zone. A start serves somebody who is free, and nowhere else, for the whole length.

The choice of two editions is a maximum coverage problem with two sets (Nemhauser, Wolsey and Fisher, 1978, give the
problem its name and a bound for greedy choice). Two sets are few enough to compare every pair, so ours is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clinics.domain.finding import NIGHT_BEGINS, NIGHT_ENDS, STEP, WHOLE, Editions, HoursWanted, Interested, Option
from letsconnect.base.hours import (
    QUARTER,
    QUARTERS_A_DAY,
    QUARTERS_A_WEEK,
    QUARTERS_AN_HOUR,
    local_quarters,
    monday_of,
)
from registrations.answers.availability import slots_of_many

_STEP_QUARTERS = STEP // QUARTER
_DAY_BEGINS, _DAY_ENDS = (clock.hour * QUARTERS_AN_HOUR for clock in (NIGHT_ENDS, NIGHT_BEGINS))
_IS_NIGHT = np.array([not _DAY_BEGINS <= quarter < _DAY_ENDS for quarter in range(QUARTERS_A_DAY)])
# Single precision holds whole numbers up to 16,777,216 exactly: as many people at once as their worth stays below it.
_PEOPLE_AT_ONCE = 4096
_FIRST_BLOCK, _BLOCK = 32, 256  # starts that are compared with all others at once


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

    def ranked(self, *, possible: bool = True) -> list[int]:
        """Return the starts that are possible, or those that are not, by their place in ``starts``.

        Best score first, then most people, then the earliest.
        """
        order = np.lexsort((np.arange(len(self.starts)), -self.coming, -self.scores))
        return [int(index) for index in order if self.is_possible[index] == possible]

    def who_is_missing(self, index: int) -> list[int]:
        """Return who of those needed is not free at a start, by their place in the question."""
        return [int(row) for row in np.flatnonzero(~self.needed_free[:, index])]

    def are_apart(self, first: int, second: int) -> bool:
        """Tell whether the one of two starts is over when the other begins."""
        return bool(self._apart(np.array([first]), np.array([second]))[0, 0])

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

        It is exact: a pair scores at most what its two starts score, so only pairs are left out whose two scores do
        not come up to a pair that is known. Of several with the highest score it is the one to which most come, then
        the earliest.
        """
        columns = np.flatnonzero(self.is_possible)
        columns = columns[np.argsort(-self.scores[columns], kind="stable")]
        scores = self.scores[columns]
        best: tuple[int, int, int, int] | None = None  # score, how many come, and the two starts, the later ones less
        begin, block = 0, _FIRST_BLOCK
        while begin < len(columns):
            ends = begin + block
            at_least = best[0] - scores[begin] if best else 0
            others = columns[begin : begin + int((scores[begin:] >= at_least).sum())]
            if not len(others):
                break
            candidate = self._best_of(columns[begin:ends], others)
            best = max(best, candidate) if best and candidate else best or candidate
            begin, block = ends, _BLOCK
        return self.editions(-best[2], -best[3]) if best else None

    def editions(self, first: int, second: int) -> Editions:
        """Return what two starts, by their places in ``starts``, serve together, and what a third would add."""
        two = np.array([first, second])
        third, adds = self._third([first, second])
        return Editions(
            first=self.option(first),
            second=self.option(second),
            coming=int(self._can_come[:, two].any(axis=1).sum()),
            score=int(self._in_either(two[:1], two[1:], self._reach)[0, 0]),
            third=third,
            third_adds=adds,
        )

    def _best_of(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> tuple[int, int, int, int] | None:
        """Return the best pair of one of these and one of those starts, if any two of them do not overlap."""
        scores = np.where(self._apart(ones, others), self._in_either(ones, others, self._reach), -1)
        highest = int(scores.max(initial=-1))
        if highest < 0:
            return None
        rows, places = np.nonzero(scores == highest)
        coming = np.zeros(len(rows), dtype=np.int64)
        if len(rows) > 1:
            each = _Reach(np.ones(len(self._people), dtype=np.int64), self._can_come)
            which_rows, at = np.unique(rows, return_inverse=True)
            which_places, beside = np.unique(places, return_inverse=True)
            coming = self._in_either(ones[which_rows], others[which_places], each)[at, beside]
        first, second = np.minimum(ones[rows], others[places]), np.maximum(ones[rows], others[places])
        chosen = np.lexsort((second, first, -coming))[0]
        pair = int(first[chosen]), int(second[chosen])
        return highest, int(self._can_come[:, pair].any(axis=1).sum()), -pair[0], -pair[1]

    def _in_either(self, ones: NDArray[np.intp], others: NDArray[np.intp], reach: "_Reach") -> NDArray[np.int64]:
        """Return for each two of these starts what those are worth together who reach one of the two."""
        total = np.zeros((len(ones), len(others)), dtype=np.int64)
        for weights, reached in reach.portions():
            first, second = (reached[:, starts].astype(np.float32) for starts in (ones, others))
            weighted = first * weights[:, None]
            in_either = weighted.sum(axis=0)[:, None] + weights @ second - weighted.T @ second
            total += in_either.astype(np.int64)
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
        for weights, reached in self._reach.portions():
            scores += (weights @ reached.astype(np.float32)).astype(np.int64)
        return scores

    def _apart(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell of each two starts whether the one is over when the other begins."""
        apart: NDArray[np.bool_] = np.abs(ones[:, None] - others[None, :]) * _STEP_QUARTERS >= self._grid.length
        return apart

    @cached_property
    def _reach(self) -> "_Reach":
        """Return the value of everybody at every start as a sum of levels: who reaches which, and what it is worth.

        Somebody reaches level ``n`` at the starts at which they can come with at most ``n`` quarters of night. What
        one more quarter takes away is what the level below is worth more. So the value of the better of two starts is
        the sum over the levels that one of them reaches, which is what `best_pair` needs. Of levels that somebody
        reaches at the same starts, as all are to those who are free by day only, one is kept with the sum of their
        worth.
        """
        worths = self._worths()
        weights, rows = [], []
        pending = np.zeros(len(self._people), dtype=np.int64)
        for quarters in range(self._grid.length + 1):
            reached = self._can_come & (self._night <= quarters)
            pending += worths[:, quarters] - worths[:, quarters + 1]
            if quarters < self._grid.length:
                is_last = (self._can_come & (self._night == quarters + 1)).any(axis=1)
            else:
                is_last = np.ones(len(self._people), dtype=np.bool_)
            kept = is_last & (pending > 0)
            weights.append(pending[kept])
            rows.append(reached[kept])
            pending[is_last] = 0
        return _Reach(np.concatenate(weights), np.concatenate(rows))

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
class _Reach:
    """Rows that say at which starts something is reached, and what that is worth (0 to 1000) in each row."""

    weights: NDArray[np.int64]
    reached: NDArray[np.bool_]

    def portions(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
        """Yield as many rows at a time as single precision can add up exactly."""
        for begin in range(0, len(self.weights), _PEOPLE_AT_ONCE):
            portion = slice(begin, begin + _PEOPLE_AT_ONCE)
            yield self.weights[portion].astype(np.float32), self.reached[portion]


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
        monday = _monday_before(first)
        length = timedelta(minutes=question.minutes) // QUARTER
        # The half hours of a clock that is 5:45 ahead of UTC are not those of UTC.
        shift = (question.first.utcoffset() or timedelta(0)) % STEP
        from_step, to_step = -((monday - shift - first) // STEP), (last + shift - monday) // STEP
        begins = np.arange(from_step, to_step + 1, dtype=np.intp) * _STEP_QUARTERS - shift // QUARTER
        weeks = -((monday - last - timedelta(minutes=question.minutes)) // timedelta(weeks=1))
        return cls(monday, weeks, length, begins)

    @classmethod
    def of_one(cls, starts_at: datetime, ends_at: datetime) -> Self:
        """The one start of a clinic that may begin and end within a quarter: its quarters count whole."""
        monday = _monday_before(starts_at.astimezone(UTC))
        begin, end = (starts_at - monday) // QUARTER, -((monday - ends_at) // QUARTER)
        return cls(monday, -(-end // QUARTERS_A_WEEK), end - begin, np.array([begin], dtype=np.intp))

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


def could_come(people: Sequence[Interested], *, starts_at: datetime, minutes: int) -> list[bool]:
    """Tell of each of these people whether they are usually free for the whole of one clinic; no, if nobody knows."""
    grid = _Grid.of_one(starts_at, starts_at + timedelta(minutes=minutes))
    told_hours = [person.told_their_hours for person in people]
    free = iter(grid.free([person for person in people if person.told_their_hours])[:, 0].tolist())
    return [has_told and next(free) for has_told in told_hours]


def _monday_before(moment: datetime) -> datetime:
    day = monday_of(moment.date())
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
