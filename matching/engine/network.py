"""The assignment problem as a flow: what is sent from whom to whom.

Every learner sends one unit: to a sharer (a pair), or past them all (left out). Sharers pass on to the sink no more
units than they have places. Where the level "equity" counts, those left out go through their region, and where
"spread" counts, each place of a sharer is an arc of its own: so that the second costs more than the first.
"""

from dataclasses import dataclass

import numpy as np

from matching.engine.errors import UnknownId
from matching.engine.facts import Instance, Ints


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes (learners, sharers, regions if equity counts, the sink, in this order) and arcs by (source, target)."""

    supply: Ints
    source: Ints
    target: Ints
    capacity: Ints
    pair_arc: Ints  # which arc a pair is
    left_out_arc: Ints  # of each learner
    place_arc: Ints  # by sharer, the first place first; one for all places of a sharer if spread does not count
    place_of: Ints  # whose place it is
    place_nth: Ints  # the sharer's first, second …
    region_arc: Ints  # by region, for the first left out first; none if equity does not count
    region_of: Ints
    region_nth: Ints

    @classmethod
    def of(cls, instance: Instance) -> "Network":
        learners, sharers, pairs = (len(a) for a in (instance.learner_ids, instance.sharer_ids, instance.pair_score))
        learner = rows_of(instance.pair_learner, instance.learner_ids)
        sharer = rows_of(instance.pair_sharer, instance.sharer_ids)
        if (learner < 0).any() or (sharer < 0).any():
            raise UnknownId("a pair names somebody who is not listed")
        counts_regions = "equity" in instance.levels
        region, in_region = regions_of(instance)
        places = np.minimum(instance.sharer_slots, learners)  # for all of them one arc, which is never full, or …
        units = np.ones(sharers, dtype=np.int64)
        if "spread" in instance.levels:  # … as many as can be used
            units = np.minimum(places, np.bincount(sharer, minlength=sharers)[:sharers])
            places = np.ones(sharers, dtype=np.int64)
        place_of, region_of = np.repeat(np.arange(sharers), units), np.repeat(np.arange(len(in_region)), in_region)
        if not counts_regions:
            region_of = region_of[:0]
        first_region = learners + sharers
        sink = first_region + (len(in_region) if counts_regions else 0)
        ends = [
            (learner, learners + sharer),
            (np.arange(learners), first_region + region if counts_regions else np.full(learners, sink)),
            (learners + place_of, np.full(len(place_of), sink)),
            (first_region + region_of, np.full(len(region_of), sink)),
        ]
        source, target = (np.concatenate(side).astype(np.int64) for side in zip(*ends, strict=True))
        # A learner has one unit to send, so the arcs that leave them need no limit of their own: two is never reached.
        loose = np.full(pairs + learners, 2, dtype=np.int64)
        capacity = np.concatenate([loose, places[place_of], np.ones(len(region_of), dtype=np.int64)])
        order = np.argsort(source * (sink + 1) + target, kind="stable")
        arc = np.empty_like(order)
        arc[order] = np.arange(len(order))
        pair_arc, left_out_arc, place_arc, region_arc = np.split(
            arc, np.cumsum([pairs, learners, len(place_of)], dtype=np.int64)
        )
        return cls(
            supply=np.concatenate([np.ones(learners), np.zeros(sink - learners), [-learners]]).astype(np.int64),
            source=source[order],
            target=target[order],
            capacity=capacity[order],
            pair_arc=pair_arc,
            left_out_arc=left_out_arc,
            place_arc=place_arc,
            place_of=place_of,
            place_nth=_nth(units),
            region_arc=region_arc,
            region_of=region_of,
            region_nth=_nth(in_region) if counts_regions else region_of,
        )

    def flow_of(self, chosen: Ints) -> Ints:
        """The flow in which exactly these pairs are made, the first places and the first left out used first."""
        learners = len(self.left_out_arc)
        learner, sharer = self.source[self.pair_arc[chosen]], self.target[self.pair_arc[chosen]] - learners
        flow = np.zeros(len(self.source), dtype=np.int64)
        flow[self.pair_arc[chosen]] = 1
        alone = np.ones(learners, dtype=np.int64)
        alone[learner] = 0
        flow[self.left_out_arc] = alone
        sharers = self.place_of[-1] + 1 if len(self.place_of) else 0
        taken = np.bincount(sharer, minlength=sharers)[self.place_of]
        flow[self.place_arc] = np.clip(taken - self.place_nth + 1, 0, self.capacity[self.place_arc])
        if len(self.region_of):
            region = self.target[self.left_out_arc] - self.source[self.region_arc[0]]
            left = np.bincount(region, weights=alone, minlength=self.region_of[-1] + 1).astype(np.int64)
            flow[self.region_arc] = left[self.region_of] >= self.region_nth
        return flow


def rows_of(values: Ints, ids: Ints) -> Ints:
    """Where each of ``values`` stands in ``ids``; -1 for one that is not there."""
    if not len(ids):
        return np.full(len(values), -1, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    at = order[np.minimum(np.searchsorted(ids, values, sorter=order), len(ids) - 1)]
    return np.where(ids[at] == values, at, -1)


def regions_of(instance: Instance) -> tuple[Ints, Ints]:
    """For each learner the row of their region (not told is one too), and how many learners each region has."""
    _, region, count = np.unique(instance.learner_region, return_inverse=True, return_counts=True)
    return region.reshape(-1), count


def _nth(count: Ints) -> Ints:
    """1, 2, … count of the first, then of the second, and so on."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + 1
