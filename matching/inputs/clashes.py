"""Check whether each of somebody's matches finds an hour of its own. Pure: hours in, yes or no out.

Each match holds the stretches of time that suit both of its people, quarters of an hour of UTC counted from its first
Monday. In every week each match needs one hour of them, and no two of these hours may overlap.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from letsconnect.base.hours import QUARTERS_A_WEEK, QUARTERS_AN_HOUR, mondays
from matching.domain.matches import WEEKS_COMPARED
from matching.engine.facts import Quarters

# The search is exact up to so many tries. Beyond, the hours count as fitting: nobody is refused without a proof.
TRIES = 20_000

Starts = frozenset[int]


@dataclass(frozen=True)
class Hours:
    """When two people are both free, in stretches of an hour or more."""

    begins: date  # the Monday the quarters are counted from
    stretches: tuple[Quarters, ...]

    @classmethod
    def of(cls, reasons: Mapping[str, Any]) -> "Hours | None":
        """Read what a match keeps; None when it keeps no hours, as after an erasure."""
        stretches = tuple(Quarters(begin, end) for begin, end in reasons.get("hours", ()))
        if not stretches or not reasons.get("from"):
            return None
        return cls(date.fromisoformat(reasons["from"]), stretches)

    def week_of(self, monday: date) -> int:
        """Which of the weeks these hours know that one is; where they know no such week, the one next to it."""
        last = max(end - 1 for _, end in self.stretches) // QUARTERS_A_WEEK
        return min(max((monday - self.begins).days // 7, 0), last)

    def starts_in(self, monday: date) -> Starts:
        """The quarters of that week at which an hour could begin."""
        begins = self.week_of(monday) * QUARTERS_A_WEEK
        ends = begins + QUARTERS_A_WEEK
        return frozenset(
            quarter - begins
            for begin, end in self.stretches
            for quarter in range(max(begin, begins), min(end, ends) - QUARTERS_AN_HOUR + 1)
        )


def hours_clash(hours: Sequence[Hours], *, mondays: Iterable[date]) -> bool:
    """Tell whether in one of these weeks there is no hour of its own for each."""
    return any(not _fit([hours_of_match.starts_in(monday) for hours_of_match in hours]) for monday in mondays)


def clash_with(deciding: Sequence[Hours], kept: Sequence[Hours]) -> bool:
    """Tell whether in some week there is no hour of its own for each, of one person's matches that are to be decided
    and of those kept. The weeks are those of the newest match, since an older one knows none of them better."""
    hours = [*deciding, *kept]
    if not deciding or len(hours) < 2:
        return False
    first = max(each.begins for each in hours)
    return hours_clash(hours, mondays=mondays(first, weeks=WEEKS_COMPARED))


def _fit(choices: list[Starts]) -> bool:
    """Whether everybody finds a start such that no two are less than an hour apart."""
    if any(not starts for starts in choices):
        return False
    return len(choices) < 2 or _by_the_grid(choices) or _by_search(choices)


def _by_the_grid(choices: list[Starts]) -> bool:
    """Whether all find hours that begin on the hour, or all at a quarter past, at half past or at three quarters past.

    Quick; where it fails, other starts may still do.
    """
    return any(
        _all_get_one([{start for start in starts if start % QUARTERS_AN_HOUR == past} for starts in choices])
        for past in range(QUARTERS_AN_HOUR)
    )


def _all_get_one(choices: list[set[int]]) -> bool:
    """Whether everybody gets a start that nobody else has, found by augmenting paths."""
    taken: dict[int, int] = {}

    def give(person: int, tried: set[int]) -> bool:
        for start in choices[person] - tried:
            tried.add(start)
            if start not in taken or give(taken[start], tried):
                taken[start] = person
                return True
        return False

    return all(give(person, set()) for person in range(len(choices)))


def _by_search(choices: list[Starts]) -> bool:
    """Whether everybody finds a start, by trying all of them; whoever has least choice chooses first."""
    tries = 0

    def place(to_place: list[Starts]) -> bool:
        nonlocal tries
        if not to_place:
            return True
        scarce = min(to_place, key=len)
        others = [starts for starts in to_place if starts is not scarce]
        others += [scarce] * (len(to_place) - len(others) - 1)
        for start in sorted(scarce):
            tries += 1
            if tries > TRIES:
                return True
            free = [
                frozenset(other_start for other_start in starts if abs(other_start - start) >= QUARTERS_AN_HOUR)
                for starts in others
            ]
            if all(free) and place(free):
                return True
        return False

    return place(choices)
