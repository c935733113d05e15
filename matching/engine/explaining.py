"""Tell what making another pair would cost a round, and what one more place of a sharer would gain it.

The answers are exact, and computed from the stored round and its prices alone. Making a pair sends one more unit along
its arc. Who loses a place by that has to be matched elsewhere, and the cheapest way to settle it is a shortest path in
the residual network, from the sharer to the learner (Ahuja, Magnanti and Orlin, *Network Flows*, 1993, chapter 9). One
search backwards from the learner gives the loss of all their pairs. The reduced cost of a pair alone is only the least
that it could cost, so it is never given as its loss.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.engine.errors import UnknownId
from matching.engine.facts import Instance, Ints, Result
from matching.engine.levels import TIE_BREAK, combined, cost_of, levels_of, place_cost
from matching.engine.network import Network
from matching.engine.residual import ArcStep, Residual


@dataclass(frozen=True)
class Loss:
    """What a pair would cost the round, level by level, in the order of the levels.

    The first amount that is not 0 decides, and is above 0; those after it may be gains, below 0. All 0: another set
    that is just as good has this pair, and only the lot decided.
    """

    amounts: dict[str, int]

    @property
    def level(self) -> str | None:
        """Return the level that decides; None where the pair costs nothing."""
        return next((level for level, amount in self.amounts.items() if amount), None)


@dataclass(frozen=True)
class Alternative:
    """Another pair a learner could be in."""

    sharer: int
    skill: int
    score: int
    loss: Loss


class _OpenPair(NamedTuple):
    """A pair of the learner that is not made; the cheapest to make comes first."""

    cost: int  # packed: of sending one more along its arc, whatever follows from that
    pair: int  # position
    arc: int


class _PricedPair(NamedTuple):
    """A pair that could be made instead of another."""

    cost: int  # packed
    rank: tuple[int, int]  # among equals: the lowest goes first
    pair: int  # position
    loss: Loss


class Explainer:
    """Answer questions about one solved round, exactly, from what was stored of it."""

    def __init__(self, instance: Instance, result: Result) -> None:
        self._instance, self._result = instance, result
        self._solved = _SolvedNetwork(instance, result)
        self._chosen = set(result.chosen.tolist())

    def loss(self, learner: int, sharer: int) -> Loss | None:
        """Return what making this pair would cost, if everything else is then settled as well as possible.

        None if the pair cannot be made. A pair that is proposed costs nothing.
        """
        here = self._pairs_of(learner)
        pairs = here[self._instance.pair_sharer[here] == sharer]
        if self._chosen.intersection(pairs.tolist()):
            return Loss(dict.fromkeys(self._instance.levels, 0))
        return next((loss for _, loss in self._solved.losses(pairs, limit=1)), None)

    def runner_up(self, learner: int) -> Alternative | None:
        """Return the pair of this learner that would cost the round least; None if they have no other pair."""
        return next(iter(self.alternatives(learner, limit=1)), None)

    def alternatives(self, learner: int, limit: int = 5) -> list[Alternative]:
        """Return up to ``limit`` pairs that this learner is not proposed for, the cheapest first.

        Of pairs that cost the same, the one with the higher score comes first.
        """
        of = self._instance
        others = np.setdiff1d(self._pairs_of(learner), self._result.chosen)
        return [
            Alternative(int(of.pair_sharer[pair]), int(of.pair_skill[pair]), int(of.pair_score[pair]), loss)
            for pair, loss in self._solved.losses(others, limit)
        ]

    def one_more_place(self, sharer: int) -> dict[str, int]:
        """Return what each level would gain if this sharer had one place more, in the order of the levels.

        The first gain that is not 0 is above 0; those after it may be losses, below 0. All are 0 if the place would
        change nothing. Raise UnknownId for a sharer who had no place in the round.
        """
        rows = np.flatnonzero(self._instance.sharer_ids == sharer)
        if not len(rows):
            raise UnknownId("nobody with this id has a place in the round")
        return self._solved.gain_of_a_place(int(rows[0]))

    def _pairs_of(self, learner: int) -> Ints:
        return np.flatnonzero(self._instance.pair_learner == learner)


class _SolvedNetwork:
    """The network of a round with its result as a flow, to search for the cheapest changes of it."""

    def __init__(self, instance: Instance, result: Result) -> None:
        self._instance = instance
        self._network = network = Network.of(instance)
        levels = levels_of(instance, network)
        self._flow = network.flow_of(result.chosen)
        self._costs = {level: cost_of(levels[level], network) for level in instance.levels}
        stages = [stage for stage in result.stages if TIE_BREAK not in stage]
        self._residual = Residual(
            source=network.source,
            target=network.target,
            capacity=network.capacity,
            flow=self._flow,
            costs=[cost_of(combined([levels[level] for level in stage]), network) for stage in stages],
            prices=result.duals[: len(stages)],
        )

    def losses(self, pairs: Ints, limit: int) -> list[tuple[int, Loss]]:
        """Return position and loss of the ``limit`` cheapest of these pairs.

        All must be pairs of one learner that are not made.
        """
        if not len(pairs):
            return []
        arcs = self._network.pair_arc[pairs]
        end = int(self._network.source[arcs[0]])
        costs = self._residual.reduced(arcs)
        open_pairs = sorted(map(_OpenPair, costs, pairs.tolist(), arcs.tolist()), reverse=True)
        by_node = {int(self._network.target[open_pair.arc]): open_pair for open_pair in open_pairs}
        cheapest: list[_PricedPair] = []
        for reached in self._residual.ways_to(end):
            while open_pairs and int(self._network.target[open_pairs[-1].arc]) not in by_node:
                open_pairs.pop()
            least_to_come = reached.distance + open_pairs[-1].cost if open_pairs else 0
            if not open_pairs or sum(priced.cost < least_to_come for priced in cheapest) >= limit:
                break  # nothing that is still to come is as cheap
            if reached.node in by_node:
                closing = by_node.pop(reached.node)
                way = [ArcStep(closing.arc, 1), *self._residual.walk(reached.node, end, reached.steps)]
                cost, loss = reached.distance + closing.cost, Loss(self._amounts(way))
                cheapest.append(_PricedPair(cost, self._rank(closing.pair), closing.pair, loss))
        cheapest.sort(key=lambda priced: (priced.cost, priced.rank, priced.pair))
        return [(priced.pair, priced.loss) for priced in cheapest[:limit]]

    def gain_of_a_place(self, sharer: int) -> dict[str, int]:
        """Return what one place more of this sharer (by row) would gain at each level."""
        network, nothing = self._network, dict.fromkeys(self._costs, 0)
        node, sink = len(network.left_out_arc) + sharer, len(network.supply) - 1
        theirs = network.place_arc[network.place_of == sharer]
        if (self._flow[theirs] < network.capacity[theirs]).any():
            return nothing  # they have a place that nobody takes already
        for reached in self._residual.ways_to(node):
            if reached.node == sink:
                way = self._residual.walk(sink, node, reached.steps)
                gained = {level: -amount for level, amount in self._amounts(way).items()}
                if "spread" in gained:
                    gained["spread"] -= place_cost(int(self._instance.sharer_load[sharer]), len(theirs) + 1)
                return gained if tuple(gained.values()) > tuple(nothing.values()) else nothing
        return nothing

    def _rank(self, pair: int) -> tuple[int, int]:
        return -int(self._instance.pair_score[pair]), int(self._instance.pair_sharer[pair])

    def _amounts(self, way: list[ArcStep]) -> dict[str, int]:
        return {level: sum(step.sign * int(cost[step.arc]) for step in way) for level, cost in self._costs.items()}
