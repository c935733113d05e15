"""The checker attacked: every result that is not the proven optimum must be refused, whoever made it."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from matching.engine.checker import check
from matching.engine.errors import ProofFailed
from matching.engine.solving import solve_instance
from matching.engine.tests.worlds import instance, random_world


def rounds():
    """A dozen solved rounds with ties, full and empty sharers, people left out, and scores near and far."""
    chance = Random(7)
    found = []
    while len(found) < 12:
        world = instance(*random_world(chance, most=8, spread=(1, 40, 2**62)), seed=len(found))
        result = solve_instance(world)
        if 2 <= len(result.chosen) < len(world.pair_score):
            found.append((world, result))
    return found


ROUNDS = rounds()


def refused(world, result) -> bool:
    try:
        check(world, result)
    except ProofFailed:
        return True
    return False


def values_of(world, chosen):
    return {"served": len(chosen), "score": sum(world.pair_score[chosen].tolist())}


def test_the_rounds_themselves_are_proven():
    assert not any(refused(world, result) for world, result in ROUNDS)


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


@pytest.mark.parametrize(("world", "result"), ROUNDS)
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
def test_a_result_does_not_prove_a_better_instance(world, result):
    """A point more on a chosen pair changes the value; a place more where places are short changes the optimum."""
    for at in result.chosen:
        scores = world.pair_score.copy()
        scores[at] += 1 if scores[at] < 0 else -1
        assert refused(replace(world, pair_score=scores), result)
    assert refused(replace(world, sharer_slots=np.zeros_like(world.sharer_slots)), result)
