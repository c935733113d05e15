"""Losses, alternatives and one more place: against trying everything, against solving again, in any order of levels."""

from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pytest

from matching.engine import errors, generator, propose
from matching.engine.explaining import Explainer, Loss
from matching.engine.facts import Instance
from matching.engine.levels import TIE_BREAK, levels_of, values_of
from matching.engine.network import Network
from matching.engine.replay import pack, unpack
from matching.engine.settings import PRESETS, Settings
from matching.engine.solving import solve_instance

ORDERS = (
    *PRESETS.values(),
    ("served", "score"),
    ("score",),
    ("spread", "keep", "waiting", "served", "score", "equity"),
)


def column(values):
    return np.array(list(values), dtype=np.int64)


def world(seed, learners=4, sharers=3, density=0.6, fixed=0.5):
    """A round in which every level has something to say."""
    chance = Random(seed)
    learner_ids, sharer_ids = chance.sample(range(100), learners), chance.sample(range(100), sharers)
    slots = {one: chance.choice((0, 1, 1, 2)) for one in sharer_ids}
    pairs = [(one, two) for one in learner_ids for two in sharer_ids if chance.random() < density]
    chance.shuffle(pairs)
    most = chance.choice((3, 1000, 8000))
    fits = [number for number, pair in enumerate(pairs) if slots[pair[1]]]
    is_fixed = {chance.choice(fits)} if fits and chance.random() < fixed else set()
    return Instance(
        learner_ids=column(learner_ids),
        sharer_ids=column(sharer_ids),
        sharer_slots=column(slots.values()),
        pair_learner=column(pair[0] for pair in pairs),
        pair_sharer=column(pair[1] for pair in pairs),
        pair_score=column(chance.randint(0, most) for _ in pairs),
        pair_skill=column(chance.randint(1, 4) for _ in pairs),
        pair_fixed=column(number in is_fixed for number in range(len(pairs))),
        pair_kept=column(chance.random() < 0.4 for _ in pairs),
        learner_waited=column(chance.choice((0, 0, 1, 2, 5)) for _ in learner_ids),
        learner_region=column(chance.randint(0, 3) for _ in learner_ids),
        sharer_load=column(chance.choice((0, 0, 1, 2)) for _ in sharer_ids),
        levels=ORDERS[seed % len(ORDERS)],
        seed=seed,
    )


def every_way(instance):
    """(chosen, value at each level) of every set of pairs that fits."""
    network = Network.of(instance)
    levels = levels_of(instance, network)
    del levels[TIE_BREAK]
    ways = [[None, *np.flatnonzero(instance.pair_learner == one).tolist()] for one in instance.learner_ids]
    sharers, slots = instance.pair_sharer.tolist(), dict(zip(instance.sharer_ids, instance.sharer_slots, strict=True))
    for choice in product(*ways):
        chosen = sorted(position for position in choice if position is not None)
        taken = [sharers[position] for position in chosen]
        if all(taken.count(sharer) <= slots[sharer] for sharer in set(taken)):
            yield chosen, tuple(values_of(levels, network, network.flow_of(column(chosen))).values())


def differences(result, value):
    return {level: result.value[level] - other for level, other in zip(result.value, value, strict=True)}


@pytest.mark.parametrize("seed", range(90))
def test_the_loss_of_every_pair_is_what_trying_everything_finds(seed):
    instance = world(seed)
    result = solve_instance(instance)
    explainer = Explainer(instance, result)
    ways = list(every_way(instance))
    slots = dict(zip(instance.sharer_ids.tolist(), instance.sharer_slots.tolist(), strict=True))
    pairs = zip(instance.pair_learner.tolist(), instance.pair_sharer.tolist(), strict=True)

    for position, (learner, sharer) in enumerate(pairs):
        loss = explainer.loss(learner, sharer)
        if not slots[sharer]:
            assert loss is None
            continue
        best = max(value for chosen, value in ways if position in chosen)
        assert loss.amounts == differences(result, best)
        assert loss.level == next((level for level, amount in loss.amounts.items() if amount), None)
        assert loss.level is None or loss.amounts[loss.level] > 0


@pytest.mark.parametrize("seed", range(60))
def test_one_more_place_gains_what_solving_again_gains(seed):
    instance = world(seed, learners=9, sharers=6)
    result = solve_instance(instance)
    explainer = Explainer(instance, result)

    for row, sharer in enumerate(instance.sharer_ids.tolist()):
        slots = instance.sharer_slots.copy()
        slots[row] += 1
        again = solve_instance(replace(instance, sharer_slots=slots))
        assert explainer.one_more_place(sharer) == {
            level: again.value[level] - result.value[level] for level in again.value
        }


