"""Compare rounds of 730 people, as many as the programme has had: who could be served at all, and who was."""

from dataclasses import replace
from statistics import median

import numpy as np

from matching.bench.printing import print_line, table
from matching.bench.rivals import RULES, deferred_acceptance
from matching.engine import candidates, criteria, generator, pipeline
from matching.engine.facts import Facts, Instance, Ints
from matching.engine.reading import read
from matching.engine.settings import PRESETS, Settings
from matching.engine.solving import solve_instance


def compare(rounds: int) -> None:
    """Run every way on the same rounds; print medians of how many each serves, and how many more ours serves."""
    if not rounds:
        return
    served: dict[str, list[int]] = {}
    alone = []
    for seed in range(rounds):
        facts = generator.people(730, seed=seed)
        proposal = pipeline.propose(facts, Settings(), seed)
        instance = proposal.instance
        alone.append(1 - len(np.unique(instance.pair_learner)) / max(1, proposal.counts["learners"]))
        served.setdefault("ours", []).append(proposal.counts["served"])
        for name, way in RULES.items():
            served.setdefault(name, []).append(len(way(instance)))
        served.setdefault("deferred acceptance, each side its own view", []).append(len(_stable(facts, instance)))
        for preset, order in PRESETS.items():
            result = solve_instance(replace(instance, levels=order))
            served.setdefault(f"ours, {preset}", []).append(len(result.chosen))
    print_line(f"730 people, {rounds} seeds: {median(alone):.1%} of learners (median) have no feasible partner\n")
    table(
        ("way", "served, median", "ours serves more, median", "least", "most"),
        [
            (name, f"{median(counts):.0f}", *(f"{number:+.1%}" for number in gains(served["ours"], counts)))
            for name, counts in served.items()
        ],
    )


def _stable(facts: Facts, instance: Instance) -> Ints:
    """Choose by deferred acceptance with different wishes on both sides.

    Learners look at level and urgency, sharers at hours and at what they could learn in return, both at language.
    """
    numbered = read(facts, Settings())
    candidates_found, _stuck = candidates.find(numbered)
    parts = {part.name: part.values for part in criteria.weigh(numbered, candidates_found, Settings().weights)}
    score = criteria.total(criteria.weigh(numbered, candidates_found, Settings().weights), len(candidates_found))
    best = pipeline.best_skill_per_pair(numbered, candidates_found, score)
    to_learner = (parts["level_gap"] + parts["wish_priority"] + parts["language_comfort"])[best]
    to_sharer = (parts["hours_in_common"] + parts["language_comfort"] + parts["reciprocal"])[best]
    return deferred_acceptance(instance, to_learner, to_sharer)


def gains(ours: list[int], others: list[int]) -> tuple[float, float, float]:
    """Return how many more learners ours serves, as a share of theirs, over the rounds: median, least, most."""
    gains_of_rounds = [by_ours / max(1, by_others) - 1 for by_ours, by_others in zip(ours, others, strict=True)]
    return median(gains_of_rounds), min(gains_of_rounds), max(gains_of_rounds)
