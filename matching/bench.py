"""``make bench``: the engine at 10,000 learners, phase by phase, and against other ways of choosing the pairs.

Everything in one run, on the same made-up people. Times are medians of the runs; memory is the process's peak so far.
"""

import argparse
import platform
import resource
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from matching.engine import candidates as hard_rules
from matching.engine import criteria, generator, pipeline
from matching.engine.checker import check
from matching.engine.facts import Facts, Instance, Ints, Settings
from matching.engine.flow import solve_in_turn
from matching.engine.levels import cost_of, levels_of
from matching.engine.network import Network, rows_of
from matching.engine.reading import read
from matching.engine.replay import pack
from matching.engine.solving import solve_instance

Timings = dict[str, list[float]]


def main(arguments: list[str] | None = None) -> int:
    """Run and print; 1 if SciPy's optimum is not ours."""
    parser = argparse.ArgumentParser(prog="python -m matching.bench", description=__doc__)
    parser.add_argument("--people", type=int, default=12_200, help="made-up people (default: about 10,000 learners)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small-rounds", type=int, default=30, help="rounds of 730 people to compare")
    options = parser.parse_args(arguments)
    _say(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}\n")
    facts = generator.people(options.people, seed=options.seed)
    instance = time_phases(facts, options.runs)
    same = compare(instance, options.runs)
    compare_small_rounds(options.small_rounds)
    return 0 if same else 1