def forced(instance, learner, sharer):
    """Solved again with this pair made, whatever it costs; None where a fixed pair is in its way."""
    marks = instance.pair_fixed.copy()
    at = np.flatnonzero((instance.pair_learner == learner) & (instance.pair_sharer == sharer))
    marks[at] = 1
    more = int(marks.sum() - instance.pair_fixed.sum()) if "fixed" in instance.levels else 0
    if "fixed" not in instance.levels:
        marks = np.zeros_like(marks)
        marks[at] = 1
    levels = ("fixed", *(level for level in instance.levels if level != "fixed"))
    try:
        value = dict(solve_instance(replace(instance, pair_fixed=marks, levels=levels)).value)
    except errors.FixedPairsClash:
        return None
    value["fixed"] -= more
    return {level: value[level] for level in instance.levels}


def cheapest_first(explainer, instance, result, learner):
    """Every other pair of the learner with its loss from solving again, in the order in which they should come."""
    chosen = set(result.chosen.tolist())
    rows = []
    for position in np.flatnonzero(instance.pair_learner == learner).tolist():
        sharer, score = int(instance.pair_sharer[position]), int(instance.pair_score[position])
        value = forced(instance, learner, sharer)
        if position not in chosen and value is not None:
            amounts = {level: result.value[level] - value[level] for level in value}
            rows.append((tuple(amounts.values()), -score, sharer, int(instance.pair_skill[position]), amounts))
    return sorted(rows, key=lambda row: row[:3])


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(8, 24))])
def test_alternatives_come_in_order_with_what_solving_again_says_they_cost(seed):
    instance = world(seed, learners=10, sharers=7, fixed=0)
    result = solve_instance(instance)
    explainer = Explainer(instance, result)

    for learner in instance.learner_ids.tolist():
        expected = cheapest_first(explainer, instance, result, learner)
        found = explainer.alternatives(learner, limit=99)
        assert [(each.sharer, each.skill, each.score, each.loss.amounts) for each in found] == [
            (row[2], row[3], -row[1], row[4]) for row in expected
        ]
        for limit in (1, 2, 3):
            assert explainer.alternatives(learner, limit=limit) == found[:limit]
        assert explainer.runner_up(learner) == (found[0] if found else None)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_round_of_hundreds_is_explained_like_the_small_ones_from_what_is_stored(preset):
    chance = Random(7)
    facts = generator.people(250, seed=7)
    people = replace(
        facts.people,
        waited=[chance.choice((0, 0, 0, 1, 3)) for _ in facts.people.id],
        load=[chance.choice((0, 0, 1)) for _ in facts.people.id],
    )
    proposal = propose(replace(facts, people=people), Settings(preset=preset), 7)
    instance, result = unpack(pack(proposal.instance, proposal.result))
    explainer = Explainer(instance, result)

    for learner in chance.sample(instance.learner_ids.tolist(), 12):
        found = explainer.alternatives(learner, limit=3)
        assert [each.loss.amounts for each in found] == [
            row[-1] for row in cheapest_first(explainer, instance, result, learner)
        ][:3]
    for sharer in chance.sample(instance.sharer_ids.tolist(), 8):
        slots = instance.sharer_slots + (instance.sharer_ids == sharer)
        again = solve_instance(replace(instance, sharer_slots=slots))
        gained = {level: again.value[level] - result.value[level] for level in again.value}
        assert explainer.one_more_place(sharer) == gained


def test_a_reduced_cost_is_no_loss():
    """Where two want the same place, the first price of a pair says less than making it really costs."""
    instance = replace(world(0), levels=("served", "score"))
    bound = 0
    for seed in range(60):
        instance = replace(world(seed, learners=6, sharers=4, fixed=0), levels=("served", "score"))
        result = solve_instance(instance, plan=(("served",), ("score",), (TIE_BREAK,)))
        explainer, (price, *_) = Explainer(instance, result), result.duals
        network = Network.of(instance)
        for position, arc in enumerate(network.pair_arc.tolist()):
            if position in result.chosen:
                continue
            loss = explainer.loss(int(instance.pair_learner[position]), int(instance.pair_sharer[position]))
            reduced = price[network.source[arc]] - price[network.target[arc]]
            if loss is not None:
                assert reduced <= loss.amounts["served"]
                bound += reduced < loss.amounts["served"]
    assert bound


def test_a_proposed_pair_costs_nothing_and_a_pair_that_is_none_has_no_loss():
    instance = world(2, learners=9, sharers=6)
    result = solve_instance(instance)
    explainer = Explainer(instance, result)
    first = int(result.chosen[0])

    made = explainer.loss(int(instance.pair_learner[first]), int(instance.pair_sharer[first]))
    assert made == Loss(dict.fromkeys(instance.levels, 0))
    assert made.level is None
    assert explainer.loss(1000, 1001) is None
    assert explainer.alternatives(1000) == []
    with pytest.raises(errors.UnknownId):
        explainer.one_more_place(1000)


def test_nothing_is_explained_from_prices_that_prove_nothing():
    refused = 0
    for seed in range(20):
        instance = world(seed, learners=9, sharers=6)
        result = solve_instance(instance)
        wrong = replace(result, duals=tuple(np.zeros_like(price) for price in result.duals))
        try:
            for learner in instance.learner_ids.tolist():
                Explainer(instance, wrong).alternatives(learner)
        except errors.ProofFailed:
            refused += 1
    assert refused > 10
