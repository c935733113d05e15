"""Compare our solver with other ways of choosing the pairs: other exact solvers, and simple rules.

All are asked for the most learners and then the highest score, because every solver can do that. The exact ones must
find the same optimum.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import NamedTuple

import networkx
import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from matching.bench.phases import plain
from matching.bench.printing import print_line, table
from matching.engine.facts import Instance, Ints
from matching.engine.network import Network, rows_of
from matching.engine.solving import solve_instance

MOST_PAIRS_FOR_NETWORKX = 20_000  # it takes minutes for ours at full size


class TimedWay(NamedTuple):
    """The result of one way of choosing: its time and how good its pairs are."""

    name: str
    seconds: float  # median
    served: int
    score: int


def compare(instance: Instance, runs: int) -> bool:
    """Run every way on the same pairs and print a table; return whether all exact solvers find the same optimum."""
    instance = replace(instance, levels=("served", "score"))
    ways: list[TimedWay] = []
    for name, way in (SOLVERS | RULES).items():
        if way is with_networkx and len(instance.pair_score) > MOST_PAIRS_FOR_NETWORKX:
            continue
        times = []
        for _ in range(runs):
            began = perf_counter()
            chosen = way(instance)
            times.append(perf_counter() - began)
        ways.append(TimedWay(name, median(times), len(chosen), sum(instance.pair_score[chosen].tolist())))
    ours = ways[0]
    table(
        ("most served, then score", "median s", "÷ ours", "served", "more left out", "total score", "% of ours"),
        [
            (
                timed.name,
                f"{timed.seconds:.3f}",
                f"{timed.seconds / ours.seconds:.2f}",
                f"{timed.served:,}",
                f"{ours.served - timed.served:,}",
                f"{timed.score:,}",
                f"{100 * timed.score / max(1, ours.score):.1f}",
            )
            for timed in ways
        ],
    )
    optimum = (ours.served, ours.score)
    different = [timed.name for timed in ways if timed.name in SOLVERS and (timed.served, timed.score) != optimum]
    print_line(f"the solvers' optima {'DIFFER: ' + ', '.join(different) if different else 'are the same'}\n\n")
    return not different


def ours(instance: Instance) -> Ints:
    return solve_instance(instance).chosen


def with_pylmcf(instance: Instance) -> Ints:
    network = Network.of(instance)
    flow = plain(network, _served_then_score(instance, network))
    return np.flatnonzero(flow[network.pair_arc])


def with_ortools(instance: Instance) -> Ints:
    network = Network.of(instance)
    solver = SimpleMinCostFlow()
    cost = _served_then_score(instance, network)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(network.source, network.target, network.capacity, cost)
    solver.set_nodes_supplies(np.arange(len(network.supply)), network.supply)
    solver.solve()
    return np.flatnonzero(solver.flows(arcs[network.pair_arc]))


def with_networkx(instance: Instance) -> Ints:
    network = Network.of(instance)
    cost = _served_then_score(instance, network)
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from((node, {"demand": -supply}) for node, supply in enumerate(network.supply.tolist()))
    columns = (network.source, network.target, network.capacity, cost)
    for arc, (source, target, capacity, weight) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        graph.add_edge(source, target, key=arc, capacity=capacity, weight=weight)
    _, flow = networkx.network_simplex(graph)
    ends = zip(network.source[network.pair_arc].tolist(), network.target[network.pair_arc].tolist(), strict=True)
    used = [flow[tail][head][arc] for (tail, head), arc in zip(ends, network.pair_arc.tolist(), strict=True)]
    return np.flatnonzero(used)


def _served_then_score(instance: Instance, network: Network) -> Ints:
    """Return costs in which leaving a learner out is dearer than any difference of scores."""
    top, bottom = int(instance.pair_score.max(initial=0)), int(instance.pair_score.min(initial=0))
    cost = np.zeros(len(network.source), dtype=np.int64)
    cost[network.pair_arc] = top - instance.pair_score
    cost[network.left_out_arc] = top + (top - bottom + 1) * len(instance.learner_ids)
    return cost


def with_scipy(instance: Instance) -> Ints:
    """Choose with SciPy's matching: one column per place, and one per learner for being left out.

    Being left out costs more than all pairs together.
    """
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


def first_come(instance: Instance) -> Ints:
    """Choose for one learner after the other, by id, the best sharer who still has a place."""
    return _greedy(instance, np.lexsort((-instance.pair_score, instance.pair_learner)))


def best_pair_first(instance: Instance) -> Ints:
    return _greedy(instance, np.argsort(-instance.pair_score, kind="stable"))


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


def deferred_acceptance(instance: Instance, to_learner: Ints | None = None, to_sharer: Ints | None = None) -> Ints:
    """Choose by deferred acceptance (Gale and Shapley, 1962), with learners asking.

    Each learner asks their best sharer first; a sharer without a free place keeps the best who asked so far. What a
    pair is worth to either side is its score unless given; of equals the lower id goes first. The result is stable: no
    two people would both rather have each other. Where both sides see the same worth, it is the same as taking the best
    pair first.
    """
    to_learner = instance.pair_score if to_learner is None else to_learner
    to_sharer = instance.pair_score if to_sharer is None else to_sharer
    learners, sharers = instance.pair_learner.tolist(), instance.pair_sharer.tolist()
    wishes: dict[int, deque[int]] = {}
    for pair in np.lexsort((instance.pair_sharer, -to_learner, instance.pair_learner)).tolist():
        wishes.setdefault(learners[pair], deque()).append(pair)
    places = dict(zip(instance.sharer_ids.tolist(), instance.sharer_slots.tolist(), strict=True))
    rank = list(zip(to_sharer.tolist(), (-learner for learner in learners), strict=True))
    kept: dict[int, list[int]] = {sharer: [] for sharer in places}
    asking = deque(wishes)
    while asking:
        learner = asking.popleft()
        if not wishes[learner]:
            continue
        pair = wishes[learner].popleft()
        kept_by_sharer = kept[sharers[pair]]
        kept_by_sharer.append(pair)
        if len(kept_by_sharer) > places[sharers[pair]]:
            worst = min(kept_by_sharer, key=rank.__getitem__)
            kept_by_sharer.remove(worst)
            asking.append(learners[worst])
    return np.sort(np.array([pair for kept_by_sharer in kept.values() for pair in kept_by_sharer], dtype=np.int64))


SOLVERS: dict[str, Callable[[Instance], Ints]] = {
    "ours, with proof": ours,
    "pylmcf, one big cost": with_pylmcf,
    "OR-tools min-cost flow": with_ortools,
    "SciPy full matching": with_scipy,
    "networkx network simplex": with_networkx,
}
RULES: dict[str, Callable[[Instance], Ints]] = {
    "first come": first_come,
    "best pair first": best_pair_first,
    "deferred acceptance": deferred_acceptance,
}