def time_phases(facts: Facts, runs: int) -> Instance:
    """The pipeline, part by part; returns the instance it came down to."""
    settings = Settings()
    took: Timings = {}
    peak: dict[str, int] = {}

    def phase(name: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        answer = work()
        took.setdefault(name, []).append(time.perf_counter() - began)
        peak.setdefault(name, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return answer

    for _ in range(runs):
        known = phase("facts read", lambda: read(facts, settings))
        found, _stuck = phase("all feasible pairs", lambda known=known: hard_rules.find(known))
        instance = phase("scores", lambda known=known, found=found: _scored(known, found, settings))
        network = Network.of(instance)
        gain = cost_of(levels_of(instance, network)["score"], network)
        phase("(one plain solve, score only)", lambda network=network, gain=gain: solve_in_turn(network, [gain]))
        result = phase("both levels, tie-break, proof", lambda instance=instance: solve_instance(instance))
        phase("(the proof alone)", lambda instance=instance, result=result: check(instance, result))
        phase("packed for replay", lambda instance=instance, result=result: pack(instance, result))
        proposal = phase("facts → proposals, all of it", lambda: pipeline.propose(facts, settings, 1))
    counts = proposal.counts
    _say(f"{counts['people']:,} people, {counts['learners']:,} learners, {counts['sharers']:,} sharers with ")
    _say(f"{counts['places']:,} places, {counts['candidates']:,} feasible pairs; {runs} runs\n\n")
    _table(
        ("phase", "median s", "peak MB"),
        [(name, f"{median(times):.2f}", f"{peak[name] / 1024:.0f}") for name, times in took.items()],
    )
    whole, plain = (median(took[name]) for name in ("both levels, tie-break, proof", "(one plain solve, score only)"))
    _say(f"levels with proof ÷ one plain solve: {whole / plain:.2f}\n\n")
    return instance


def _scored(known: Any, found: hard_rules.Candidates, settings: Settings) -> Instance:
    score = criteria.total(criteria.weigh(known, found, settings.weights), len(found))
    best = pipeline.best_skill_per_pair(known, found, score)
    return pipeline.instance_of(known, found, score, best, settings, seed=1)


def compare(instance: Instance, runs: int) -> bool:
    """Ours against the others on the same pairs; whether SciPy finds the same optimum."""
    rows, values = [], {}
    for name, way in WAYS.items():
        times = []
        for _ in range(runs):
            began = time.perf_counter()
            chosen = way(instance)
            times.append(time.perf_counter() - began)
        values[name] = (len(chosen), sum(instance.pair_score[chosen].tolist()))
        rows.append((name, median(times), *values[name]))
    ours = rows[0]
    _table(
        ("way to choose", "median s", "÷ ours", "served", "more left out", "total score", "% of ours"),
        [
            (
                name,
                f"{took:.2f}",
                f"{took / ours[1]:.2f}",
                f"{served:,}",
                f"{ours[2] - served:,}",
                f"{score:,}",
                f"{100 * score / max(1, ours[3]):.1f}",
            )
            for name, took, served, score in rows
        ],
    )
    same = values["ours"] == values["SciPy full matching"]
    _say(f"SciPy's optimum {'is the same' if same else 'DIFFERS'}\n\n")
    return same


def compare_small_rounds(rounds: int) -> None:
    """730 people, as many as the programme has had: who could be served at all, and who was."""
    rows = []
    for seed in range(rounds):
        proposal = pipeline.propose(generator.people(730, seed=seed), Settings(), seed)
        greedy = [len(WAYS[name](proposal.instance)) for name in ("first come", "best pair first")]
        alone = 1 - len(np.unique(proposal.instance.pair_learner)) / max(1, proposal.counts["learners"])
        rows.append((proposal.counts["served"], *greedy, alone))
    if not rows:
        return
    ours, first, best, alone = (median(column) for column in zip(*rows, strict=True))
    _say(
        f"730 people, median of {rounds} seeds: {ours:.0f} served, {alone:.1%} of learners without a feasible partner\n"
    )
    for name, served in (("first come", first), ("best pair first", best)):
        _say(f"  {name} {served:.0f}: ours {ours / served - 1:+.1%}\n")


def _ours(instance: Instance) -> Ints:
    return solve_instance(instance).chosen


def _greedy(instance: Instance, order: Ints) -> Ints:
    places = dict(zip(instance.sharer_ids.tolist(), instance.sharer_slots.tolist(), strict=True))
    learners, sharers = instance.pair_learner.tolist(), instance.pair_sharer.tolist()
    served: set[int] = set()
    chosen = []
    for pair in order.tolist():
        if learners[pair] not in served and places[sharers[pair]]:
            served.add(learners[pair])
            places[sharers[pair]] -= 1
            chosen.append(pair)
    return np.array(chosen, dtype=np.int64)


def _first_come(instance: Instance) -> Ints:
    """Learners by id, each with the best sharer who still has a place."""
    return _greedy(instance, np.lexsort((-instance.pair_score, instance.pair_learner)))


def _best_pair_first(instance: Instance) -> Ints:
    return _greedy(instance, np.argsort(-instance.pair_score, kind="stable"))


def _scipy(instance: Instance) -> Ints:
    """A column per place, and one per learner for being left out, dearer than all pairs together."""
    learner = rows_of(instance.pair_learner, instance.learner_ids)
    sharer = rows_of(instance.pair_sharer, instance.sharer_ids)
    learners, slots = len(instance.learner_ids), instance.sharer_slots
    first = np.cumsum(slots) - slots
    copies = slots[sharer]
    pair = np.repeat(np.arange(len(learner)), copies)
    nth = np.arange(len(pair)) - np.repeat(np.cumsum(copies) - copies, copies)
    cost = int(instance.pair_score.max(initial=0)) + 1 - instance.pair_score
    places = int(slots.sum())
    alone = np.arange(learners)
    entries = np.concatenate([cost[pair], np.full(learners, int(cost.max(initial=1)) * (learners + 1))]).astype(float)
    row = np.concatenate([learner[pair], alone])
    column = np.concatenate([first[sharer[pair]] + nth, places + alone])
    rows, columns = min_weight_full_bipartite_matching(csr_array((entries, (row, column))))
    made = columns < places
    with_whom = np.searchsorted(np.cumsum(slots), columns[made], side="right")
    key = learner * len(slots) + sharer
    order = np.argsort(key)
    return np.sort(order[np.searchsorted(key, rows[made] * len(slots) + with_whom, sorter=order)])


WAYS: dict[str, Callable[[Instance], Ints]] = {
    "ours": _ours,
    "first come": _first_come,
    "best pair first": _best_pair_first,
    "SciPy full matching": _scipy,
}


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(len(head))]
    for line in [head, *rows]:
        first, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        _say("  ".join([first.strip().ljust(widths[0]), *rest]) + "\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
