"""Search the cheapest changes of a solved flow: sending one more unit along an arc, or taking one back.

This is the residual network of the flow (Ahuja, Magnanti and Orlin, *Network Flows*, 1993, chapter 2). Costs are
compared stage by stage, in the order of the stages. Taken in that order, the reduced costs of an arc are never below 0:
in the first stage for every arc, in a later one for the arcs whose reduced cost was 0 before. So Dijkstra's search
(1959) finds the shortest ways. All stages of an arc are packed into one Python integer, with enough room between them
that the sum along a way never runs from one stage into another.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.errors import ProofFailed
from matching.engine.facts import Ints
from matching.engine.levels import SAFE


class ArcStep(NamedTuple):
    """One step of a way."""

    arc: int
    sign: int  # 1 sends one more along the arc, -1 takes one back


class Reached(NamedTuple):
    """A node from which the end of a search can be reached."""

    distance: int  # packed, in reduced costs
    node: int
    steps: dict[int, ArcStep]  # the first step from each node reached so far


class _Steps(NamedTuple):
    """All steps of one kind that lead to a node."""

    arcs: Ints
    tails: Ints  # where each of them comes from
    sign: int  # as in ArcStep


class _Pack(NamedTuple):
    """Several stages as one number for each arc."""

    costs: NDArray[Any]
    weight: int  # what one of these numbers counts among the packs


class Residual:
    """The cheapest ways through a flow that is the best at every stage, found with the prices that prove it."""

    def __init__(
        self,
        *,
        source: Ints,
        target: Ints,
        capacity: Ints,
        flow: Ints,
        costs: Sequence[NDArray[Any]],
        prices: Sequence[NDArray[Any]],
    ) -> None:
        nodes = len(prices[0])
        self._source, self._target = source, target
        stages = [_reduced(cost, price, source, target) for cost, price in zip(costs, prices, strict=True)]
        self._packs = _packs(stages, nodes)
        into = np.flatnonzero(flow < capacity)
        self._into = into[np.argsort(target[into], kind="stable")]
        self._first_into = np.searchsorted(target[self._into], np.arange(nodes + 1))
        used = np.flatnonzero(flow > 0)
        self._out_of = used[np.argsort(source[used], kind="stable")]
        self._first_out_of = np.searchsorted(source[self._out_of], np.arange(nodes + 1))

    def reduced(self, arcs: Ints) -> list[int]:
        """Return what sending one more unit along each of these arcs costs: packed reduced costs."""
        first, *others = self._packs
        total = first.costs[arcs] if first.weight == 1 else first.costs[arcs].astype(object) * first.weight
        for pack in others:
            total = total + pack.costs[arcs] * pack.weight
        costs: list[int] = total.tolist()
        return costs

    def ways_to(self, end: int) -> Iterator[Reached]:
        """Yield every node from which ``end`` can be reached, the nearest first, with its distance.

        Distances are packed reduced costs, 0 or more. Raise ProofFailed if the prices do not prove the flow.
        """
        best: dict[int, int] = {end: 0}
        steps: dict[int, ArcStep] = {}
        done = np.zeros(len(self._first_into) - 1, dtype=np.bool_)
        heap = [(0, end)]
        while heap:
            reach, node = heappop(heap)
            if done[node]:
                continue
            done[node] = True
            yield Reached(reach, node, steps)
            for steps_here in self._steps_to(node):
                is_new = ~done[steps_here.tails]
                arcs, tails = steps_here.arcs[is_new], steps_here.tails[is_new].tolist()
                for arc, tail, cost in zip(arcs.tolist(), tails, self.reduced(arcs), strict=True):
                    distance = reach + steps_here.sign * cost
                    if distance < reach:
                        raise ProofFailed("the prices do not prove this round; nothing can be explained from them")
                    if tail not in best or distance < best[tail]:
                        best[tail], steps[tail] = distance, ArcStep(arc, steps_here.sign)
                        heappush(heap, (distance, tail))

    def walk(self, start: int, end: int, steps: dict[int, ArcStep]) -> list[ArcStep]:
        """Return the steps of the way from ``start`` to ``end``."""
        way = []
        while start != end:
            step = steps[start]
            way.append(step)
            start = int(self._target[step.arc] if step.sign > 0 else self._source[step.arc])
        return way

    def _steps_to(self, node: int) -> Iterator[_Steps]:
        into = self._into[self._first_into[node] : self._first_into[node + 1]]
        back = self._out_of[self._first_out_of[node] : self._first_out_of[node + 1]]
        if len(into):
            yield _Steps(into, self._source[into], 1)
        if len(back):
            yield _Steps(back, self._target[back], -1)


def _reduced(cost: NDArray[Any], price: NDArray[Any], source: Ints, target: Ints) -> NDArray[Any]:
    if _largest(cost) + 2 * _largest(price) >= SAFE:
        cost, price = cost.astype(object), price.astype(object)
    return np.asarray(cost + price[source] - price[target])


def _packs(stages: Sequence[NDArray[Any]], nodes: int) -> list[_Pack]:
    """Pack the stages into as few numbers as possible, so that the first stage that differs decides.

    Each stage weighs more than any two ways can differ by in the stages after it. Neighbours share 64 bits where they
    fit; a stage in which nothing costs anything is left out.
    """
    packs: list[_Pack] = []
    weight, inner, pack = 1, 1, np.zeros(len(stages[0]), dtype=np.int64)
    for stage in reversed(stages):
        room = 2 * (nodes + 1) * _largest(stage) + 1
        if room == 1:
            continue
        if inner > 1 and inner * room >= SAFE:
            packs.append(_Pack(pack, weight))
            weight, inner, pack = weight * inner, 1, np.zeros(len(stage), dtype=np.int64)
        pack = pack + stage * inner
        inner *= room
    return [*packs, _Pack(pack, weight)][::-1]


def _largest(numbers: NDArray[Any]) -> int:
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))
