"""The solver against plain truth: everything tried, SciPy, known answers, permutations and the edges of 64 bits."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from matching.engine import errors, solve
from matching.engine.tests.trying import best_and_its_worth
from matching.engine.tests.worlds import (
    LEVEL_SETTINGS,
    instance,
    random_world,
    solved,
)

TOP, BOTTOM = 2**63 - 1, -(2**63)


@st.composite
def worlds(draw):
    learners = draw(st.lists(st.integers(BOTTOM, TOP), max_size=4, unique=True))
    sharers = draw(st.lists(st.integers(BOTTOM, TOP) | st.sampled_from(learners or [0]), max_size=4, unique=True))
    slots = {sharer: draw(st.integers(0, 3) | st.just(TOP)) for sharer in sharers}
    score = draw(st.sampled_from([st.integers(-2, 2), st.integers(-1000, 1000), st.integers(BOTTOM, TOP)]))
    keys = [(learner, sharer) for learner in learners for sharer in sharers]
    kept = draw(st.permutations(keys))[: draw(st.integers(0, len(keys)))]
    return learners, slots, [(learner, sharer, draw(score)) for learner, sharer in kept]


@settings(max_examples=3 * settings.default.max_examples)
@given(world=worlds(), levels=st.sampled_from(LEVEL_SETTINGS), seed=st.integers(-5, 2**70))
def test_no_other_set_of_pairs_is_better_at_any_level(world, levels, seed):
    result = solved(*world, levels=levels, seed=seed)

    sets, worth = best_and_its_worth(instance(*world, levels=levels, seed=seed))
    assert sets == result.chosen.tolist()
    assert result.value == {level: worth[level] for level in levels}


@pytest.mark.parametrize(("size", "worst"), [(1, 9), (30, 100), (100, 100), (100, 10**6), (120, 2)])
def test_assignments_cost_what_scipy_finds(size, worst):
    costs = np.random.default_rng(size + worst).integers(1, worst + 1, (size, size))
    rows, columns = linear_sum_assignment(costs)
    one, two = np.divmod(np.arange(size * size), size)

    for levels in (("score",), ("served", "score")):
        result = solve(
            learner_ids=np.arange(size) * 3 - 50,
            sharer_ids=np.arange(size),
            sharer_slots=np.ones(size, dtype=int),
            pair_learner=one * 3 - 50,
            pair_sharer=two,
            pair_score=worst + 1 - costs.ravel(),
            levels=levels,
        )
        assert result.value["score"] == size * (worst + 1) - int(costs[rows, columns].sum())
        assert len(result.chosen) == size


def test_a_textbook_assignment_has_its_known_optimum():
    costs = [[82, 83, 69, 92], [77, 37, 49, 92], [11, 69, 5, 86], [8, 9, 98, 23]]
    pairs = [(row, column, -cost) for row, line in enumerate(costs) for column, cost in enumerate(line)]

    result = solved(range(4), dict.fromkeys(range(4), 1), pairs)

    assert result.value == {"served": 4, "score": -140}
    assert [pairs[position][:2] for position in result.chosen] == [(0, 2), (1, 1), (2, 0), (3, 3)]


@pytest.mark.parametrize("seed", range(40))
def test_the_order_of_the_input_changes_nothing(seed):
    chance = Random(seed)
    learners, slots, pairs = random_world(chance, most=9, spread=(0, 1, 2))  # full of ties
    first = solved(learners, slots, pairs, seed=seed)
    chance.shuffle(learners)
    shuffled_slots = dict(chance.sample(list(slots.items()), len(slots)))
    shuffled_pairs = chance.sample(pairs, len(pairs))
    second = solved(learners, shuffled_slots, shuffled_pairs, seed=seed)

    assert {pairs[at] for at in first.chosen} == {shuffled_pairs[at] for at in second.chosen}
    assert first.value == second.value


def test_the_seed_decides_between_equals():
    pairs = [(learner, sharer, 1) for learner in range(6) for sharer in range(6)]
    answers = {tuple(solved(range(6), dict.fromkeys(range(6), 1), pairs, seed=seed).chosen) for seed in range(20)}

    assert len(answers) > 10


def test_totals_do_not_wrap_at_the_edge_of_64_bits():
    learners = range(5)
    best = solved(learners, {9: 5}, [(learner, 9, TOP) for learner in learners])
    worst = solved(learners, {9: 5}, [(learner, 9, BOTTOM) for learner in learners])

    assert best.value == {"served": 5, "score": 5 * TOP}
    assert worst.value == {"served": 5, "score": 5 * BOTTOM}
    assert all(type(total) is int for total in best.value.values())


def test_one_point_still_counts_at_the_edge_of_64_bits():
    pairs = [(1, 1, TOP), (1, 2, TOP - 1), (2, 1, TOP - 1), (2, 2, TOP - 3), (3, 1, BOTTOM), (3, 2, BOTTOM)]

    result = solved([1, 2, 3], {1: 1, 2: 1}, pairs, levels=("score",))

    assert (result.chosen.tolist(), result.value) == ([1, 2], {"score": 2 * TOP - 2})


def test_scores_too_far_apart_for_too_many_pairs_are_refused():
    size = 400
    one, two = np.divmod(np.arange(size * size), size)
    scores = np.where(one == two, TOP, BOTTOM)

    with pytest.raises(errors.ScoresTooWide):
        solve(
            learner_ids=np.arange(size),
            sharer_ids=np.arange(size),
            sharer_slots=np.ones(size, dtype=int),
            pair_learner=one,
            pair_sharer=two,
            pair_score=scores,
        )


def test_a_pair_that_lowers_the_total_is_made_only_to_serve_more():
    learners, slots, pairs = [1, 2], {5: 1, 6: 1}, [(1, 5, 10), (2, 5, 3), (2, 6, -7)]

    assert solved(learners, slots, pairs, levels=("score",)).value == {"score": 10}
    assert solved(learners, slots, pairs).value == {"served": 2, "score": 3}


def test_one_more_place_never_serves_fewer():
    chance = Random(11)
    for _ in range(100):
        learners, slots, pairs = random_world(chance, spread=(3,))
        served = solved(learners, slots, pairs).value["served"]
        for sharer in slots:
            more = solved(learners, {**slots, sharer: slots[sharer] + 1}, pairs).value["served"]
            assert served <= more <= served + 1


def test_nobody_and_nothing_give_an_empty_answer():
    for world in (([], {}, []), ([1], {}, []), ([], {1: 1}, []), ([1], {2: 0}, [(1, 2, 5)])):
        result = solved(*world)
        assert (len(result.chosen), result.value) == (0, {"served": 0, "score": 0})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"learner_ids": [1, 1]}, errors.DuplicateId),
        ({"sharer_ids": [5, 5]}, errors.DuplicateId),
        ({"pair_learner": [1, 3]}, errors.UnknownId),
        ({"pair_sharer": [5, 7]}, errors.UnknownId),
        ({"pair_learner": [1, 1], "pair_sharer": [5, 5]}, errors.DuplicatePair),
        ({"pair_learner": [1, 2, 1], "pair_sharer": [5, 5, 5], "pair_score": [1, 2, 3]}, errors.DuplicatePair),
        ({"sharer_slots": [1, -1]}, errors.NegativeSlots),
        ({"sharer_slots": [1]}, errors.LengthsDiffer),
        ({"pair_score": [1]}, errors.LengthsDiffer),
        ({"pair_score": [1.5, 2.0]}, errors.NotWholeNumbers),
        ({"pair_score": [1.0, 2.0]}, errors.NotWholeNumbers),
        ({"pair_score": [True, False]}, errors.NotWholeNumbers),
        ({"pair_score": [2**63, 1]}, errors.NotWholeNumbers),
        ({"pair_score": [2**64, 1]}, errors.NotWholeNumbers),
        ({"pair_score": ["1", "2"]}, errors.NotWholeNumbers),
        ({"pair_score": [[1, 2]]}, errors.NotWholeNumbers),
        ({"learner_ids": [1.0, 2.0]}, errors.NotWholeNumbers),
        ({"levels": ()}, errors.UnknownLevel),
        ({"levels": ("served", "served")}, errors.UnknownLevel),
        ({"levels": ("fairness",)}, errors.UnknownLevel),
        ({"seed": 1.5}, errors.NotWholeNumbers),
        ({"levels": ("served", "fixed")}, errors.UnknownLevel),
        ({"pair_fixed": [2, 0]}, errors.OutOfRange),
        ({"pair_kept": [0, -1]}, errors.OutOfRange),
        ({"learner_waited": [-1, 0]}, errors.OutOfRange),
        ({"learner_region": [0, -1]}, errors.OutOfRange),
        ({"sharer_load": [-1, 0]}, errors.OutOfRange),
        ({"pair_skill": [1]}, errors.LengthsDiffer),
        ({"learner_waited": [1]}, errors.LengthsDiffer),
        ({"sharer_load": [1, 2, 3]}, errors.LengthsDiffer),
        ({"learner_waited": [0.5, 1]}, errors.NotWholeNumbers),
        ({"pair_fixed": [1, 1], "pair_sharer": [5, 5]}, errors.FixedPairsClash),
    ],
)
def test_nonsense_is_refused_by_name(change, error):
    sense = {
        "learner_ids": [1, 2],
        "sharer_ids": [5, 6],
        "sharer_slots": [1, 1],
        "pair_learner": [1, 2],
        "pair_sharer": [5, 6],
        "pair_score": [3, 4],
    }
    assert len(solve(**sense).chosen) == 2
    with pytest.raises(error):
        solve(**{**sense, **change})
    assert issubclass(error, ValueError)


def test_what_is_handed_in_is_left_as_it_was():
    arrays = [np.array(values) for values in ([2, 1], [6, 5], [1, 1], [2, 1, 1], [5, 6, 5], [3, 4, 4])]
    before = [array.copy() for array in arrays]
    names = ("learner_ids", "sharer_ids", "sharer_slots", "pair_learner", "pair_sharer", "pair_score")
    solve(**dict(zip(names, arrays, strict=True)))

    assert all((array == copy).all() for array, copy in zip(arrays, before, strict=True))
