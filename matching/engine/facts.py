"""Define what goes into the engine and what comes out: plain data, no database.

Everyone is known by their registration's id, every skill by its id, every language and region by its code. A column may
be any sequence NumPy can read (a list from ``values_list``, or an array); the engine never changes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Column = Sequence[Any] | NDArray[Any]

LEVELS = ("fixed", "served", "waiting", "equity", "score", "spread", "keep")  # most important first; see the docs


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """One row per person who may take part: approved, claimed, and neither paused nor away."""

    id: Column
    region: Column  # code, "" when not told
    region_wish: Column  # "either", "same" or "other"
    places_to_learn: Column  # can_learn_from less the live matches as learner; ≤ 0 keeps them out as a learner
    places_to_help: Column  # can_help less the live matches as sharer; ≤ 0 keeps them out as a sharer
    slots: NDArray[np.bool_]  # (people, weeks × 672): free in that quarter of an hour, UTC
    waited: Column = ()  # rounds a learner has waited; none given: 0 for everybody, and so for the next two
    load: Column = ()  # live matches as sharer
    freshness: Column = ()  # days since what the person offers was last confirmed or changed
    clock: Column = ()  # whose clocks are changed in these weeks, and how: one of Facts.clocks, from 1; 0: not changed
    taken: Any = ()  # as slots: where another match of theirs has to be held; only advice needs it


@dataclass(frozen=True, kw_only=True, eq=False)
class Offers:
    """Skills that people share; each person and skill at most once."""

    person: Column = ()
    skill: Column = ()
    level: Column = ()  # 1 to 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Wishes:
    """Skills that people want to learn; each person and skill at most once."""

    person: Column = ()
    skill: Column = ()
    priority: Column = ()  # 1 to 3, larger is more wanted


@dataclass(frozen=True, kw_only=True, eq=False)
class Languages:
    """Languages that people speak; each person and code at most once."""

    person: Column = ()
    code: Column = ()
    level: Column = ()  # Babel 0 to 5, native is 6
    is_preferred: Column = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """All that the engine knows of the people of a round."""

    people: People
    offers: Offers
    wishes: Wishes
    languages: Languages
    apart: Column = ()  # (k, 2) ids of two people never to be proposed to each other, in either role: one blocked
    # the other, they were matched before, declined each other lately, or the working group rules them out together.
    # People who are not in ``people`` may appear here.
    fixed: Column = ()  # (k, 3) learner, sharer, skill: approved, or made by hand; must keep every hard rule
    kept: Column = ()  # (k, 3) learner, sharer, skill: proposed in the run before; one that is no candidate any more
    # is passed over
    asked_for: Column = ()  # (k, 2) learner, sharer: the learner asked for this sharer; strangers may appear here
    clocks: Any = ()  # (k, weeks, 672): for a way of changing clocks, where what a clock shows in each quarter of the
    # first week lies in each week, −1 where it does not come


def _not_given() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Instance:
    """The assignment problem of a round: all that is needed to solve it, and to solve it again later.

    Columns from ``pair_skill`` on may be left out: then they hold zeros.
    """

    learner_ids: Ints
    sharer_ids: Ints
    sharer_slots: Ints
    pair_learner: Ints  # ids
    pair_sharer: Ints  # ids
    pair_score: Ints
    pair_skill: Ints = field(default_factory=_not_given)  # what the pair is for; the solver does not look
    pair_fixed: Ints = field(default_factory=_not_given)  # 1: approved, or made by hand; level "fixed"
    pair_kept: Ints = field(default_factory=_not_given)  # 1: proposed in the run before; level "keep"
    learner_waited: Ints = field(default_factory=_not_given)  # rounds waited, 0 or more; level "waiting"
    learner_region: Ints = field(default_factory=_not_given)  # number of the region, 0 if not told; level "equity"
    sharer_load: Ints = field(default_factory=_not_given)  # live matches already, 0 or more; level "spread"
    levels: tuple[str, ...]
    seed: int

    def __post_init__(self) -> None:
        for table, columns in OPTIONAL_COLUMNS.items():
            for column in columns:
                if not len(getattr(self, column)):
                    object.__setattr__(self, column, np.zeros(len(getattr(self, table)), dtype=np.int64))


# Columns that may be left out, by the column that says how long they are.
OPTIONAL_COLUMNS = {
    "pair_score": ("pair_skill", "pair_fixed", "pair_kept"),
    "learner_ids": ("learner_waited", "learner_region"),
    "sharer_ids": ("sharer_load",),
}


@dataclass(frozen=True, eq=False)
class Result:
    """The best set of pairs, and the prices that prove it."""

    chosen: Ints  # positions in the pair arrays, ascending
    value: dict[str, int]  # by level, Python integers, more is better: {"served": 1200, "score": 5310000}. Equity and
    # spread are what they cost, below 0.
    duals: tuple[NDArray[Any], ...]  # per stage a price per learner, then per sharer, in the order of their ids above,
    # then per region, ascending, if "equity" is among the levels, then the sink's. Whole numbers, int64 where they fit.
    stages: tuple[tuple[str, ...], ...]  # which levels a stage proves at once; the last is the tie-break


@dataclass(frozen=True)
class Reason:
    """One criterion's part of a score: ``value`` (0 to 1000) × ``weight`` = ``points``."""

    criterion: str  # one of criteria.CRITERIA
    value: int
    weight: int
    points: int


class Quarters(NamedTuple):
    """A stretch of time in quarters of an hour (UTC), from ``begin`` to before ``end``, counted from a Monday."""

    begin: int
    end: int


@dataclass(frozen=True)
class ProposedPair:
    """One proposed pair. The reasons' points add up to ``score``; ``dataclasses.asdict`` of it is JSON."""

    learner: int
    sharer: int
    skill: int
    score: int
    reasons: tuple[Reason, ...]
    languages: tuple[str, ...]  # shared, the most comfortable first
    minutes_a_week: tuple[int, ...]  # in common, in stretches of an hour or more, per week
    hours: tuple[Quarters, ...]  # those stretches, from the first Monday


@dataclass(frozen=True, eq=False)
class Proposal:
    """The result of a whole round: what to propose, who is left out and why, and the proof."""

    pairs: tuple[ProposedPair, ...]  # by learner id
    left_out: dict[int, str]  # each learner with a wish who got nothing → one of LEFT_OUT
    counts: dict[str, int]  # people, learners, sharers, places, candidates, served, and left out per reason
    instance: Instance
    result: Result
    statistics: dict[str, Any] = field(default_factory=dict)  # JSON; see ``statistics.py``
    advice: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # each learner left out → at most 3 single
    # changes that would help, JSON; see ``advice.py``


# The order is the funnel's: a learner is counted at the first rule that leaves nobody.
LEFT_OUT = (
    "learning_enough",  # already has as many matches to learn from as they want
    "too_few_hours",  # is free for fewer minutes a week than the round asks of everybody
    "no_offer",  # nobody else shares any skill they wish
    "no_free_place",  # … but those who do have no place left, or too few hours a week themselves
    "region_wishes",  # … but their and the learner's region wishes do not meet
    "no_shared_language",
    "kept_apart",  # … or only people who were matched with them before, or where one blocked the other
    "no_hour_in_common",
    "places_taken",  # had candidates, but the places went to others
)
