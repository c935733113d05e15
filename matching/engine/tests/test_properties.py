"""What must hold of any round whatever: hypothesis makes the rounds up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching.engine import errors, propose, solve
from matching.engine.facts import LEVELS
from matching.engine.settings import PRESETS, Settings
from matching.engine.solving import solve_instance
from matching.engine.tests import oracle
from matching.engine.tests.trying import best_and_its_worth
from matching.engine.tests.worlds import instance, small_facts

TOP = 2**63 - 1
FEW, SCORES = st.integers(0, 3), st.integers(-3, 3)
EDGES = st.sampled_from([0, 1, 2**31, 2**32 - 1, 2**61, TOP])
ORDERS = st.sampled_from(list(PRESETS.values())) | st.permutations(LEVELS[1:]).map(lambda rest: ("fixed", *rest))


@st.composite
def rounds(draw, most=5, numbers=FEW, scores=SCORES, orders=ORDERS):
    """A round whose fixed pairs fit."""
    learners = draw(st.lists(st.integers(0, 50), max_size=most, unique=True))
    sharers = draw(st.lists(st.integers(0, 50), max_size=most, unique=True))
    slots = {sharer: draw(st.integers(0, 2)) for sharer in sharers}
    keys = [(one, two) for one in learners for two in sharers if draw(st.integers(0, 3))]
    world = instance(learners, slots, [(*key, draw(scores)) for key in keys], levels=draw(orders), seed=draw(numbers))
    for column, values in (
        (world.pair_kept, st.integers(0, 1)),
        (world.learner_waited, numbers),
        (world.learner_region, st.integers(0, 3)),
        (world.sharer_load, numbers),
    ):
        column[:] = [draw(values) for _ in column]
    places = dict(slots)
    for at in draw(st.permutations(range(len(keys))))[: draw(st.integers(0, 2))]:
        one, two = keys[at]
        if places[two] and one not in world.pair_learner[world.pair_fixed == 1]:
            world.pair_fixed[at], places[two] = 1, places[two] - 1
    return world


@given(world=rounds())
def test_the_rules_hold_and_what_is_fixed_stays(world):
    chosen = solve_instance(world).chosen
    learners, sharers = world.pair_learner[chosen].tolist(), world.pair_sharer[chosen].tolist()

    assert len(set(learners)) == len(learners)
    for sharer, places in zip(world.sharer_ids.tolist(), world.sharer_slots.tolist(), strict=True):
        assert sharers.count(sharer) <= places
    assert set(np.flatnonzero(world.pair_fixed).tolist()) <= set(chosen.tolist())


@given(world=rounds())
def test_levels_after_served_lose_no_learner(world):
    """Nor does waiting before served: whom one can serve at once is a matroid."""
    served = solve_instance(replace(world, levels=("fixed", "served"))).value["served"]
    later = [level for level in world.levels if level not in ("fixed", "served", "waiting")]

    for order in (("fixed", "served", "waiting", *later), ("fixed", "waiting", "served", *later)):
        assert solve_instance(replace(world, levels=order)).value["served"] == served


@given(world=rounds(orders=st.sampled_from([PRESETS["most_people"], PRESETS["longest_waiting"]])), data=st.data())
def test_one_more_place_never_serves_fewer(world, data):
    assume(len(world.sharer_ids))
    served = solve_instance(world).value["served"]
    slots = world.sharer_slots.copy()
    slots[data.draw(st.integers(0, len(slots) - 1))] += 1

    assert served <= solve_instance(replace(world, sharer_slots=slots)).value["served"] <= served + 1


@given(world=rounds(), data=st.data())
def test_the_order_of_the_input_changes_nothing(world, data):
    def order(column):
        return np.array(data.draw(st.permutations(range(len(column)))), dtype=np.int64)

    rows = {"learner": order(world.learner_ids), "sharer": order(world.sharer_ids), "pair": order(world.pair_score)}
    columns = {name: column for name, column in vars(world).items() if isinstance(column, np.ndarray)}
    shuffled = replace(world, **{name: column[rows[name.split("_")[0]]] for name, column in columns.items()})
    one, other = solve_instance(world), solve_instance(shuffled)

    assert sorted(one.chosen.tolist()) == sorted(rows["pair"][other.chosen].tolist())
    assert one.value == other.value
    for straight, mixed in zip(one.duals, other.duals, strict=True):
        learners, sharers = len(world.learner_ids), len(world.sharer_ids)
        assert np.array_equal(straight[rows["learner"]], mixed[:learners])
        assert np.array_equal(straight[learners + rows["sharer"]], mixed[learners : learners + sharers])
        assert np.array_equal(straight[learners + sharers :], mixed[learners + sharers :])


@given(world=rounds(most=3, numbers=EDGES, scores=st.integers(-TOP, TOP)))
def test_64_bits_never_wrap(world):
    """Waits, loads and scores at the edge: solved exactly, or, were it too much, refused by name."""
    result = solve_instance(world)
    best, worth = best_and_its_worth(world)

    assert result.chosen.tolist() == best
    assert all(value == worth[level] for level, value in result.value.items() if level != "equity")


def test_numbers_too_wide_for_a_large_round_are_refused_not_wrapped():
    size = 400
    one, two = np.divmod(np.arange(size * size), size)
    round_ = {
        "learner_ids": np.arange(size),
        "sharer_ids": np.arange(size),
        "sharer_slots": np.ones(size, dtype=int),
        "pair_learner": one,
        "pair_sharer": two,
        "pair_score": one + two,
    }
    for column in ("learner_waited", "sharer_load"):
        with pytest.raises(errors.ScoresTooWide):
            solve(**round_, **{column: np.arange(size) * 2**50}, levels=("fixed", "waiting", "served", "spread"))


@given(seed=st.integers(0, 10**6), preset=st.sampled_from(list(PRESETS)))
def test_no_hard_rule_is_ever_broken(seed, preset):
    facts = small_facts(seed)
    people = oracle.people_of(facts)
    for pair in propose(facts, Settings(preset=preset), seed).pairs:
        assert oracle.is_feasible(people[pair.learner], people[pair.sharer])
