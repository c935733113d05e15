"""The assignment problem as a flow: what is sent from whom to whom, and what it costs at each level.

Every learner sends one unit: to a sharer (a pair), or straight to the sink (left out). A sharer passes on to the sink
no more units than they have places. Maximising a gain is minimising ``top − gain``, which is never negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.facts import Instance, Ints

SAFE = 2**61  # no price the solver computes may pass this; a path has fewer arcs than there are nodes
TIE_BREAK = "tie_break"
_MASK = 2**64 - 1


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes (learners, sharers, the sink, in this order) and arcs, sorted by (source, target)."""

    supply: Ints
    source: Ints
    target: Ints
    capacity: Ints
    pair_arc: Ints  # which arc a pair is
    left_out_arc: Ints  # of each learner
    place_arc: Ints  # of each sharer

    @classmethod
    def of(cls, instance: Instance) -> "Network":
        learners, sharers, pairs = (len(a) for a in (instance.learner_ids, instance.sharer_ids, instance.pair_score))
        sink = learners + sharers
        source = np.concatenate([rows_of(instance.pair_learner, instance.learner_ids), np.arange(sink)])
        target = np.concatenate(
            [rows_of(instance.pair_sharer, instance.sharer_ids) + learners, np.full(sink, sink, dtype=np.int64)]
        )
        # A learner has one unit to send, so the arcs that leave them need no limit of their own: two is never reached.
        loose = np.full(pairs + learners, 2, dtype=np.int64)
        capacity = np.concatenate([loose, np.minimum(instance.sharer_slots, learners)])
        supply = np.concatenate([np.ones(learners), np.zeros(sharers), [-learners]]).astype(np.int64)
        order = np.argsort(source * (sink + 1) + target, kind="stable")
        arc = np.empty_like(order)
        arc[order] = np.arange(len(order))
        return cls(supply, source[order], target[order], capacity[order], *np.split(arc, [pairs, pairs + learners]))

    def flow_of(self, chosen: Ints) -> Ints:
        """The flow in which exactly these pairs are made; nonsense pairs give a nonsense flow, for the checker."""
        flow = np.zeros(len(self.source), dtype=np.int64)
        flow[self.pair_arc[chosen]] = 1
        flow[self.left_out_arc] = 1
        np.subtract.at(flow, self.left_out_arc[self.source[self.pair_arc[chosen]]], 1)
        learners = len(self.left_out_arc)
        np.add.at(flow, self.place_arc[self.target[self.pair_arc[chosen]] - learners], 1)
        return flow

    def cost_of(self, gain: Ints) -> NDArray:
        """Cost per arc of a gain per pair; Python integers where 64 bits would not be safe."""
        top, bottom = int(gain.max(initial=0)), int(gain.min(initial=0))
        if (top - bottom) * len(self.supply) >= SAFE:
            gain = gain.astype(object)
        cost = np.zeros(len(self.source), dtype=gain.dtype)
        cost[self.pair_arc] = top - gain
        cost[self.left_out_arc] = top
        return cost


def rows_of(values: Ints, ids: Ints) -> Ints:
    """Where each of ``values`` stands in ``ids``; -1 for one that is not there."""
    if not len(ids):
        return np.full(len(values), -1, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    at = order[np.minimum(np.searchsorted(ids, values, sorter=order), len(ids) - 1)]
    return np.where(ids[at] == values, at, -1)


def gains(instance: Instance) -> Mapping[str, Ints]:
    """What a pair adds at each level, in the order of solving; the tie-break comes last."""
    waited = instance.learner_waited[rows_of(instance.pair_learner, instance.learner_ids)]
    nothing = np.zeros_like(instance.pair_score)
    known = {
        "fixed": instance.pair_fixed,
        "served": np.ones_like(instance.pair_score),
        "waiting": waited**2,
        "equity": nothing,
        "score": instance.pair_score,
        "spread": nothing,
        "keep": instance.pair_kept,
    }
    return {level: known[level] for level in instance.levels} | {TIE_BREAK: tie_break(instance)}


def tie_break(instance: Instance) -> Ints:
    """A lot for each pair, drawn from the seed and the two ids alone, and as long as the solver can bear.

    Two sets of pairs that are equally good then differ in their sum of lots, but for a chance of about one in
    2⁴⁶ ÷ pairs at 10,000 people; even then the answer is the same every time, for arcs are solved in order of id.
    """
    nodes = len(instance.learner_ids) + len(instance.sharer_ids) + 1
    bits = (SAFE // nodes).bit_length() - 2
    seeded = splitmix64(np.array([instance.seed & _MASK], dtype=np.uint64))
    lots = splitmix64(splitmix64(instance.pair_learner.view(np.uint64) ^ seeded) ^ instance.pair_sharer.view(np.uint64))
    return (lots >> np.uint64(64 - bits)).astype(np.int64) + 1


def splitmix64(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Steele, Lea and Flood's mixer: every bit of the answer hangs on every bit of ``x``."""
    x = x + np.uint64(0x9E3779B97F4A7C15)  # arrays of 64 bits wrap, as this wants
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
