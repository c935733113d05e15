"""The time that somebody's other matches take for certain: advice of hours sends nobody there."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from matching.models import MatchQuerySet
from matching.rounds.clashes import HOUR, WEEK, Hours


def certain(hours: Hours, *, week: int) -> tuple[int, int] | None:
    """The quarters of that week in which these two meet, wherever in their time they put their hour; None where they
    have a choice."""
    begins, ends = week * WEEK, (week + 1) * WEEK
    inside = [(max(begin, begins), min(end, ends)) for begin, end in hours.stretches]
    starts = [(begin, end - HOUR) for begin, end in inside if end - begin >= HOUR]
    if not starts:
        return None
    first, last = min(begin for begin, _end in starts), max(end for _begin, end in starts)
    return (last, first + HOUR) if last < first + HOUR else None


def taken(
    matches: MatchQuerySet, numbers: Mapping[int, int], shape: tuple[int, int], *, mondays: Iterable[int]
) -> NDArray[np.bool_]:
    """(people, quarters): marked where a match of theirs has to be held; ``mondays`` are the ordinals of the weeks."""
    table, weeks = np.zeros(shape, dtype=np.bool_), list(mondays)
    for learner, sharer, reasons in matches.values_list("learner_id", "sharer_id", "reasons"):
        hours = Hours.of(reasons)
        both = [numbers[person] for person in (learner, sharer) if person in numbers]
        if hours is not None and both:
            for begin, end in _in_weeks(hours, weeks):
                table[both, begin:end] = True
    return table


def _in_weeks(hours: Hours, mondays: list[int]) -> Iterator[tuple[int, int]]:
    """The certain stretches, counted from the first of these Mondays; a week the match does not know is as the one
    next to it, as where clashes are looked for."""
    last = max(end - 1 for _begin, end in hours.stretches) // WEEK
    for at, monday in enumerate(mondays):
        week = min(max((monday - hours.begins.toordinal()) // 7, 0), last)
        found = certain(hours, week=week)
        if found is not None:
            yield (at - week) * WEEK + found[0], (at - week) * WEEK + found[1]
