"""Min-cost flow on Python's integers, for scores too far apart for 64 bits. Slow, so only for small instances.

Successive shortest paths: send one unit after the other along the cheapest way that is left, and keep prices under
which no way that is left costs less than nothing.
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
    """A cheapest flow and its largest prices that are nowhere positive, as the fast solver gives them."""
    if len(supply) * len(source) > MOST_WORK:
        raise ScoresTooWide("scores this far apart can be solved exactly for small rounds only")
    residual = _Residual(len(supply), source.tolist(), target.tolist(), capacity.tolist(), cost.tolist())
    excess = supply.tolist()
    for node, units in enumerate(excess):
        for _ in range(units):
            residual.send_one(node, excess)
    return np.array(residual.flow(), dtype=np.int64), np.array(residual.largest_prices(), dtype=object)


class _Residual:
    """What can still be sent: arc 2k is arc k, arc 2k+1 takes it back."""

    def __init__(self, nodes: int, source: list[int], target: list[int], capacity: list[int], cost: list[int]) -> None:
        self.head = [node for ends in zip(target, source, strict=True) for node in ends]
        self.left = [units for limit in capacity for units in (limit, 0)]
        self.cost = [price for arc_cost in cost for price in (arc_cost, -arc_cost)]
        self.leaving: list[list[int]] = [[] for _ in range(nodes)]
        for arc, (tail, head) in enumerate(zip(source, target, strict=True)):
            self.leaving[tail].append(2 * arc)
            self.leaving[head].append(2 * arc + 1)
        self.price = [0] * nodes

    def flow(self) -> list[int]:
        return self.left[1::2]

    def send_one(self, start: int, excess: list[int]) -> None:
        """Send one unit from ``start`` to the nearest node that wants one, and move the prices along."""
        distance, came_by = self._distances([(0, start)], stop=lambda node: excess[node] < 0)
        end = next(reversed(distance))
        for node in range(len(self.price)):
            self.price[node] += min(distance.get(node, distance[end]), distance[end])
        excess[start], excess[end] = excess[start] - 1, excess[end] + 1
        node = end
        while node != start:
            arc = came_by[node]
            self.left[arc] -= 1
            self.left[arc ^ 1] += 1
            node = self.head[arc ^ 1]

    def largest_prices(self) -> list[int]:
        """Each node's price as its distance from anywhere, over what can still be sent."""
        offset = max(self.price, default=0)  # makes every start's distance non-negative under the prices we have
        distance, _ = self._distances([(offset - price, node) for node, price in enumerate(self.price)])
        return [distance[node] + price - offset for node, price in enumerate(self.price)]

    def _distances(
        self, starts: list[tuple[int, int]], stop: Callable[[int], bool] = lambda _node: False
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Dijkstra under the prices: how far each node is, nearest first, up to the stop; and by which arc."""
        distance: dict[int, int] = {}
        came_by: dict[int, int] = {}
        heap = sorted((reach, node, -1) for reach, node in starts)
        while heap:
            reach, node, arc = heappop(heap)
            if node in distance:
                continue
            distance[node] = reach
            came_by[node] = arc
            if stop(node):
                break
            for out in self.leaving[node]:
                if self.left[out] and (head := self.head[out]) not in distance:
                    heappush(heap, (reach + self.cost[out] + self.price[node] - self.price[head], head, out))
        return distance, came_by
