"""The proof: is this set of pairs the best, level by level? Shares no code with the solver, and trusts nothing of it.

With a price on every node, an arc's reduced cost is ``cost + price[source] − price[target]``. If no arc that could
carry more costs less than nothing, and none that carries something costs more, then no other flow is cheaper: that
is the proof, arc by arc, over every feasible pair. An arc whose reduced cost is not 0 is bound from there on: changing
it would make that level worse. Prices must also be the largest that are nowhere positive; so there is just one proof
of a result, and a price that was tampered with is noticed even where it would still prove the same.

Where the solver has an arc for each place of a sharer and for each person left out of a region, this has a count and
the range the levels so far leave it: it asks what the next one would cost and what the last one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.claims import Claims, largest
from matching.engine.errors import ProofFailed
from matching.engine.facts import Instance, Ints, Result

Flags = NDArray[np.bool_]
Ends = tuple[Ints, Ints]  # tails and heads of arcs


def check(instance: Instance, result: Result) -> None:
    """Return if the result is proven to be the optimum of the instance at every level; raise ProofFailed if not."""
    claims = Claims.of(instance)
    _check_shapes(claims, result)
    state = _State.of(claims, result.chosen)
    value = {
        level: claims.value(level, result.chosen, state.places.count, state.left.count) for level in instance.levels
    }
    if result.value != value or list(result.value) != list(value):
        raise ProofFailed(f"the value is {value}, not {result.value}")
    if "fixed" in value and value["fixed"] != int(instance.pair_fixed.sum()):
        raise ProofFailed("a fixed pair is not made")
    for stage, price in zip(result.stages, result.duals, strict=True):
        state = _check_stage(claims, state, stage, price)


def _check_shapes(claims: Claims, result: Result) -> None:
    chosen, duals = result.chosen, result.duals
    if chosen.ndim != 1 or chosen.dtype != np.int64 or (np.diff(chosen) <= 0).any():
        raise ProofFailed("the chosen pairs are not an ascending list of positions")
    if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < len(claims.learner):
        raise ProofFailed("a chosen pair is not among the feasible ones")
    if [level for stage in result.stages for level in stage] != [*claims.instance.levels, "tie_break"]:
        raise ProofFailed("the stages are not the levels in their order, and then the tie-break")
    nodes = len(claims.region) + len(claims.places) + len(claims.people) + 1
    if len(duals) != len(result.stages) or any(price.shape != (nodes,) for price in duals):
        raise ProofFailed("there is not one price per stage and node")
    if any(price.dtype not in (np.int64, object) for price in duals):
        raise ProofFailed("a price is not a whole number")


@dataclass(frozen=True, eq=False)
class _Range:
    """How many units pass somewhere, and how few and how many the levels so far would allow."""

    count: Ints
    least: Ints
    most: Ints

    def next_and_last(
        self, costs: tuple[NDArray[Any], NDArray[Any]], price: NDArray[Any], level: str
    ) -> tuple[Flags, Flags]:
        """Whether one more, and whether one fewer, would cost just nothing; raise if it would save something."""
        one_more, one_fewer = self.count < self.most, self.count > self.least
        cost_of_next, cost_of_last = (cost + price for cost in costs)
        wrong = (one_more & (cost_of_next < 0)) | (one_fewer & (cost_of_last > 0))
        if wrong.any():
            raise ProofFailed(f"{level}: {int(wrong.sum())} places or regions could be used better")
        return one_more & (cost_of_next == 0), one_fewer & (cost_of_last == 0)

    def narrowed(self, one_more: Flags, one_fewer: Flags, *, each_costs_more: bool) -> "_Range":
        """What is left of the range: all or nothing where all units cost the same, else a step either way."""
        if each_costs_more:
            return _Range(self.count, self.count - one_fewer, self.count + one_more)
        open_ = one_more | one_fewer
        return _Range(self.count, np.where(open_, self.least, self.count), np.where(open_, self.most, self.count))


@dataclass(frozen=True, eq=False)
class _State:
    """The chosen pairs as a flow, and what the levels so far leave free."""

    made: Flags  # of each pair
    alone: Flags  # of each learner: left out
    pairs: Ints  # positions of those that are free
    may_change: Flags  # of each learner: whether being left out is still free
    places: _Range  # taken of each sharer
    left: _Range  # left out of each region

    @classmethod
    def of(cls, claims: Claims, chosen: Ints) -> "_State":
        made = np.zeros(len(claims.learner), dtype=np.bool_)
        made[chosen] = True
        times, taken = np.zeros_like(claims.region), np.zeros_like(claims.places)
        np.add.at(times, claims.learner[chosen], 1)
        np.add.at(taken, claims.sharer[chosen], 1)
        if (times > 1).any():
            raise ProofFailed("a learner is in two pairs")
        if (taken > claims.places).any():
            raise ProofFailed("a sharer has more learners than places")
        left = np.zeros_like(claims.people)
        if len(left):
            np.add.at(left, claims.region[times == 0], 1)
        return cls(
            made=made,
            alone=times == 0,
            pairs=np.arange(len(made)),
            may_change=np.ones(len(times), dtype=np.bool_),
            places=_Range(taken, np.zeros_like(taken), claims.places),
            left=_Range(left, np.zeros_like(left), claims.people),
        )


def _check_stage(claims: Claims, state: _State, levels: tuple[str, ...], price: NDArray[Any]) -> _State:
    """Prove one stage over what the earlier ones left free; return what this one leaves free."""
    name = ", ".join(levels)
    stage = claims.stage(levels)
    learners, sharers, sink = len(claims.region), len(claims.places), len(price) - 1
    learner, sharer = claims.learner[state.pairs], claims.sharer[state.pairs] + learners
    past = claims.region + learners + sharers  # where a learner left out goes: their region, or just the sink

    cost, left_out_cost, wide = stage.pair_cost[state.pairs], stage.left_out_cost, price
    if 2 * largest(price) + largest(cost) + largest(left_out_cost) >= 2**62:
        cost, left_out_cost, wide = (numbers.astype(object) for numbers in (cost, left_out_cost, price))
    pair = cost + wide[learner] - wide[sharer]
    alone = left_out_cost + wide[:learners] - wide[past]
    made, may_change = state.made[state.pairs], state.may_change
    wrong = int(((pair < 0) | (made & (pair > 0))).sum())
    wrong += int((may_change & ((alone < 0) | (state.alone & (alone > 0)))).sum())
    if wrong:
        raise ProofFailed(f"{name}: {wrong} pairs could be made better, or are priced wrongly")

    exact = price.astype(object)
    place_more, place_fewer = state.places.next_and_last(
        stage.place_costs(state.places.count), exact[learners : learners + sharers] - exact[sink], name
    )
    left_more, left_fewer = state.left.next_and_last(
        stage.region_costs(state.left.count), exact[learners + sharers : sink] - exact[sink], name
    )

    tight, open_ = pair == 0, may_change & (alone == 0)
    who, sharer_node, region_node = (
        np.arange(learners),
        np.arange(sharers) + learners,
        np.arange(learners + sharers, sink),
    )
    _check_largest(
        price,
        [
            (learner[tight], sharer[tight]),
            (sharer[tight & made], learner[tight & made]),
            (who[open_], past[open_]),
            (past[open_ & state.alone], who[open_ & state.alone]),
            _to(sink, sharer_node[place_more]),
            _to(sink, sharer_node[place_fewer])[::-1],
            _to(sink, region_node[left_more]),
            _to(sink, region_node[left_fewer])[::-1],
        ],
        name,
    )
    return _State(
        made=state.made,
        alone=state.alone,
        pairs=state.pairs[tight],
        may_change=open_,
        places=state.places.narrowed(place_more, place_fewer, each_costs_more="spread" in levels),
        left=state.left.narrowed(left_more, left_fewer, each_costs_more="equity" in levels),
    )


def _to(node: int, tails: Ints) -> Ends:
    return tails, np.full(len(tails), node, dtype=np.int64)


def _check_largest(price: NDArray[Any], arcs: Sequence[Ends], name: str) -> None:
    """Whether the prices cannot all be larger: from those that are 0 every node is reached along such arcs."""
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
