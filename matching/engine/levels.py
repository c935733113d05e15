"""What each level wants, as whole numbers on the arcs; and which levels are solved at once.

A level is a gain per pair, less what it costs to leave each learner out, to leave out one more of their region, and to
take one more place. Two neighbouring levels can be solved as one if the higher weighs so much that no gain of the lower
makes up for the smallest loss of the higher. How much that is, one cycle of the flow tells (`Level.most_on_a_cycle`);
it is only done where the numbers stay within what the solver can bear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.facts import Instance, Ints
from matching.engine.network import Network, regions_of

SAFE = 2**61  # no price the solver computes may pass this; a path has fewer arcs than there are nodes
TIE_BREAK = "tie_break"
_MASK = 2**64 - 1
_WIDE = 2**62  # where Python's integers take over from 64 bits


@dataclass(frozen=True, eq=False)
class Level:
    """What making each pair gains, and what leaving out each learner, and each region's and place's arc, costs."""

    pair: NDArray[Any]
    alone: NDArray[Any]
    region: NDArray[Any]
    place: NDArray[Any]
    most_on_a_cycle: int  # at most so much can one cycle of the flow, through no node twice, change the total


def levels_of(instance: Instance, network: Network) -> dict[str, Level]:
    """Every level of the instance in the order of solving, the tie-break last."""
    return {name: _level(name, instance, network) for name in (*instance.levels, TIE_BREAK)}


def _level(name: str, instance: Instance, network: Network) -> Level:
    parts = {
        "pair": np.zeros(len(network.pair_arc), dtype=np.int64),
        "alone": np.zeros(len(network.left_out_arc), dtype=np.int64),
        "region": np.zeros(len(network.region_arc), dtype=np.int64),
        "place": np.zeros(len(network.place_arc), dtype=np.int64),
    }
    learners = len(network.left_out_arc)
    others = len(network.supply) - learners
    if name == "equity":
        parts["region"] = region_costs(network, regions_of(instance)[1])
        return Level(**parts, most_on_a_cycle=_largest(parts["region"]))
    if name == "spread":
        parts["place"] = place_cost(_wide(instance.sharer_load)[network.place_of], network.place_nth)
        return Level(**parts, most_on_a_cycle=_largest(parts["place"]))
    if name in ("served", "waiting"):
        parts["alone"] = np.ones_like(parts["alone"]) if name == "served" else squares(instance.learner_waited)
        passed = max(1, others - 1 - len(instance.sharer_ids))  # each region, or just the sink
        return Level(**parts, most_on_a_cycle=passed * _largest(parts["alone"]))
    columns = {"fixed": instance.pair_fixed, "score": instance.pair_score, "keep": instance.pair_kept}
    parts["pair"] = gain = tie_break(instance) if name == TIE_BREAK else columns[name]
    spread = max(0, int(gain.max(initial=0))) - min(0, int(gain.min(initial=0)))
    return Level(**parts, most_on_a_cycle=min(learners, others) * spread)


def squares(waited: Ints) -> NDArray[Any]:
    """What serving a learner gains at the level "waiting": convex, so that a long wait outweighs several short ones."""
    return _wide(waited, 2**31) ** 2


def place_cost(load: Any, nth: Any) -> Any:
    """What the nth place taken of a sharer costs who has so many matches already: the square of their load grows."""
    return 2 * (load + nth) - 1


def region_costs(network: Network, in_region: Ints) -> NDArray[Any]:
    """What the first, second … person left out of each region costs.

    The sum over a region of n is k²/n for k left out; so the k-th adds (2k − 1)/n. Times the square of the largest
    n and rounded down these are whole numbers in the very same order: two of them that differ do so by 1/n² or more.
    As only their order decides which flow is cheapest, nothing is lost by rounding.
    """
    in_region = _wide(in_region, 2**20)
    return np.asarray((2 * network.region_nth - 1) * in_region.max(initial=1) ** 2 // in_region[network.region_of])


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


def stages(levels: Mapping[str, Level], network: Network) -> tuple[tuple[str, ...], ...]:
    """The levels in order, as many neighbours together as fit the solver; "fixed" and the tie-break stay alone."""
    plan: list[tuple[str, ...]] = []
    rest = [name for name in levels if name not in ("fixed", TIE_BREAK)]
    while rest:
        together = next(
            size
            for size in range(len(rest), 0, -1)
            if size == 1 or is_safe(combined([levels[name] for name in rest[:size]]), network)
        )
        plan.append(tuple(rest[:together]))
        rest = rest[together:]
    first = [("fixed",)] if "fixed" in levels else []
    return (*first, *plan, (TIE_BREAK,))


def combined(parts: Sequence[Level]) -> Level:
    """One level for several, the first counting most: whatever is best for it is best for them in turn.

    Where a flow is not the best of the first, some cycle makes it better by one at least, and that cycle can lower
    the others by no more than they change on any cycle. The weights are twice that: so of two cycles, too, the better
    one in turn has the better total, which is what explanations compare.
    """
    *higher, whole = parts
    for part in reversed(higher):
        weight = 2 * whole.most_on_a_cycle + 1
        whole = Level(
            _weighed(part.pair, weight, whole.pair),
            _weighed(part.alone, weight, whole.alone),
            _weighed(part.region, weight, whole.region),
            _weighed(part.place, weight, whole.place),
            weight * part.most_on_a_cycle + whole.most_on_a_cycle,
        )
    return whole


def is_safe(level: Level, network: Network) -> bool:
    """Whether the solver's 64 bits can bear it: a price is the sum of fewer costs than there are nodes."""
    costs = int(level.pair.max(initial=0)) - int(level.pair.min(initial=0))
    largest = max(costs + _largest(level.alone), _largest(level.region), _largest(level.place))
    return largest * len(network.supply) < SAFE


def cost_of(level: Level, network: Network) -> NDArray[Any]:
    """Cost per arc; Python integers where 64 bits would not be safe.

    Gains are turned to costs that are never below 0: a pair costs the best gain of all (at least 0) less its own, and
    being left out costs that best gain more.
    """
    kind = np.int64 if is_safe(level, network) else object
    top = int(level.pair.max(initial=0))
    cost = np.zeros(len(network.source), dtype=kind)
    cost[network.pair_arc] = top - level.pair.astype(kind)
    cost[network.left_out_arc] = top + level.alone.astype(kind)
    cost[network.region_arc] = level.region
    cost[network.place_arc] = level.place
    return cost


def values_of(levels: Mapping[str, Level], network: Network, flow: Ints) -> dict[str, int]:
    """What a flow gains at each level, exactly."""
    arcs = (network.pair_arc, network.region_arc, network.place_arc)
    made, left, taken = (np.flatnonzero(flow[some]) for some in arcs)
    served = np.flatnonzero(flow[network.left_out_arc] == 0)
    return {
        name: sum(level.pair[made].tolist() + level.alone[served].tolist())
        - sum(level.region[left].tolist() + level.place[taken].tolist())
        for name, level in levels.items()
    }


def _weighed(higher: NDArray[Any], weight: int, lower: NDArray[Any]) -> NDArray[Any]:
    if not higher.any():
        return lower
    if weight >= _WIDE or _largest(higher) * weight + _largest(lower) >= _WIDE:
        higher = higher.astype(object)
    return np.asarray(higher * weight + lower)


def _wide(numbers: Ints, limit: int = _WIDE // 4) -> NDArray[Any]:
    """The same numbers, as Python's integers if one of them is too large to be reckoned with in 64 bits."""
    return numbers.astype(object) if _largest(numbers) >= limit else numbers


def _largest(numbers: NDArray[Any]) -> int:
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))
