"""What each level asks for, as whole numbers on the arcs of the network, and which levels can be solved at once.

A level gives each pair a gain, and a cost to each learner left out, each further person left out of a region and each
further place taken. Solving one level after the other is lexicographic optimisation. Two neighbouring levels can be
solved in one go if the higher one weighs so much that no gain in the lower one can pay for the smallest loss in the
higher one (equivalent weights: Sherali, *European Journal of Operational Research* 11, 1982). How large the weight must
be follows from what one cycle of the flow can change (`Level.most_on_a_cycle`), because two flows differ by cycles only
(augmenting cycle theorem: Ahuja, Magnanti and Orlin, *Network Flows*, 1993, theorem 3.7). Levels are combined only
where all numbers stay small enough for the solver's 64 bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.facts import Instance, Ints
from matching.engine.network import Network, regions_of

SAFE = 2**61  # no price the solver computes may pass this; a price is a sum of fewer costs than there are nodes
TIE_BREAK = "tie_break"
_MASK = 2**64 - 1
_WIDE = 2**62  # where Python's integers take over from 64 bits


@dataclass(frozen=True, eq=False)
class Level:
    """One level in numbers: what each pair gains; what each learner left out, region arc and place arc costs."""

    pair: NDArray[Any]
    left_out: NDArray[Any]
    region: NDArray[Any]
    place: NDArray[Any]
    most_on_a_cycle: int  # at most so much can one cycle of the flow, through no node twice, change the total


def levels_of(instance: Instance, network: Network) -> dict[str, Level]:
    """Return every level of the instance by name, in the order of solving, the tie-break last."""
    return {name: _level(name, instance, network) for name in (*instance.levels, TIE_BREAK)}


def _level(name: str, instance: Instance, network: Network) -> Level:
    """Put one level into numbers: an array per kind of arc, 0 where the level does not care."""
    parts = {
        "pair": np.zeros(len(network.pair_arc), dtype=np.int64),
        "left_out": np.zeros(len(network.left_out_arc), dtype=np.int64),
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
        parts["left_out"] = np.ones_like(parts["left_out"]) if name == "served" else squares(instance.learner_waited)
        passed = max(1, others - 1 - len(instance.sharer_ids))  # each region, or just the sink
        return Level(**parts, most_on_a_cycle=passed * _largest(parts["left_out"]))
    columns = {"fixed": instance.pair_fixed, "score": instance.pair_score, "keep": instance.pair_kept}
    parts["pair"] = gain = tie_break(instance) if name == TIE_BREAK else columns[name]
    spread = max(0, int(gain.max(initial=0))) - min(0, int(gain.min(initial=0)))
    return Level(**parts, most_on_a_cycle=min(learners, others) * spread)


def squares(waited: Ints) -> NDArray[Any]:
    """The gain of serving each learner at the level "waiting": rounds waited, squared.

    Squared, so that one long wait counts more than several short ones.
    """
    return _wide(waited, 2**31) ** 2


def place_cost(load: Any, nth: Any) -> Any:
    """What the nth new place of a sharer costs who has ``load`` matches already.

    The costs up to the nth add up to (load + n)² − load²: so spreading matches over sharers is cheaper than piling them
    up.
    """
    return 2 * (load + nth) - 1


def region_costs(network: Network, in_region: Ints) -> NDArray[Any]:
    """What leaving out the first, second … person of each region costs; one whole number per region arc.

    Wanted is the sum over regions of k²/n, for k people left out of n: so the k-th one adds (2k − 1)/n. That is the
    rule of Sainte-Laguë (1910) for dividing seats. To get whole numbers it is multiplied by the square of the largest n
    and rounded down. Rounding changes nothing: two such fractions that differ do so by at least one over that square,
    so the whole numbers stand in the same order, and only their order decides which flow is cheapest (the numbers left
    out by region form an M-convex set: Murota, *Discrete Convex Analysis*, 2003).
    """
    in_region = _wide(in_region, 2**20)
    return np.asarray((2 * network.region_nth - 1) * in_region.max(initial=1) ** 2 // in_region[network.region_of])


def tie_break(instance: Instance) -> Ints:
    """Draw a lot for each pair, so that one of several equally good sets is chosen, always the same one.

    The lot depends only on the seed and the two ids, never on the order of the rows. It has as many bits as the solver
    can bear. At 10,000 people two sets have the same sum of lots by a chance of about one in 2⁴⁶ ÷ pairs; even then the
    answer is the same every time, because the arcs are sorted by id.
    """
    nodes = len(instance.learner_ids) + len(instance.sharer_ids) + 1
    bits = (SAFE // nodes).bit_length() - 2
    seeded = splitmix64(np.array([instance.seed & _MASK], dtype=np.uint64))
    lots = splitmix64(splitmix64(instance.pair_learner.view(np.uint64) ^ seeded) ^ instance.pair_sharer.view(np.uint64))
    return (lots >> np.uint64(64 - bits)).astype(np.int64) + 1


def splitmix64(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix 64-bit numbers so that each bit of the result depends on every bit of the input.

    This is the mixing function of splitmix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*,
    OOPSLA 2014). Python's own ``hash`` would not do: it may change with the version.
    """
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)  # arrays of 64 bits wrap, as this wants
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def stages(levels: Mapping[str, Level], network: Network) -> tuple[tuple[str, ...], ...]:
    """Decide which levels are solved at once: as many neighbours as the solver's 64 bits allow.

    "fixed" and the tie-break always get a stage of their own.
    """
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
    """Combine levels into one, the first counting most: its best flows are the flows that are best level after level.

    If a flow is not the best of the first level, some cycle improves it there by at least 1, and can make the others
    worse by at most what they change on any cycle. Each weight is one more than twice that amount. Once would be enough
    to find the best flow; twice makes sure that of any two cycles the one that is better level after level also has the
    better total, which is what explanations compare.
    """
    *higher, whole = parts
    for part in reversed(higher):
        weight = 2 * whole.most_on_a_cycle + 1
        whole = Level(
            _weighed(part.pair, weight, whole.pair),
            _weighed(part.left_out, weight, whole.left_out),
            _weighed(part.region, weight, whole.region),
            _weighed(part.place, weight, whole.place),
            weight * part.most_on_a_cycle + whole.most_on_a_cycle,
        )
    return whole


