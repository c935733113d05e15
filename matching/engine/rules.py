"""Apply the hard rules to a single pair: which of them forbid it; refuse fixed pairs that break one.

The rules are those of ``candidates.py``, which applies them to everybody at once; a test compares the two.
Who takes part at all (not paused, not away, agreed) is decided before: ``matchable`` in
``registrations/models/registration.py``.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np

from matching.engine.candidates import Candidates, hour_starts, minutes_in_common
from matching.engine.errors import BrokenPair, FixedPairsBreakRules, UnknownId
from matching.engine.facts import Facts
from matching.engine.network import rows_of
from matching.engine.reading import REGION_WISHES, NumberedFacts, read
from matching.engine.settings import Settings


class _FixedPair(NamedTuple):
    """A pair that must stay in the round: ids, or rows of people and the number of the skill."""

    learner: int
    sharer: int
    skill: int


def why_not(facts: Facts, settings: Settings, learner: int, sharer: int, skill: int | None = None) -> list[str]:
    """Return every hard rule that forbids this pair, as codes of LEFT_OUT in their order; empty for candidates.

    ``skill``: only for this skill; without it, for any skill. Raise UnknownId for somebody who is not in the facts.
    """
    numbered = read(facts, settings)
    learner_row, sharer_row = rows_of(np.array([learner, sharer], dtype=np.int64), numbered.ids).tolist()
    if learner_row < 0 or sharer_row < 0:
        raise UnknownId("one of the two does not take part")
    numbers = rows_of(np.array([] if skill is None else [skill], dtype=np.int64), numbered.skill_ids).tolist()
    return list(forbidding(numbered, learner_row, sharer_row, numbers[0] if numbers else None))


def forbidding(numbered: NumberedFacts, learner: int, sharer: int, skill: int | None = None) -> tuple[str, ...]:
    """Do the work of ``why_not`` on numbered facts: rows of people, and the number of a skill.

    A skill that nobody names is -1.
    """
    wished = numbered.wish_skill[numbered.wish_person == learner]
    if skill is not None:
        wished = wished[wished == skill]
    apart = {tuple(pair) for pair in numbered.apart[np.isin(numbered.apart, (learner, sharer)).all(axis=1)].tolist()}
    both = np.array([learner, sharer])
    broken = {
        "learning_enough": numbered.places_to_learn[learner] <= 0,
        "too_few_hours": not numbered.has_hours[both].all(),
        "no_offer": learner == sharer or not numbered.offer_level[wished, sharer].any(),
        "no_free_place": numbered.places_to_help[sharer] <= 0,
        "region_wishes": not (_suits(numbered, learner, sharer) and _suits(numbered, sharer, learner)),
        "no_shared_language": not np.minimum(numbered.comfort[learner], numbered.comfort[sharer]).any(),
        "kept_apart": bool(apart & {(learner, sharer), (sharer, learner)}),
        "no_hour_in_common": not minutes_in_common(hour_starts(numbered.slots[both]), np.array([0]), np.array([1]))[0],
    }
    return tuple(code for code, is_broken in broken.items() if is_broken)


def refuse_broken(numbered: NumberedFacts, facts: Facts, candidates: Candidates) -> None:
    """Raise FixedPairsBreakRules if a fixed pair is no candidate, or if more are fixed than there are places."""
    if not len(numbered.fixed):
        return
    by_id = [_FixedPair(*row) for row in np.asarray(facts.fixed).tolist()]
    by_row = [_FixedPair(*row) for row in numbered.fixed.tolist()]
    of_learner = Counter(pair.learner for pair in set(by_id))
    of_sharer = Counter(pair.sharer for pair in set(by_id))
    people, skills = len(numbered.ids), len(numbered.skill_ids)
    of_candidates = (candidates.learner * people + candidates.sharer) * skills + numbered.wish_skill[candidates.wish]
    of_fixed = (numbered.fixed[:, 0] * people + numbered.fixed[:, 1]) * skills + numbered.fixed[:, 2]
    suits = (numbered.fixed >= 0).all(axis=1) & np.isin(of_fixed, of_candidates)
    broken = []
    for ids, rows, is_candidate in zip(by_id, by_row, suits.tolist(), strict=True):
        why: tuple[str, ...] = ()
        if rows.learner < 0 or rows.sharer < 0:
            why = ("not_taking_part",)
        elif not is_candidate:
            why = forbidding(numbered, *rows)
        elif of_learner[ids.learner] > 1:
            why = ("learning_enough",)
        elif of_sharer[ids.sharer] > numbered.places_to_help[rows.sharer]:
            why = ("no_free_place",)
        if why:
            broken.append(BrokenPair(*ids, why))
    if broken:
        raise FixedPairsBreakRules(broken)


def _suits(numbered: NumberedFacts, wisher: int, other: int) -> bool:
    wish, mine, theirs = (
        int(n) for n in (numbered.region_wish[wisher], numbered.region[wisher], numbered.region[other])
    )
    if REGION_WISHES[wish] == "either":
        return True
    return bool(mine and theirs) and (mine == theirs) == (REGION_WISHES[wish] == "same")
