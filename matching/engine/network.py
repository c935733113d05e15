"""Write the assignment problem as a network, in which choosing pairs is sending units from learners to a sink.

Every learner sends one unit: to a sharer (that is a pair), or past all sharers (left out). A sharer passes on to the
sink at most as many units as they have places. Where the level "equity" counts, the units of those left out pass
through a node of their region. Where "spread" counts, each place of a sharer is an arc of its own, so that the second
place can cost more than the first: convex costs as parallel arcs (Ahuja, Magnanti and Orlin, *Network Flows*, 1993,
section 14.3).
"""

from dataclasses import dataclass

import numpy as np

from matching.engine.errors import UnknownId
from matching.engine.facts import Instance, Ints


@dataclass(frozen=True, eq=False)
class Network:
    """The nodes and arcs of one instance.

    Nodes are numbered: learners, sharers, regions if "equity" counts, then the sink. Arcs are sorted by source, then
    target, as the solver wants.
    """

    supply: Ints  # of each node: units that begin there; below 0: that end there
    source: Ints  # of each arc, as are the next two
    target: Ints
    capacity: Ints
    pair_arc: Ints  # the arc of each pair
    left_out_arc: Ints  # the arc of each learner that stands for getting no match
    place_arc: Ints  # by sharer, the first place first; one for all places of a sharer if spread does not count
    place_of: Ints  # of each place arc: the row of its sharer
    place_nth: Ints  # of each place arc: whether it is the first, second … of its sharer
    region_arc: Ints  # by region, for the first left out first; none if equity does not count
    region_of: Ints  # of each region arc: the row of its region
    region_nth: Ints  # of each region arc: whether it is the first, second … of its region

    @classmethod
    def of(cls, instance: Instance) -> "Network":
        """Build the network of an instance; raise UnknownId if a pair names somebody who is not listed."""
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
            place_nth=_counted_from_one(units),
            region_arc=region_arc,
            region_of=region_of,
            region_nth=_counted_from_one(in_region) if counts_regions else region_of,
        )

    def flow_of(self, chosen: Ints) -> Ints:
        """Return the units on each arc if exactly these pairs are made, using the cheapest places and region arcs
        first."""
        learners = len(self.left_out_arc)
        learner, sharer = self.source[self.pair_arc[chosen]], self.target[self.pair_arc[chosen]] - learners
        flow = np.zeros(len(self.source), dtype=np.int64)
        flow[self.pair_arc[chosen]] = 1
        left_out = np.ones(learners, dtype=np.int64)
        left_out[learner] = 0
        flow[self.left_out_arc] = left_out
        sharers = self.place_of[-1] + 1 if len(self.place_of) else 0
        taken = np.bincount(sharer, minlength=sharers)[self.place_of]
        flow[self.place_arc] = np.clip(taken - self.place_nth + 1, 0, self.capacity[self.place_arc])
        if len(self.region_of):
            region = self.target[self.left_out_arc] - self.source[self.region_arc[0]]
            left = np.bincount(region, weights=left_out, minlength=self.region_of[-1] + 1).astype(np.int64)
            flow[self.region_arc] = left[self.region_of] >= self.region_nth
        return flow


def rows_of(values: Ints, ids: Ints) -> Ints:
    """Return the position in ``ids`` of each value, -1 for a value that is not there; ``ids`` may be in any order."""
    if not len(ids):
        return np.full(len(values), -1, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    at = order[np.minimum(np.searchsorted(ids, values, sorter=order), len(ids) - 1)]
    return np.where(ids[at] == values, at, -1)


def regions_of(instance: Instance) -> tuple[Ints, Ints]:
    """Return each learner's region as a row, and how many learners each region has.

    Learners who did not name their region are one more region.
    """
    _, region, count = np.unique(instance.learner_region, return_inverse=True, return_counts=True)
    return region.reshape(-1), count


def _counted_from_one(count: Ints) -> Ints:
    """1, 2, … up to the first count, then again up to the second, and so on."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + 1
