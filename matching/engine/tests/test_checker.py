"""The checker attacked: every result that is not the proven optimum must be refused, whoever made it."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from matching.engine import checker, checker_costs, levels, solving
from matching.engine.checker import check
from matching.engine.checker_costs import CheckedInstance
from matching.engine.errors import FixedPairsClash, ProofFailed
from matching.engine.settings import PRESETS
from matching.engine.solving import solve_instance
from matching.engine.tests.worlds import full_instance, instance


def rounds():
    """A dozen solved rounds with ties, full and empty sharers, people left out, and scores near and far.

    Of all presets; every other one has each level proven by prices of its own.
    """
    chance = Random(7)
    found = []
    while len(found) < 12:
        levels = list(PRESETS.values())[len(found) % 3]
        plan = tuple((level,) for level in (*levels, "tie_break")) if len(found) % 2 else None
        world = full_instance(chance, most=7, levels=levels, spread=(1, 40, 2**62))
        try:
            result = solve_instance(world, plan)
        except FixedPairsClash:
            continue
        if 2 <= len(result.chosen) < len(world.pair_score) and world.pair_fixed.any():
            found.append((world, result))
    return found


ROUNDS = rounds()
# The first six are of each preset, proven either way; with the rest `make chaos` tries what takes long.
FIRST_ROUNDS = [*ROUNDS[:6], *(pytest.param(*others, marks=pytest.mark.chaos) for others in ROUNDS[6:])]


def refused(world, result) -> bool:
    try:
        check(world, result)
    except ProofFailed:
        return True
    return False


def values_of(world, chosen):
    """The value put right for any set of pairs, where that means anything."""
    checked = CheckedInstance.of(world)
    alone = np.setdiff1d(np.arange(len(world.learner_ids)), checked.learner[chosen])
    taken = np.bincount(checked.sharer[chosen], minlength=len(world.sharer_ids))
    left = np.bincount(checked.region[alone], minlength=len(checked.in_region))
    return {level: checked.value(level, chosen, taken, left) for level in world.levels}


def test_the_rounds_themselves_are_proven():
    assert not any(refused(world, result) for world, result in ROUNDS)


@pytest.mark.parametrize("level", ["luck", ""])
def test_the_checker_refuses_a_level_it_does_not_know(level):
    world, result = ROUNDS[0]
    checked = CheckedInstance.of(world)
    nobody = np.zeros(0, dtype=np.int64)

    with pytest.raises(ValueError, match="is no level"):
        checked.value(level, result.chosen, nobody, nobody)
    with pytest.raises(ValueError, match="is no level"):
        checked.most_on_a_cycle(level)


@pytest.mark.parametrize(("world", "result"), ROUNDS)
def test_no_pair_can_be_dropped_added_or_swapped(world, result):
    """Each with the value put right, so that only the proof can notice."""
    chosen, others = result.chosen, np.setdiff1d(np.arange(len(world.pair_score)), result.chosen)
    for dropped in chosen:
        rest = chosen[chosen != dropped]
        assert refused(world, replace(result, chosen=rest, value=values_of(world, rest)))
        for added in others:
            swapped = np.sort(np.append(rest, added))
            assert refused(world, replace(result, chosen=swapped, value=values_of(world, swapped)))
    for added in others:
        more = np.sort(np.append(chosen, added))
        assert refused(world, replace(result, chosen=more, value=values_of(world, more)))


@pytest.mark.parametrize(("world", "result"), FIRST_ROUNDS)
@pytest.mark.parametrize("shift", [1, -1, 1000, -(2**40), 2**61])
def test_no_price_can_be_changed(world, result, shift):
    for stage, prices in enumerate(result.duals):
        for node in range(len(prices)):
            wrong = prices.copy()
            wrong[node] += shift
            duals = (*result.duals[:stage], wrong, *result.duals[stage + 1 :])
            assert refused(world, replace(result, duals=duals)), (stage, node)
        duals = (*result.duals[:stage], prices + shift, *result.duals[stage + 1 :])
        assert refused(world, replace(result, duals=duals))


@pytest.mark.parametrize(("world", "result"), ROUNDS)
def test_no_value_can_be_changed(world, result):
    for level, value in result.value.items():
        for wrong in (value + 1, value - 1, value + 2**64, -value - 1):
            assert refused(world, replace(result, value={**result.value, level: wrong}))
    assert refused(world, replace(result, value={}))
    assert refused(world, replace(result, value={**result.value, "luck": 7}))


@pytest.mark.parametrize(("world", "result"), ROUNDS)
def test_a_result_of_another_shape_is_refused(world, result):
    chosen, duals = result.chosen, result.duals
    for wrong in (
        replace(result, chosen=chosen[::-1].copy()),
        replace(result, chosen=np.append(chosen, chosen[-1])),
        replace(result, chosen=chosen.astype(float)),
        replace(result, chosen=np.append(chosen, len(world.pair_score))),
        replace(result, chosen=np.insert(chosen, 0, -1)),
        replace(result, duals=duals[:-1]),
        replace(result, duals=(*duals, duals[-1])),
        replace(result, duals=(*duals[:-1], duals[-1][:-1])),
        replace(result, duals=tuple(price.astype(float) for price in duals)),
        replace(result, duals=duals[::-1]),
        replace(result, stages=result.stages[:-1]),
        replace(result, stages=result.stages[1:]),
        replace(result, stages=result.stages[::-1]),
        replace(result, stages=((*result.stages[0], *result.stages[1]), *result.stages[2:])),
        replace(result, stages=((*result.stages[0], *result.stages[1]), *result.stages[2:]), duals=duals[1:]),
        replace(result, stages=((*result.stages[0], *result.stages[1]), *result.stages[2:]), duals=duals[:-1]),
        replace(result, stages=(*result.stages[:-1], ("luck",))),
    ):
        assert refused(world, wrong)


def test_a_sharer_cannot_have_more_learners_than_places():
    world = instance([1, 2], {5: 1}, [(1, 5, 10), (2, 5, 9)])
    honest = solve_instance(world)
    both = replace(honest, chosen=np.array([0, 1]), value={"served": 2, "score": 19})

    with pytest.raises(ProofFailed, match="more learners than places"):
        check(world, both)


def test_a_learner_cannot_be_in_two_pairs():
    world = instance([1], {5: 1, 6: 1}, [(1, 5, 10), (1, 6, 9)])
    honest = solve_instance(world)
    both = replace(honest, chosen=np.array([0, 1]), value={"served": 2, "score": 19})

    with pytest.raises(ProofFailed, match="in two pairs"):
        check(world, both)


@pytest.mark.parametrize(("world", "result"), ROUNDS)
def test_a_result_does_not_prove_another_instance(world, result):
    """What is chosen is worth something else there, or does not fit."""
    checked = CheckedInstance.of(world)
    for at in result.chosen:
        for column in ("pair_score", "pair_kept", "pair_fixed"):
            changed = getattr(world, column).copy()
            changed[at] = 1 - changed[at] if changed[at] >= 0 else changed[at] + 1
            assert refused(replace(world, **{column: changed}), result)
        waited, load = world.learner_waited.copy(), world.sharer_load.copy()
        waited[checked.learner[at]] += 1
        load[checked.sharer[at]] += 1
        assert refused(replace(world, learner_waited=waited), result)
        assert refused(replace(world, sharer_load=load), result)
    assert refused(replace(world, sharer_slots=np.zeros_like(world.sharer_slots)), result)
    assert refused(replace(world, levels=world.levels[:-1]), result)
    assert refused(replace(world, levels=world.levels[::-1]), result)
    assert refused(replace(world, pair_learner=world.pair_learner + 1000), result)


def test_the_checker_uses_nothing_of_the_solver():
    for module in (checker, checker_costs):
        imported = {name for name in vars(module).values() if getattr(name, "__module__", "").startswith("matching")}
        assert {name.__module__.rpartition(".")[2] for name in imported} <= {
            "checker",
            "checker_costs",
            "errors",
            "facts",
        }


def test_a_bound_on_cycles_that_is_too_small_would_be_noticed(monkeypatch):
    """With weights that do not keep the levels apart, the solver's answer is not the checker's."""
    monkeypatch.setattr(
        solving, "combined", lambda parts: levels.combined([replace_most_on_a_cycle(part) for part in parts])
    )
    noticed = [not solves(world) for world, _ in ROUNDS]

    assert any(noticed)


def replace_most_on_a_cycle(level):
    return replace(level, most_on_a_cycle=0)


def solves(world):
    try:
        solve_instance(world)
    except ProofFailed:
        return False
    return True
