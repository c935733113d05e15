"""Solve a min-cost flow with Python integers, where the scores are too far apart for the fast solver's 64 bits.

It is slow, so it is only for small instances. The method is successive shortest paths with node prices (Edmonds and
Karp, *Journal of the ACM* 19, 1972; Ahuja, Magnanti and Orlin, *Network Flows*, 1993, section 9.7): send one unit after
the other along the cheapest path, and keep prices under which no arc with room has a reduced cost below 0.
"""

from collections.abc import Callable
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from matching.engine.errors import ScoresTooWide
from matching.engine.facts import Ints

MOST_WORK = 100_000_000  # nodes × arcs; well under a minute a level


def min_cost_flow(
    supply: Ints, source: Ints, target: Ints, capacity: Ints, cost: NDArray[np.object_]
) -> tuple[Ints, NDArray[np.object_]]:
    """Return a cheapest flow (units per arc), and the largest prices (per node) that are nowhere above 0.

    The fast solver gives the same prices, so the checker need not know which of the two was used. Raise ScoresTooWide
    where the instance is too large to finish in about a minute.
    """
    if len(supply) * len(source) > MOST_WORK:
        raise ScoresTooWide("scores this far apart can be solved exactly for small rounds only")
    residual = _ResidualNetwork(len(supply), source.tolist(), target.tolist(), capacity.tolist(), cost.tolist())
    excess = supply.tolist()
    for node, units in enumerate(excess):
        for _ in range(units):
            residual.send_one(node, excess)
    return np.array(residual.flow(), dtype=np.int64), np.array(residual.largest_prices(), dtype=object)


class _ResidualNetwork:
    """The units that can still be sent along each arc, or taken back from it.

    Arc k of the network is two arcs here: 2k sends units, 2k + 1 takes them back.
    """

    def __init__(self, nodes: int, source: list[int], target: list[int], capacity: list[int], cost: list[int]) -> None:
        self.head = [node for ends in zip(target, source, strict=True) for node in ends]
        self.room = [units for limit in capacity for units in (limit, 0)]
        self.cost = [price for arc_cost in cost for price in (arc_cost, -arc_cost)]
        self.arcs_out_of: list[list[int]] = [[] for _ in range(nodes)]
        for arc, (tail, head) in enumerate(zip(source, target, strict=True)):
            self.arcs_out_of[tail].append(2 * arc)
            self.arcs_out_of[head].append(2 * arc + 1)
        self.price = [0] * nodes

    def flow(self) -> list[int]:
        """The units that each arc of the network carries."""
        return self.room[1::2]

    def send_one(self, start: int, excess: list[int]) -> None:
        """Send one unit from ``start`` to the nearest node that lacks one, and adjust the prices to the new distances.

        ``excess``: per node, how many units still wait there (below 0: are wanted there); it is changed.
        """
        distance, arc_into = self._distances([(0, start)], stop=lambda node: excess[node] < 0)
        end = next(reversed(distance))
        for node in range(len(self.price)):
            self.price[node] += min(distance.get(node, distance[end]), distance[end])
        excess[start], excess[end] = excess[start] - 1, excess[end] + 1
        node = end
        while node != start:
            arc = arc_into[node]
            self.room[arc] -= 1
            self.room[arc ^ 1] += 1
            node = self.head[arc ^ 1]

    def largest_prices(self) -> list[int]:
        """Return the largest prices that are nowhere above 0: each node's distance from the nearest node, over arcs
        with room."""
        offset = max(self.price, default=0)  # makes every start's distance non-negative under the prices we have
        distance, _ = self._distances([(offset - price, node) for node, price in enumerate(self.price)])
        return [distance[node] + price - offset for node, price in enumerate(self.price)]

    def _distances(
        self, starts: list[tuple[int, int]], stop: Callable[[int], bool] = lambda _node: False
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Dijkstra's search (1959) with reduced costs: how far each node is, nearest first, and the arc by which it is
        reached.

        ``starts``: pairs of distance and node. It ends at the first node for which ``stop`` is true.
        """
        distance: dict[int, int] = {}
        arc_into: dict[int, int] = {}
        heap = sorted((far, node, -1) for far, node in starts)
        while heap:
            far, node, arc = heappop(heap)
            if node in distance:
                continue
            distance[node] = far
            arc_into[node] = arc
            if stop(node):
                break
            for out in self.arcs_out_of[node]:
                if self.room[out] and (head := self.head[out]) not in distance:
                    heappush(heap, (far + self.cost[out] + self.price[node] - self.price[head], head, out))
        return distance, arc_into
