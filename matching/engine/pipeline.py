"""Run a whole round: from facts to candidates, scores, the best set, its proof, and proposals with reasons."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matching.engine import candidates as hard_rules
from matching.engine import criteria, rules, statistics
from matching.engine.advice import HelpfulChange, advise
from matching.engine.candidates import Candidates
from matching.engine.criteria import Criterion
from matching.engine.facts import LEFT_OUT, Facts, Instance, Ints, Proposal, ProposedPair, Reason
from matching.engine.reading import SLOTS_A_WEEK, NumberedFacts, read
from matching.engine.settings import Settings
from matching.engine.solving import solve_instance


def _nobody(phase: str) -> None:
    """Ignore which phase begins."""


def propose(facts: Facts, settings: Settings, seed: int, tell: Callable[[str], None] = _nobody) -> Proposal:
    """Compute the best round that these facts allow, prove it, and say for everyone left out why.

    The same facts and seed give the same round, in whatever order the facts come. Raise FixedPairsBreakRules if a pair
    of ``facts.fixed`` breaks a hard rule: the caller decides what to do then. Raise an InstanceError if the facts make
    no sense. ``tell`` is called with the name of each phase as it begins, and may stop the run by raising.
    """
    numbered = read(facts, settings)
    tell("pairing")
    candidates, stuck = hard_rules.find(numbered)
    rules.refuse_broken(numbered, facts, candidates)
    tell("scoring")
    parts = criteria.weigh(numbered, candidates, settings.weights)
    score = criteria.total(parts, len(candidates))
    best = best_skill_per_pair(numbered, candidates, score)
    instance = instance_of(numbered, candidates, score, best, settings, seed)
    tell("solving")
    result = solve_instance(instance)
    tell("explaining")
    chosen = best[result.chosen]
    left_out = _left_out(numbered, stuck, candidates.learner[chosen])
    advice = _advice(numbered, settings, left_out, candidates.sharer[chosen])
    return Proposal(
        pairs=tuple(_explain(numbered, candidates, parts, score, chosen)),
        left_out={int(numbered.ids[row]): why for row, why in left_out.items()},
        counts=_counts(numbered, instance, len(chosen), left_out),
        instance=instance,
        result=result,
        statistics=statistics.of(numbered, settings, instance, result.chosen),
        advice={
            int(numbered.ids[row]): [change.as_json() for change in changes] for row, changes in sorted(advice.items())
        },
    )


def best_skill_per_pair(numbered: NumberedFacts, candidates: Candidates, score: Ints) -> Ints:
    """Return one candidate per learner and sharer: the fixed one, else the one with the best skill.

    The best skill is the one that scores most; of equals, the one with the smallest id. The result holds positions in
    ``candidates``.
    """
    pair = candidates.learner * len(numbered.ids) + candidates.sharer
    order = np.argsort(pair, kind="stable")  # candidates come by learner, then skill: so within a pair by skill
    begins = np.flatnonzero(np.diff(pair[order], prepend=-1))
    rank = np.where(_is_among(numbered, candidates, numbered.fixed), score.max(initial=0) + 1, score)[order]
    best = np.maximum.reduceat(rank, begins) if len(begins) else rank
    which = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(order)))
    at = np.flatnonzero(rank == best[which])
    return order[at[np.diff(which[at], prepend=-1) > 0]]


def instance_of(
    numbered: NumberedFacts, candidates: Candidates, score: Ints, best: Ints, settings: Settings, seed: int
) -> Instance:
    """Write down the assignment problem: who may learn, who may share how often, the best skill of each pair."""
    learners = np.unique(numbered.wish_person)
    learners = learners[(numbered.places_to_learn[learners] > 0) & numbered.has_hours[learners]]
    sharers = np.flatnonzero(
        (numbered.offer_level > 0).any(axis=0) & (numbered.places_to_help > 0) & numbered.has_hours
    )
    return Instance(
        learner_ids=numbered.ids[learners],
        sharer_ids=numbered.ids[sharers],
        sharer_slots=numbered.places_to_help[sharers],
        pair_learner=numbered.ids[candidates.learner[best]],
        pair_sharer=numbered.ids[candidates.sharer[best]],
        pair_score=score[best],
        pair_skill=numbered.skill_ids[numbered.wish_skill[candidates.wish[best]]],
        pair_fixed=_is_among(numbered, candidates, numbered.fixed)[best].astype(np.int64),
        pair_kept=_is_among(numbered, candidates, numbered.kept)[best].astype(np.int64),
        learner_waited=numbered.waited[learners],
        learner_region=numbered.region[learners],
        sharer_load=numbered.load[sharers],
        levels=settings.order,
        seed=seed,
    )


def _is_among(numbered: NumberedFacts, candidates: Candidates, rows: Ints) -> NDArray[np.bool_]:
    """Return which candidates are among these rows of learner, sharer and skill."""
    if not len(rows):
        return np.zeros(len(candidates), dtype=np.bool_)
    people, skills = len(numbered.ids), len(numbered.skill_ids)
    of_candidates = (candidates.learner * people + candidates.sharer) * skills + numbered.wish_skill[candidates.wish]
    return np.isin(of_candidates, (rows[:, 0] * people + rows[:, 1]) * skills + rows[:, 2])


def _left_out(numbered: NumberedFacts, stuck: dict[int, str], served: Ints) -> dict[int, str]:
    unserved = np.setdiff1d(numbered.wish_person, served).tolist()
    return {row: stuck.get(row, "places_taken") for row in unserved}


def _advice(
    numbered: NumberedFacts, settings: Settings, left_out: dict[int, str], taken: Ints
) -> dict[int, list[HelpfulChange]]:
    """Return what would help those left out: each change leads to somebody who has a place left after the round."""
    places_left = numbered.places_to_help - np.bincount(taken, minlength=len(numbered.ids))
    return advise(numbered, settings, np.array(sorted(left_out), dtype=np.int64), places_left)


def _counts(numbered: NumberedFacts, instance: Instance, served: int, left_out: dict[int, str]) -> dict[str, int]:
    reasons = Counter(left_out.values())
    return {
        "people": len(numbered.ids),
        "learners": len(instance.learner_ids),
        "sharers": len(instance.sharer_ids),
        "places": sum(instance.sharer_slots.tolist()),
        "candidates": len(instance.pair_score),
        "served": served,
        **{reason: reasons[reason] for reason in LEFT_OUT},
    }


def _explain(
    numbered: NumberedFacts, candidates: Candidates, parts: list[Criterion], score: Ints, chosen: Ints
) -> list[ProposedPair]:
    learners, sharers = candidates.learner[chosen], candidates.sharer[chosen]
    hours = hard_rules.common_stretches(numbered.slots, learners, sharers)
    weeks = numbered.slots.shape[1]
    values = np.array([part.values[chosen] for part in parts], dtype=np.int64).reshape(len(parts), len(chosen)).T
    pairs = []
    for row, (learner, sharer, points) in enumerate(zip(learners, sharers, values.tolist(), strict=True)):
        minutes = [0] * weeks
        for stretch in hours[row]:
            minutes[stretch.begin // SLOTS_A_WEEK] += 15 * (stretch.end - stretch.begin)
        pairs.append(
            ProposedPair(
                learner=int(numbered.ids[learner]),
                sharer=int(numbered.ids[sharer]),
                skill=int(numbered.skill_ids[numbered.wish_skill[candidates.wish[chosen[row]]]]),
                score=int(score[chosen[row]]),
                reasons=tuple(
                    Reason(part.name, value, part.weight, value * part.weight)
                    for part, value in zip(parts, points, strict=True)
                ),
                languages=_shared_languages(numbered, learner, sharer),
                minutes_a_week=tuple(minutes),
                hours=tuple(hours[row]),
            )
        )
    return pairs


def _shared_languages(numbered: NumberedFacts, learner: int, sharer: int) -> tuple[str, ...]:
    comfort = np.minimum(numbered.comfort[learner], numbered.comfort[sharer])
    best_first = np.argsort(-comfort, kind="stable")[: np.count_nonzero(comfort)]
    return tuple(numbered.language_codes[language] for language in best_first)
