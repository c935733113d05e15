"""Score the candidates by what people would like, not need: one small function per criterion.

Each returns a whole number per candidate, from 0 (does not hold) to FULL (holds fully).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.candidates import Candidates
from matching.engine.errors import FactsError
from matching.engine.facts import Ints
from matching.engine.reading import FULLEST_COMFORT, NumberedFacts

FULL = 1000
MOST_WEIGHT = 1_000_000
PLENTY_OF_MINUTES = 600
FRESH_DAYS, STALE_DAYS = 30, 365
_GAP = np.array([0, 800, 1000, 900, 700])  # how far the sharer is above the learner, in levels
_PRIORITY = np.array([0, 333, 667, 1000])
_PAIRS_AT_ONCE = 1 << 16


@dataclass(frozen=True, eq=False)
class Criterion:
    """One part of the score in a round: its weight there, and a value from 0 to FULL per candidate."""

    name: str
    weight: int
    values: Ints


def level_gap(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score how far the sharer's level is above the learner's: best two levels, 0 if not above."""
    skill = numbered.wish_skill[candidates.wish]
    above = numbered.offer_level[skill, candidates.sharer] - numbered.offer_level[skill, candidates.learner]
    return np.asarray(_GAP[np.maximum(above, 0)])


def wish_priority(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score how soon the learner wants to learn the skill."""
    return _PRIORITY[numbered.wish_priority[candidates.wish]]


def language_comfort(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score the best language the two share, by the level of the one who speaks it less comfortably."""
    best = np.empty(len(candidates), dtype=np.int64)
    for first in range(0, len(candidates), _PAIRS_AT_ONCE):
        batch = slice(first, first + _PAIRS_AT_ONCE)
        learner, sharer = numbered.comfort[candidates.learner[batch]], numbered.comfort[candidates.sharer[batch]]
        best[batch] = np.minimum(learner, sharer).max(axis=1, initial=0)
    return best * FULL // FULLEST_COMFORT


def hours_in_common(_facts: NumberedFacts, candidates: Candidates) -> Ints:
    """Score the minutes they have in common in the week with fewest; ten hours or more are full."""
    return np.minimum(candidates.minutes, PLENTY_OF_MINUTES) * FULL // PLENTY_OF_MINUTES


def region_wish(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score half for each of the two who wished for a region: for candidates that wish comes true."""
    asked = (numbered.region_wish > 0) * (FULL // 2)
    return asked[candidates.learner] + asked[candidates.sharer]


def freshness(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score how lately the sharer confirmed or changed what they offer: full for 30 days, 0 from a year on."""
    left = np.clip(STALE_DAYS - numbered.freshness, 0, STALE_DAYS - FRESH_DAYS)
    return (left * FULL // (STALE_DAYS - FRESH_DAYS))[candidates.sharer]


def reciprocal(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score full if the learner shares a skill that the sharer wishes, because then they can teach each other."""
    wishes = np.zeros(numbered.offer_level.shape, dtype=np.bool_)
    wishes[numbered.wish_skill, numbered.wish_person] = True
    shared, wished = (_words(table.T) for table in (numbered.offer_level > 0, wishes))
    can = np.zeros(len(candidates), dtype=np.bool_)
    for word in range(shared.shape[1]):
        can |= (shared[candidates.learner, word] & wished[candidates.sharer, word]) > 0
    return can * np.int64(FULL)


def asked_for(numbered: NumberedFacts, candidates: Candidates) -> Ints:
    """Score full if the learner found this sharer and asked for them."""
    people = len(numbered.ids)
    asked = numbered.asked_for[:, 0] * people + numbered.asked_for[:, 1]
    return np.isin(candidates.learner * people + candidates.sharer, asked) * np.int64(FULL)


class Measure(NamedTuple):
    """How a criterion is measured, and what it weighs unless the round says otherwise."""

    values: Callable[[NumberedFacts, Candidates], Ints]
    usual_weight: int = 1


# Every criterion, in the order in which the desk reads them; its words are in `matching.words.reasons`.
CRITERIA: Mapping[str, Measure] = {
    "level_gap": Measure(level_gap),
    "wish_priority": Measure(wish_priority),
    "language_comfort": Measure(language_comfort),
    "hours_in_common": Measure(hours_in_common),
    "region_wish": Measure(region_wish),
    "freshness": Measure(freshness),
    "reciprocal": Measure(reciprocal),
    "asked_for": Measure(asked_for, usual_weight=2),
}


def usual_weights() -> dict[str, int]:
    """Return what each criterion weighs unless the round says otherwise."""
    return {name: measure.usual_weight for name, measure in CRITERIA.items()}


def _words(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Pack the truths of each row into bits, 64 to a number."""
    rows, columns = bits.shape
    padded = np.zeros((rows, -(-columns // 64) * 64), dtype=np.bool_)
    padded[:, :columns] = bits
    return np.packbits(padded, axis=1).view(np.uint64)


def weigh(numbered: NumberedFacts, candidates: Candidates, weights: Mapping[str, int]) -> list[Criterion]:
    """Measure every criterion that has a weight in this round.

    Raise FactsError for a criterion that does not exist and for a weight that is no whole number from 0 to MOST_WEIGHT.
    """
    if unknown := set(weights) - set(CRITERIA):
        raise FactsError(f"no such criterion: {', '.join(sorted(unknown))}")
    if any(not isinstance(weight, int) or not 0 <= weight <= MOST_WEIGHT for weight in weights.values()):
        raise FactsError(f"a weight is a whole number from 0 to {MOST_WEIGHT}")
    return [
        Criterion(name, weights[name], measure.values(numbered, candidates))
        for name, measure in CRITERIA.items()
        if weights.get(name)
    ]


def total(criteria: list[Criterion], length: int) -> Ints:
    """Add up the score of each candidate: weight times value, over all criteria. ``length``: how many candidates."""
    return sum((criterion.weight * criterion.values for criterion in criteria), np.zeros(length, dtype=np.int64))
