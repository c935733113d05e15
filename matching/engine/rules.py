"""The hard rules for one pair: which of them forbid it; and pairs that must stay are held to all of them."""

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
    """A pair that must stay: by ids, or by rows of people and the number of the skill."""

    learner: int
    sharer: int
    skill: int


def why_not(facts: Facts, settings: Settings, learner: int, sharer: int, skill: int | None = None) -> list[str]:
    """Every hard rule that forbids this pair (for this skill, or for any), as codes of LEFT_OUT in their order.

    Empty: they are candidates for each other. Somebody who is not in the facts raises UnknownId.
    """
    known = read(facts, settings)
    one, other = rows_of(np.array([learner, sharer], dtype=np.int64), known.ids).tolist()
    if one < 0 or other < 0:
        raise UnknownId("one of the two does not take part")
    numbers = rows_of(np.array([] if skill is None else [skill], dtype=np.int64), known.skill_ids).tolist()
    return list(forbidding(known, one, other, numbers[0] if numbers else None))


def forbidding(known: NumberedFacts, learner: int, sharer: int, skill: int | None = None) -> tuple[str, ...]:
    """The same for rows of people and the number of a skill, -1 for a skill nobody names."""
    wished = known.wish_skill[known.wish_person == learner]
    if skill is not None:
        wished = wished[wished == skill]
    apart = {tuple(pair) for pair in known.apart[np.isin(known.apart, (learner, sharer)).all(axis=1)].tolist()}
    both = np.array([learner, sharer])
    broken = {
        "learning_enough": known.places_to_learn[learner] <= 0,
        "too_few_hours": not known.has_hours[both].all(),
        "no_offer": learner == sharer or not known.offer_level[wished, sharer].any(),
        "no_free_place": known.places_to_help[sharer] <= 0,
        "region_wishes": not (_suits(known, learner, sharer) and _suits(known, sharer, learner)),
        "no_shared_language": not np.minimum(known.comfort[learner], known.comfort[sharer]).any(),
        "kept_apart": bool(apart & {(learner, sharer), (sharer, learner)}),
        "no_hour_in_common": not minutes_in_common(hour_starts(known.slots[both]), np.array([0]), np.array([1]))[0],
    }
    return tuple(code for code, is_broken in broken.items() if is_broken)


def refuse_broken(known: NumberedFacts, facts: Facts, candidates: Candidates) -> None:
    """Raise FixedPairsBreakRules if a pair that must stay is no candidate, or if more must stay than there is room."""
    if not len(known.fixed):
        return
    by_id = [_FixedPair(*row) for row in np.asarray(facts.fixed).tolist()]
    by_row = [_FixedPair(*row) for row in known.fixed.tolist()]
    of_learner = Counter(pair.learner for pair in set(by_id))
    of_sharer = Counter(pair.sharer for pair in set(by_id))
    people, skills = len(known.ids), len(known.skill_ids)
    found = (candidates.learner * people + candidates.sharer) * skills + known.wish_skill[candidates.wish]
    asked = (known.fixed[:, 0] * people + known.fixed[:, 1]) * skills + known.fixed[:, 2]
    suits = (known.fixed >= 0).all(axis=1) & np.isin(asked, found)
    broken = []
    for ids, rows, is_candidate in zip(by_id, by_row, suits.tolist(), strict=True):
        why: tuple[str, ...] = ()
        if rows.learner < 0 or rows.sharer < 0:
            why = ("not_taking_part",)
        elif not is_candidate:
            why = forbidding(known, *rows)
        elif of_learner[ids.learner] > 1:
            why = ("learning_enough",)
        elif of_sharer[ids.sharer] > known.places_to_help[rows.sharer]:
            why = ("no_free_place",)
        if why:
            broken.append(BrokenPair(*ids, why))
    if broken:
        raise FixedPairsBreakRules(broken)


def _suits(known: NumberedFacts, wisher: int, other: int) -> bool:
    wish, mine, theirs = (int(n) for n in (known.region_wish[wisher], known.region[wisher], known.region[other]))
    if REGION_WISHES[wish] == "either":
        return True
    return bool(mine and theirs) and (mine == theirs) == (REGION_WISHES[wish] == "same")
