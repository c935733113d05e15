"""Prove that a set of pairs is the best one, level by level, without using any code of the solver.

A bug in the solver must not be able to hide, so this reads only the instance and the result. The method is the
optimality condition of min-cost flow by reduced costs (Ahuja, Magnanti and Orlin, *Network Flows*, 1993, theorems 9.3
and 9.4): every node has a price, and the reduced cost of an arc is ``cost + price[source] − price[target]``. If no arc
that could carry more has a reduced cost below 0, and no arc that carries something has one above 0, then no other flow
is cheaper. This is asked of every feasible pair.

An arc whose reduced cost is not 0 may not change in the later stages, because a change would make this level worse. The
prices must also be the largest ones that are nowhere above 0. Those are unique, so a changed price is noticed even
where it would still prove the same result.

The solver has one arc for each place of a sharer and one for each person left out of a region. Here these are counts
(``_Range``): the checker asks what one more would cost and what the last one costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.checker_costs import CheckedInstance, largest
from matching.engine.errors import ProofFailed
from matching.engine.facts import Instance, Ints, Result

Flags = NDArray[np.bool_]
Ends = tuple[Ints, Ints]  # tails and heads of arcs


def check(instance: Instance, result: Result) -> None:
    """Return if the result is the optimum of the instance at every level; raise ProofFailed if that is not proven."""
    checked = CheckedInstance.of(instance)
    _check_shapes(checked, result)
    state = _State.of(checked, result.chosen)
    value = {
        level: checked.value(level, result.chosen, state.places.count, state.left_out_by_region.count)
        for level in instance.levels
    }
    if result.value != value or list(result.value) != list(value):
        raise ProofFailed(f"the value is {value}, not {result.value}")
    if "fixed" in value and value["fixed"] != int(instance.pair_fixed.sum()):
        raise ProofFailed("a fixed pair is not made")
    for stage, price in zip(result.stages, result.duals, strict=True):
        state = _check_stage(checked, state, stage, price)


def _check_shapes(checked: CheckedInstance, result: Result) -> None:
    """Refuse a result whose arrays have the wrong shape or type, before anything is read from them."""
    chosen, duals = result.chosen, result.duals
    if chosen.ndim != 1 or chosen.dtype != np.int64 or (np.diff(chosen) <= 0).any():
        raise ProofFailed("the chosen pairs are not an ascending list of positions")
    if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < len(checked.learner):
        raise ProofFailed("a chosen pair is not among the feasible ones")
    if [level for stage in result.stages for level in stage] != [*checked.instance.levels, "tie_break"]:
        raise ProofFailed("the stages are not the levels in their order, and then the tie-break")
    nodes = len(checked.region) + len(checked.places) + len(checked.in_region) + 1
    if len(duals) != len(result.stages) or any(price.shape != (nodes,) for price in duals):
        raise ProofFailed("there is not one price per stage and node")
    if any(price.dtype not in (np.int64, object) for price in duals):
        raise ProofFailed("a price is not a whole number")


@dataclass(frozen=True, eq=False)
class _Range:
    """How many units (places, or people left out) are used, and the range that the stages before leave open."""

    count: Ints
    least: Ints
    most: Ints

    def next_and_last(
        self, costs: tuple[NDArray[Any], NDArray[Any]], price: NDArray[Any], level: str
    ) -> tuple[Flags, Flags]:
        """Return where one unit more, and where one unit less, would change the cost by exactly 0.

        ``costs``: what the next unit would cost and what the last one costs; ``price``: what the prices add to both.
        Raise ProofFailed if a change would make the level better, because then the result is not the best.
        """
        one_more, one_fewer = self.count < self.most, self.count > self.least
        cost_of_next, cost_of_last = (cost + price for cost in costs)
        wrong = (one_more & (cost_of_next < 0)) | (one_fewer & (cost_of_last > 0))
        if wrong.any():
            raise ProofFailed(f"{level}: {int(wrong.sum())} places or regions could be used better")
        return one_more & (cost_of_next == 0), one_fewer & (cost_of_last == 0)

    def narrowed(self, one_more: Flags, one_fewer: Flags, *, each_costs_more: bool) -> "_Range":
        """Return the range that later stages may use, given where one more or one less costs nothing.

        Where every unit costs the same, all of the range stays open or none of it. Where each unit costs more than the
        one before, only one step up or down can be free.
        """
        if each_costs_more:
            return _Range(self.count, self.count - one_fewer, self.count + one_more)
        is_free = one_more | one_fewer
        return _Range(self.count, np.where(is_free, self.least, self.count), np.where(is_free, self.most, self.count))


@dataclass(frozen=True, eq=False)
class _State:
    """The chosen pairs as a flow, and what the stages proven so far leave open to later ones."""

    made: Flags  # of each pair: it is chosen
    left_out: Flags  # of each learner
    free_pairs: Ints  # positions of the pairs that later stages may still make or undo
    choice_is_free: Flags  # of each learner: later stages may still decide whether they are left out
    places: _Range  # how many places of each sharer are taken
    left_out_by_region: _Range  # how many learners of each region are left out

    @classmethod
    def of(cls, checked: CheckedInstance, chosen: Ints) -> "_State":
        """Count who is in the chosen pairs; raise ProofFailed if somebody is in more pairs than they have room for."""
        made = np.zeros(len(checked.learner), dtype=np.bool_)
        made[chosen] = True
        times, taken = np.zeros_like(checked.region), np.zeros_like(checked.places)
        np.add.at(times, checked.learner[chosen], 1)
        np.add.at(taken, checked.sharer[chosen], 1)
        if (times > 1).any():
            raise ProofFailed("a learner is in two pairs")
        if (taken > checked.places).any():
            raise ProofFailed("a sharer has more learners than places")
        left_out = np.zeros_like(checked.in_region)
        if len(left_out):
            np.add.at(left_out, checked.region[times == 0], 1)
        return cls(
            made=made,
            left_out=times == 0,
            free_pairs=np.arange(len(made)),
            choice_is_free=np.ones(len(times), dtype=np.bool_),
            places=_Range(taken, np.zeros_like(taken), checked.places),
            left_out_by_region=_Range(left_out, np.zeros_like(left_out), checked.in_region),
        )


def _check_stage(checked: CheckedInstance, state: _State, levels: tuple[str, ...], price: NDArray[Any]) -> _State:
    """Prove one stage among what the stages before leave open; return what this stage leaves open.

    ``price``: one per node (learners, sharers, regions, sink). Raise ProofFailed if a pair, a place or a region could
    be used better.
    """
    name = ", ".join(levels)
    stage = checked.stage(levels)
    learners, sharers, sink = len(checked.region), len(checked.places), len(price) - 1
    learner, sharer = checked.learner[state.free_pairs], checked.sharer[state.free_pairs] + learners
    # Where the unit of a learner who is left out goes: to the node of their region, or straight to the sink.
    next_node = checked.region + learners + sharers

    cost, left_out_cost, node_price = stage.pair_cost[state.free_pairs], stage.left_out_cost, price
    if 2 * largest(price) + largest(cost) + largest(left_out_cost) >= 2**62:
        cost, left_out_cost, node_price = (numbers.astype(object) for numbers in (cost, left_out_cost, price))
    reduced_of_pair = cost + node_price[learner] - node_price[sharer]
    reduced_of_left_out = left_out_cost + node_price[:learners] - node_price[next_node]
    made, choice_is_free = state.made[state.free_pairs], state.choice_is_free
    wrong = int(((reduced_of_pair < 0) | (made & (reduced_of_pair > 0))).sum())
    wrong += int((choice_is_free & ((reduced_of_left_out < 0) | (state.left_out & (reduced_of_left_out > 0)))).sum())
    if wrong:
        raise ProofFailed(f"{name}: {wrong} pairs could be made better, or are priced wrongly")

    exact = price.astype(object)
    place_more, place_fewer = state.places.next_and_last(
        stage.place_costs(state.places.count), exact[learners : learners + sharers] - exact[sink], name
    )
    left_more, left_fewer = state.left_out_by_region.next_and_last(
        stage.region_costs(state.left_out_by_region.count), exact[learners + sharers : sink] - exact[sink], name
    )

    tight, is_free = reduced_of_pair == 0, choice_is_free & (reduced_of_left_out == 0)
    who, sharer_node, region_node = (
        np.arange(learners),
        np.arange(sharers) + learners,
        np.arange(learners + sharers, sink),
    )
    _check_prices_are_largest(
        price,
        [
            (learner[tight], sharer[tight]),
            (sharer[tight & made], learner[tight & made]),
            (who[is_free], next_node[is_free]),
            (next_node[is_free & state.left_out], who[is_free & state.left_out]),
            _arcs_to(sink, sharer_node[place_more]),
            _arcs_to(sink, sharer_node[place_fewer])[::-1],
            _arcs_to(sink, region_node[left_more]),
            _arcs_to(sink, region_node[left_fewer])[::-1],
        ],
        name,
    )
    return _State(
        made=state.made,
        left_out=state.left_out,
        free_pairs=state.free_pairs[tight],
        choice_is_free=is_free,
        places=state.places.narrowed(place_more, place_fewer, each_costs_more="spread" in levels),
        left_out_by_region=state.left_out_by_region.narrowed(left_more, left_fewer, each_costs_more="equity" in levels),
    )


def _arcs_to(node: int, tails: Ints) -> Ends:
    """Arcs from each of these nodes to the same node."""
    return tails, np.full(len(tails), node, dtype=np.int64)


def _check_prices_are_largest(price: NDArray[Any], arcs: Sequence[Ends], name: str) -> None:
    """Raise ProofFailed if the prices could be raised together and would still prove the stage.

    They cannot be raised if every node can be reached from a node of price 0 along arcs of reduced cost 0: then raising
    one price would mean raising the price of 0.
    """
    reached = price == 0
    waits = [~reached[heads] for _, heads in arcs]
    tails, heads = (
        np.concatenate([ends[side][wait] for ends, wait in zip(arcs, waits, strict=True)]) for side in (0, 1)
    )
    while (price <= 0).all() and not reached.all():
        step = reached[tails]
        if not step.any():
            break
        reached[heads[step]] = True
        left = ~reached[heads]
        tails, heads = tails[left], heads[left]
    if not reached.all():
        raise ProofFailed(f"{name}: the prices are not the largest that prove it")
