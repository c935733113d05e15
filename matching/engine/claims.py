"""For the checker: the instance restated by rows, and what each level says of it, without the solver's arcs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.errors import ProofFailed
from matching.engine.facts import Instance, Ints

_LOTS_BELOW = 2**61
_EXACT_FROM = 2**61  # from here on, with Python's integers


@dataclass(frozen=True, eq=False)
class Claims:
    """Who is in each pair and how many fit where."""

    instance: Instance
    learner: Ints  # row, of each pair
    sharer: Ints
    region: Ints  # row, of each learner; 0 for all of them where regions do not count
    people: Ints  # learners of each region; none where regions do not count
    places: Ints  # of each sharer, that could be taken

    @classmethod
    def of(cls, instance: Instance) -> "Claims":
        learner, sharer = (
            _where(instance.pair_learner, instance.learner_ids),
            _where(instance.pair_sharer, instance.sharer_ids),
        )
        region = np.zeros(len(instance.learner_ids), dtype=np.int64)
        people = np.zeros(0, dtype=np.int64)
        if "equity" in instance.levels:
            numbers = np.array(sorted(set(instance.learner_region.tolist())), dtype=np.int64)
            region = np.searchsorted(numbers, instance.learner_region)
            people = np.zeros(len(numbers), dtype=np.int64)
            np.add.at(people, region, 1)
        places = np.minimum(instance.sharer_slots, len(instance.learner_ids))
        if "spread" in instance.levels:
            wanted = np.zeros_like(places)
            np.add.at(wanted, sharer, 1)
            places = np.minimum(places, wanted)
        return cls(instance, learner, sharer, region, people, places)

    def gain(self, level: str) -> NDArray[Any] | None:
        """What each pair gains at a level; None where pairs as such gain nothing."""
        instance = self.instance
        if level == "tie_break":
            return self._lots()
        return {"fixed": instance.pair_fixed, "score": instance.pair_score, "keep": instance.pair_kept}.get(level)

    def worth(self, level: str) -> NDArray[Any] | None:
        """What serving each learner gains at a level, with whomever; None where that gains nothing."""
        waited = self.instance.learner_waited
        if level == "waiting":
            return (waited if waited.max(initial=0) < 2**30 else waited.astype(object)) ** 2
        return np.ones_like(waited) if level == "served" else None

    def left_out_costs(self, count: Ints) -> NDArray[Any]:
        """What the last of so many people left out of each region costs, in Python's integers."""
        people = self.people.astype(object)
        return np.asarray((2 * count.astype(object) - 1) * max(people.tolist(), default=1) ** 2 // people)

    def place_costs(self, count: Ints) -> NDArray[Any]:
        """What the last of so many places taken of each sharer costs, in Python's integers."""
        return np.asarray(2 * (self.instance.sharer_load.astype(object) + count.astype(object)) - 1)

    def value(self, level: str, chosen: Ints, taken: Ints, left: Ints) -> int:
        """What the chosen pairs are worth, added up anew."""
        if level == "equity":
            return -sum(
                sum(self.left_out_costs(np.full_like(left, nth))[left >= nth].tolist())
                for nth in range(1, 1 + int(left.max(initial=0)))
            )
        if level == "spread":
            loads = zip(self.instance.sharer_load.tolist(), taken.tolist(), strict=True)
            return sum(load**2 - (load + more) ** 2 for load, more in loads)
        worth, gain = self.worth(level), self.gain(level)
        if worth is not None:
            return sum(worth[self.learner[chosen]].tolist())
        if gain is None:
            raise ValueError(f"{level} is no level")
        return sum(gain[chosen].tolist())

    def reach(self, level: str) -> int:
        """The most that one cycle, through no node twice, can change a level's total."""
        if level == "equity":
            return max(self.left_out_costs(self.people).tolist(), default=0)
        if level == "spread":
            return max((cost for cost in self.place_costs(self.places)[self.places > 0].tolist()), default=0)
        worth = self.worth(level)
        if worth is not None:  # only who is left out counts: a change of one person per region passed
            return max(1, len(self.people)) * largest(worth)
        gain = self.gain(level)
        if gain is None:
            raise ValueError(f"{level} is no level")
        others = len(self.places) + len(self.people) + 1
        return min(len(self.region), others) * (max(0, int(gain.max(initial=0))) - min(0, int(gain.min(initial=0))))

    def stage(self, levels: tuple[str, ...]) -> "StageCosts":
        """The levels as one, each weighed so that no cycle gains half as much from those after it as one of its own."""
        gain: NDArray[Any] = np.zeros(len(self.learner), dtype=np.int64)
        alone: NDArray[Any] = np.zeros(len(self.region), dtype=np.int64)
        weights = {"equity": 0, "spread": 0}
        reach = 0
        for level in reversed(levels):
            weight = 2 * reach + 1
            reach += weight * self.reach(level)
            gain = _plus(gain, weight, self.gain(level))
            alone = _plus(alone, weight, self.worth(level))
            weights |= {level: weight} if level in weights else {}
        top = int(gain.max(initial=0))
        if top + largest(gain) + largest(alone) >= _EXACT_FROM:
            gain, alone = gain.astype(object), alone.astype(object)
        return StageCosts(self, top - gain, top + alone, weights["equity"], weights["spread"])

    def _lots(self) -> Ints:
        nodes = len(self.region) + len(self.places) + 1
        shift = np.uint64(66 - (_LOTS_BELOW // nodes).bit_length())
        seed = _mix(np.array([self.instance.seed % 2**64], dtype=np.uint64))
        of_learner = _mix(self.instance.pair_learner.astype(np.uint64) ^ seed)
        return (_mix(of_learner ^ self.instance.pair_sharer.astype(np.uint64)) >> shift).astype(np.int64) + 1


@dataclass(frozen=True, eq=False)
class StageCosts:
    """What the levels solved at once cost together."""

    claims: Claims
    pair_cost: NDArray[Any]  # of each pair
    left_out_cost: NDArray[Any]  # of each learner, region apart
    equity_weight: int
    spread_weight: int

    def place_costs(self, taken: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        """What the next place of each sharer would cost, and what the last one does."""
        costs = self.claims.place_costs
        return self.spread_weight * costs(taken + 1), self.spread_weight * costs(taken)

    def region_costs(self, left: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        """What the next person left out of each region would cost, and what the last one does."""
        costs = self.claims.left_out_costs
        return self.equity_weight * costs(left + 1), self.equity_weight * costs(left)


def _plus(sums: NDArray[Any], weight: int, more: NDArray[Any] | None) -> NDArray[Any]:
    """``sums + weight × more``, in Python's integers where that is needed."""
    if more is None or not more.any():
        return sums
    if largest(sums) + weight * largest(more) >= _EXACT_FROM:
        sums, more = sums.astype(object), more.astype(object)
    return np.asarray(sums + weight * more)


def largest(numbers: NDArray[Any]) -> int:
    """How far from 0 these whole numbers go."""
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))


def _where(values: Ints, ids: Ints) -> Ints:
    """The row of each value in ``ids``."""
    order = np.argsort(ids, kind="stable")
    at = np.searchsorted(ids[order], values)
    if (at == len(ids)).any() or (ids[order[at]] != values).any():
        raise ProofFailed("a pair names somebody who is not listed")
    return order[at]


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return splitmix64 of each number."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
