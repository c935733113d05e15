"""Call the solver stage after stage: the cheapest flow of the first, then the cheapest of the second among those.

The solver is ``pylmcf``, the network simplex method of the LEMON library. It takes costs of 0 and more and arcs sorted
by source and target, and gives a flow and a price per node. Its answer is not trusted: ``checker`` proves it apart.
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
    """Return the flow that is cheapest by the first cost, among those by the second, and so on, with each stage's
    prices.

    ``costs``: per stage one array, a cost per arc. The prices are one array per stage, a price per node.

    A flow is a cheapest one of a stage exactly if every arc whose reduced cost is not 0 stays empty or full, as it is
    (complementary slackness). So these arcs are taken out, with what they carry, before the next stage is solved.
    ``first_price``: the prices of the first stage where they are known, which saves solving it. Then the arcs with a
    reduced cost other than 0 must be empty.
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
    """Solve one stage: the units on each arc and the price of each node. Python integers take the slow solver."""
    if cost.dtype == object:
        return exact.min_cost_flow(supply, source, target, capacity, cost)
    graph = pylmcf.Graph(len(supply), source, target)
    graph.set_node_supply(supply)
    graph.set_edge_capacities(capacity)
    graph.set_edge_costs(cost)
    graph.solve()
    return graph.result(), graph.potentials()
