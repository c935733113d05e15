"""A thin door to the solver: the cheapest flow of each stage, then only among its equals the next.

The solver (``pylmcf``) wants non-negative costs and arcs sorted by (source, target), and gives a flow and node
prices. Nothing here is believed: ``checker`` proves the answer without this module.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pylmcf
from numpy.typing import NDArray

from matching.engine import exact
from matching.engine.facts import Ints
from matching.engine.network import Network


def solve_in_turn(
    network: Network, costs: Iterable[NDArray[Any]], first_price: Ints | None = None
) -> tuple[Ints, tuple[NDArray[Any], ...]]:
    """The flow that is cheapest by the first cost, among those by the second, and so on; and each stage's prices.

    A flow is among the cheapest of a stage exactly if every arc whose reduced cost is not 0 stays at its bound. So
    these arcs are taken out, with what they carry, before the next stage is solved. If the prices of the first stage
    are known, it need not be solved: then the arcs they bind must be bound at nothing.
    """
    flow = np.zeros(len(network.source), dtype=np.int64)
    free = np.arange(len(network.source))
    supply = network.supply.copy()
    prices: list[NDArray[Any]] = []
    for cost in costs:
        source, target = network.source[free], network.target[free]
        if first_price is not None and not prices:
            price = first_price
        else:
            flow[free], price = _solve(supply, source, target, network.capacity[free], cost[free])
        prices.append(price)
        stays = cost[free] + price[source] - price[target] != 0
        full = np.flatnonzero(stays & (flow[free] > 0))
        np.subtract.at(supply, source[full], flow[free[full]])
        np.add.at(supply, target[full], flow[free[full]])
        free = free[~stays]
    return flow, tuple(prices)


def _solve(supply: Ints, source: Ints, target: Ints, capacity: Ints, cost: NDArray[Any]) -> tuple[Ints, NDArray[Any]]:
    if cost.dtype == object:
        return exact.min_cost_flow(supply, source, target, capacity, cost)
    graph = pylmcf.Graph(len(supply), source, target)
    graph.set_node_supply(supply)
    graph.set_edge_capacities(capacity)
    graph.set_edge_costs(cost)
    graph.solve()
    return graph.result(), graph.potentials()
