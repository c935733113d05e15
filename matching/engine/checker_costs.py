"""What every level costs, computed a second time for the checker, from the rows and without the solver's arcs.

The solver has its own version in ``levels``. The two share no code, so that an error in one shows against the other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.errors import ProofFailed
from matching.engine.facts import Instance, Ints

_LOTS_BELOW = 2**61  # the sum of one lot per node stays below this
_EXACT_FROM = 2**61  # numbers as large as this are Python integers, so that 64 bits never overflow


@dataclass(frozen=True, eq=False)
class CheckedInstance:
    """An instance by rows: who is in each pair, in which region each learner is, and how many places could be taken."""

    instance: Instance
    learner: Ints  # row in `learner_ids`, of each pair
    sharer: Ints  # row in `sharer_ids`, of each pair
    region: Ints  # row in `in_region`, of each learner; 0 for everybody where the level "equity" is not asked for
    in_region: Ints  # number of learners of each region; empty where the level "equity" is not asked for
    places: Ints  # of each sharer: how many could be taken at the most

    @classmethod
    def of(cls, instance: Instance) -> "CheckedInstance":
        """Read the instance; raise ProofFailed if a pair names somebody who is not in it."""
        learner, sharer = (
            _row_of_each(instance.pair_learner, instance.learner_ids),
            _row_of_each(instance.pair_sharer, instance.sharer_ids),
        )
        region = np.zeros(len(instance.learner_ids), dtype=np.int64)
        in_region = np.zeros(0, dtype=np.int64)
        if "equity" in instance.levels:
            numbers = np.array(sorted(set(instance.learner_region.tolist())), dtype=np.int64)
            region = np.searchsorted(numbers, instance.learner_region)
            in_region = np.zeros(len(numbers), dtype=np.int64)
            np.add.at(in_region, region, 1)
        places = np.minimum(instance.sharer_slots, len(instance.learner_ids))
        if "spread" in instance.levels:
            wanted = np.zeros_like(places)
            np.add.at(wanted, sharer, 1)
            places = np.minimum(places, wanted)
        return cls(instance, learner, sharer, region, in_region, places)

    def pair_gain(self, level: str) -> NDArray[Any] | None:
        """What each pair gains at a level, one number per pair; None where it does not matter with whom."""
        instance = self.instance
        if level == "tie_break":
            return self._lots()
        return {"fixed": instance.pair_fixed, "score": instance.pair_score, "keep": instance.pair_kept}.get(level)

    def learner_gain(self, level: str) -> NDArray[Any] | None:
        """What each learner gains at a level by being matched with anybody; None where that does not count."""
        waited = self.instance.learner_waited
        if level == "waiting":
            return (waited if waited.max(initial=0) < 2**30 else waited.astype(object)) ** 2
        return np.ones_like(waited) if level == "served" else None

    def left_out_costs(self, count: Ints) -> NDArray[Any]:
        """What the last of ``count`` people left out of each region costs, as Python integers.

        The k-th of n costs (2k − 1)/n, the divisor rule of Sainte-Laguë (1910), made a whole number: see
        ``levels.region_costs``.
        """
        in_region = self.in_region.astype(object)
        return np.asarray((2 * count.astype(object) - 1) * max(in_region.tolist(), default=1) ** 2 // in_region)

    def place_costs(self, count: Ints) -> NDArray[Any]:
        """What the last of ``count`` places taken of each sharer costs, as Python integers: the square of the load
        grows."""
        return np.asarray(2 * (self.instance.sharer_load.astype(object) + count.astype(object)) - 1)

    def value(self, level: str, chosen: Ints, taken: Ints, left: Ints) -> int:
        """Add up what the chosen pairs are worth at a level, as a Python integer.

        ``taken``: places used of each sharer; ``left``: learners left out of each region. Raise ValueError on an
        unknown level.
        """
        if level == "equity":
            return -sum(
                sum(self.left_out_costs(np.full_like(left, nth))[left >= nth].tolist())
                for nth in range(1, 1 + int(left.max(initial=0)))
            )
        if level == "spread":
            loads = zip(self.instance.sharer_load.tolist(), taken.tolist(), strict=True)
            return sum(load**2 - (load + more) ** 2 for load, more in loads)
        learner_gain, gain = self.learner_gain(level), self.pair_gain(level)
        if learner_gain is not None:
            return sum(learner_gain[self.learner[chosen]].tolist())
        if gain is None:
            raise ValueError(f"{level} is no level")
        return sum(gain[chosen].tolist())

    def most_on_a_cycle(self, level: str) -> int:
        """How much one cycle of the flow can change the level's total at the most; see ``levels.Level``.

        Raise ValueError on an unknown level.
        """
        if level == "equity":
            return max(self.left_out_costs(self.in_region).tolist(), default=0)
        if level == "spread":
            return max((cost for cost in self.place_costs(self.places)[self.places > 0].tolist()), default=0)
        learner_gain = self.learner_gain(level)
        if learner_gain is not None:  # only who is left out counts: a change of one person per region passed
            return max(1, len(self.in_region)) * largest(learner_gain)
        gain = self.pair_gain(level)
        if gain is None:
            raise ValueError(f"{level} is no level")
        others = len(self.places) + len(self.in_region) + 1
        return min(len(self.region), others) * (max(0, int(gain.max(initial=0))) - min(0, int(gain.min(initial=0))))

    def stage(self, levels: tuple[str, ...]) -> "StageCosts":
        """Combine the levels that are solved at once into one cost per pair, learner, place and region.

        Each level weighs so much that what a cycle gains in it is worth more than twice what it can lose in those after
        it.
        """
        gain: NDArray[Any] = np.zeros(len(self.learner), dtype=np.int64)
        alone: NDArray[Any] = np.zeros(len(self.region), dtype=np.int64)
        weights = {"equity": 0, "spread": 0}
        reach = 0
        for level in reversed(levels):
            weight = 2 * reach + 1
            reach += weight * self.most_on_a_cycle(level)
            gain = _add_weighed(gain, weight, self.pair_gain(level))
            alone = _add_weighed(alone, weight, self.learner_gain(level))
            weights |= {level: weight} if level in weights else {}
        top = int(gain.max(initial=0))
        if top + largest(gain) + largest(alone) >= _EXACT_FROM:
            gain, alone = gain.astype(object), alone.astype(object)
        return StageCosts(self, top - gain, top + alone, weights["equity"], weights["spread"])

    def _lots(self) -> Ints:
        """A lot for each pair from the seed and the two ids: what decides between sets that are equally good."""
        nodes = len(self.region) + len(self.places) + 1
        shift = np.uint64(66 - (_LOTS_BELOW // nodes).bit_length())
        seed = _splitmix64(np.array([self.instance.seed % 2**64], dtype=np.uint64))
        of_learner = _splitmix64(self.instance.pair_learner.astype(np.uint64) ^ seed)
        return (_splitmix64(of_learner ^ self.instance.pair_sharer.astype(np.uint64)) >> shift).astype(np.int64) + 1


@dataclass(frozen=True, eq=False)
class StageCosts:
    """What one stage (one or more levels solved at once) costs."""

    checked: CheckedInstance
    pair_cost: NDArray[Any]  # of each pair
    left_out_cost: NDArray[Any]  # of each learner, region apart
    equity_weight: int
    spread_weight: int

    def place_costs(self, taken: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        """What the next place of each sharer would cost, and what the last place in use costs."""
        costs = self.checked.place_costs
        return self.spread_weight * costs(taken + 1), self.spread_weight * costs(taken)

    def region_costs(self, left: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        """What leaving out one person more of each region would cost, and what leaving out the last one costs."""
        costs = self.checked.left_out_costs
        return self.equity_weight * costs(left + 1), self.equity_weight * costs(left)


def _add_weighed(sums: NDArray[Any], weight: int, more: NDArray[Any] | None) -> NDArray[Any]:
    """``sums + weight × more``, as Python integers where 64 bits could overflow."""
    if more is None or not more.any():
        return sums
    if largest(sums) + weight * largest(more) >= _EXACT_FROM:
        sums, more = sums.astype(object), more.astype(object)
    return np.asarray(sums + weight * more)


def largest(numbers: NDArray[Any]) -> int:
    """The largest absolute value of these whole numbers, 0 for none."""
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))


def _row_of_each(values: Ints, ids: Ints) -> Ints:
    """The row in ``ids`` of each value; raise ProofFailed for one that is not there."""
    order = np.argsort(ids, kind="stable")
    at = np.searchsorted(ids[order], values)
    if (at == len(ids)).any() or (ids[order[at]] != values).any():
        raise ProofFailed("a pair names somebody who is not listed")
    return order[at]


def _splitmix64(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The mixing function of splitmix64 (Steele, Lea and Flood, 2014), written a second time for the checker."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
