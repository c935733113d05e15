"""Find the time that somebody's other matches take for certain, so that no advice about hours sends them there."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from letsconnect.base.hours import QUARTERS_A_WEEK, QUARTERS_AN_HOUR
from matching.engine.facts import Quarters
from matching.inputs.clashes import Hours
from matching.models import MatchQuerySet


def certain_hours(hours: Hours, *, week: int) -> Quarters | None:
    """The quarters of that week in which these two meet, wherever in their time they put their hour; None where they
    have a choice."""
    begins, ends = week * QUARTERS_A_WEEK, (week + 1) * QUARTERS_A_WEEK
    inside = [(max(begin, begins), min(end, ends)) for begin, end in hours.stretches]
    starts = [(begin, end - QUARTERS_AN_HOUR) for begin, end in inside if end - begin >= QUARTERS_AN_HOUR]
    if not starts:
        return None
    first, last = min(begin for begin, _end in starts), max(end for _begin, end in starts)
    return Quarters(last, first + QUARTERS_AN_HOUR) if last < first + QUARTERS_AN_HOUR else None


def hours_taken(
    matches: MatchQuerySet, numbers: Mapping[int, int], shape: tuple[int, int], *, mondays: Iterable[date]
) -> NDArray[np.bool_]:
    """A table (people, quarters), true where a match of theirs has to take place; a week begins at each of
    ``mondays``."""
    table, weeks = np.zeros(shape, dtype=np.bool_), list(mondays)
    for match in matches.values_list("learner_id", "sharer_id", "reasons", named=True):
        hours = Hours.of(match.reasons)
        both = [numbers[person] for person in (match.learner_id, match.sharer_id) if person in numbers]
        if hours is not None and both:
            for quarters in _in_weeks(hours, weeks):
                table[both, quarters.begin : quarters.end] = True
    return table


def _in_weeks(hours: Hours, mondays: list[date]) -> Iterator[Quarters]:
    """The certain stretches, counted from the first of these Mondays; for a week of which the match keeps no hours, it
    is those of the week next to it, as where clashes are looked for."""
    for at, monday in enumerate(mondays):
        week = hours.week_of(monday)
        certain = certain_hours(hours, week=week)
        if certain is not None:
            earlier = (at - week) * QUARTERS_A_WEEK
            yield Quarters(earlier + certain.begin, earlier + certain.end)
