"""The proof: is this set of pairs the best, level by level? Shares no code with the solver, and trusts nothing of it.

With a price on every node, an arc's reduced cost is ``cost + price[source] − price[target]``. If no arc that could
carry more costs less than nothing, and none that carries something costs more, then no other flow is cheaper: that
is the proof, arc by arc, over every feasible pair. An arc whose reduced cost is not 0 is bound from there on: changing
it would make that level worse. Prices must also be the largest that are nowhere positive; so there is just one proof
of a result, and a price that was tampered with is noticed even where it would still prove the same.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.errors import ProofFailed
from matching.engine.facts import Instance, Ints, Result
from matching.engine.network import Network, gains


def check(instance: Instance, result: Result) -> None:
    """Return if the result is proven to be the optimum of the instance at every level; raise ProofFailed if not."""
    network = Network.of(instance)
    levels = gains(instance)
    _check_shapes(instance, result, stages=len(levels), nodes=len(network.supply))
    value = {level: sum(levels[level][result.chosen].tolist()) for level in instance.levels}
    if result.value != value or list(result.value) != list(value):
        raise ProofFailed(f"the value is {value}, not {result.value}")
    flow = network.flow_of(result.chosen)
    _check_flow(network, flow)
    free = np.arange(len(flow))
    for level, price in zip(levels, result.duals, strict=True):
        free = _check_level(network, flow, network.cost_of(levels[level]), price, free, level)


def _check_shapes(instance: Instance, result: Result, *, stages: int, nodes: int) -> None:
    chosen = result.chosen
    if chosen.ndim != 1 or chosen.dtype != np.int64 or (np.diff(chosen) <= 0).any():
        raise ProofFailed("the chosen pairs are not an ascending list of positions")
    if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < len(instance.pair_score):
        raise ProofFailed("a chosen pair is not among the feasible ones")
    if len(result.duals) != stages or any(price.shape != (nodes,) for price in result.duals):
        raise ProofFailed("there is not one price per level and node")
    if any(price.dtype not in (np.int64, object) for price in result.duals):
        raise ProofFailed("a price is not a whole number")


def _check_flow(network: Network, flow: Ints) -> None:
    if (flow < 0).any():
        raise ProofFailed("a learner is in two pairs")
    if (flow > network.capacity).any():
        raise ProofFailed("a sharer has more learners than places")
    balance = network.supply.copy()
    np.subtract.at(balance, network.source, flow)
    np.add.at(balance, network.target, flow)
    if balance.any():
        raise ProofFailed("what enters a node does not leave it")


def _check_level(network: Network, flow: Ints, cost: NDArray, price: NDArray, free: Ints, level: str) -> Ints:
    """Prove one level over the arcs the earlier ones left free; return those this one leaves free."""
    source, target, cost = network.source[free], network.target[free], cost[free]
    can_take, can_give = flow[free] < network.capacity[free], flow[free] > 0
    if 2 * _largest(price) + _largest(cost) >= 2**63:
        price, cost = price.astype(object), cost.astype(object)
    reduced = cost + price[source] - price[target]
    wrong = (can_take & (reduced < 0)) | (can_give & (reduced > 0))
    if wrong.any():
        raise ProofFailed(f"{level}: {int(wrong.sum())} arcs could be used better, or are priced wrongly")
    tight = reduced == 0
    tails = np.concatenate([source[tight & can_take], target[tight & can_give]])
    heads = np.concatenate([target[tight & can_take], source[tight & can_give]])
    if (price > 0).any() or not _all_reached(price == 0, tails, heads):
        raise ProofFailed(f"{level}: the prices are not the largest that prove it")
    return free[tight]


def _all_reached(reached: NDArray[np.bool_], tails: Ints, heads: Ints) -> bool:
    """Whether every node can be reached along these arcs from those that are reached already."""
    reached = reached.copy()
    while not reached.all():
        step = reached[tails] & ~reached[heads]
        if not step.any():
            return False
        reached[heads[step]] = True
        left = ~reached[heads]
        tails, heads = tails[left], heads[left]
    return True


def _largest(numbers: NDArray) -> int:
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))