def is_safe(level: Level, network: Network) -> bool:
    """Whether the solver's 64 bits can hold every price: a price is the sum of fewer costs than there are nodes."""
    costs = int(level.pair.max(initial=0)) - int(level.pair.min(initial=0))
    largest = max(costs + _largest(level.left_out), _largest(level.region), _largest(level.place))
    return largest * len(network.supply) < SAFE


def cost_of(level: Level, network: Network) -> NDArray[Any]:
    """Turn the gains of a level into costs per arc, all 0 or more, as the solver wants; Python integers where 64 bits
    overflow.

    A pair costs the best gain of all pairs (0 if all are below) less its own gain. Being left out costs that best gain
    and what the level says besides.
    """
    kind = np.int64 if is_safe(level, network) else object
    top = int(level.pair.max(initial=0))
    cost = np.zeros(len(network.source), dtype=kind)
    cost[network.pair_arc] = top - level.pair.astype(kind)
    cost[network.left_out_arc] = top + level.left_out.astype(kind)
    cost[network.region_arc] = level.region
    cost[network.place_arc] = level.place
    return cost


def values_of(levels: Mapping[str, Level], network: Network, flow: Ints) -> dict[str, int]:
    """Add up what a flow gains at each level, as Python integers."""
    arcs = (network.pair_arc, network.region_arc, network.place_arc)
    made, left, taken = (np.flatnonzero(flow[some]) for some in arcs)
    served = np.flatnonzero(flow[network.left_out_arc] == 0)
    return {
        name: sum(level.pair[made].tolist() + level.left_out[served].tolist())
        - sum(level.region[left].tolist() + level.place[taken].tolist())
        for name, level in levels.items()
    }


def _weighed(higher: NDArray[Any], weight: int, lower: NDArray[Any]) -> NDArray[Any]:
    """``higher × weight + lower``, as Python integers where 64 bits could overflow."""
    if not higher.any():
        return lower
    if weight >= _WIDE or _largest(higher) * weight + _largest(lower) >= _WIDE:
        higher = higher.astype(object)
    return np.asarray(higher * weight + lower)


def _wide(numbers: Ints, limit: int = _WIDE // 4) -> NDArray[Any]:
    """The same numbers, as Python integers if one of them is too large for computing in 64 bits."""
    return numbers.astype(object) if _largest(numbers) >= limit else numbers


def _largest(numbers: NDArray[Any]) -> int:
    """The largest absolute value of these whole numbers, 0 for none."""
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))
