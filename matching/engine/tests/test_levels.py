"""Every level against plain truth, on many small rounds: everything tried, and SciPy's linear programmes."""

from collections import Counter
from fractions import Fraction
from itertools import cycle, pairwise, permutations
from math import lcm
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_diag, coo_array, csr_array, vstack

from matching.engine import errors
from matching.engine.facts import LEVELS
from matching.engine.levels import TIE_BREAK, levels_of, region_costs, stages
from matching.engine.network import Network
from matching.engine.settings import PRESETS, Settings
from matching.engine.solving import solve_instance
from matching.engine.tests.trying import best_and_its_worth
from matching.engine.tests.worlds import fixed_pairs_fit, full_instance, instance, side_by_side

ORDERS = [*PRESETS.values(), *(("fixed", *rest) for rest in permutations(LEVELS[1:]))]


def solved_rounds(orders, seed, *, sizes, most=4):
    """A random round for each order of the levels, of one or more small ones, with what the engine makes of it; every
    fifth solved level by level.

    Most of the time of solving goes into each call, whatever the size: small rounds side by side cost little more than
    one, and are tried one by one all the same.
    """
    chance = Random(seed)
    for number, (levels, size) in enumerate(zip(orders, cycle(sizes), strict=False)):
        small = []
        while len(small) < size:
            world = full_instance(chance, most=most, levels=levels)
            small += [world] if fixed_pairs_fit(world) else []
        world, parts = side_by_side(small)
        plan = tuple((level,) for level in (*levels, TIE_BREAK)) if number % 5 == 0 else None
        yield world, parts, solve_instance(world, plan)


@pytest.mark.parametrize("number", [60, pytest.param(240, marks=pytest.mark.chaos)])
@pytest.mark.parametrize("preset", PRESETS)
def test_no_set_of_pairs_is_better_at_any_level_of_a_preset(preset, number):
    """300 small rounds, or 1,200."""
    for world, parts, result in solved_rounds([PRESETS[preset]] * number, preset, sizes=(1, 2, 3, 14)):
        assert (result.chosen.tolist(), worth(result)) == best_of_all(parts), world


@pytest.mark.parametrize("share", [4, pytest.param(1, marks=pytest.mark.chaos)])
def test_no_set_of_pairs_is_better_in_any_other_order_of_the_levels(share):
    """1,540 small rounds, or a quarter of them: every order of all levels, and 200 of some."""
    chance = Random(5)
    orders = [("fixed", *chance.sample(LEVELS[1:], chance.randint(1, 6))) for _ in range(200)] + ORDERS
    for world, parts, result in solved_rounds(chance.sample(orders, len(orders) // share), 6, sizes=(1, 1, 3)):
        assert (result.chosen.tolist(), worth(result)) == best_of_all(parts), world


def best_of_all(parts):
    """The best set of pairs of rounds side by side, each tried against every other set, and its worth by level."""
    chosen, worth, first = [], Counter(), 0
    for part in parts:
        best, its_worth = best_and_its_worth(part)
        chosen += [first + at for at in best]
        worth.update({level: value for level, value in its_worth.items() if level in part.levels})
        first += len(part.pair_score)
    return chosen, {level: value for level, value in worth.items() if level != "equity"}


def worth(result):
    """The engine's value by level, but for equity, which it rounds: which set it chose shows whether that is right."""
    return {level: value for level, value in result.value.items() if level != "equity"}


@pytest.mark.parametrize("preset", PRESETS)
def test_linear_programmes_find_the_same_optimum_level_by_level(preset):
    """All rounds in one programme: they share nothing, so the best of the whole is the best of each."""
    orders = [PRESETS[preset]] * 60  # 300 small rounds
    found = solved_rounds(orders, f"programmes of {preset}", sizes=(1, 2, 3, 14), most=7)
    rounds = [(world, result) for world, _, result in found]
    networks = [Network.of(world) for world, _ in rounds]
    levels = [levels_of(world, network) for (world, _), network in zip(rounds, networks, strict=True)]
    flows_meet = block_diag([conservation(network) for network in networks], format="csr")
    supply = np.concatenate([network.supply for network in networks])
    limits = np.concatenate([network.capacity for network in networks])
    reached, floor = csr_array((0, len(limits))), np.zeros(0)
    for level in PRESETS[preset]:
        gains = [gain_per_arc(each[level], network) for each, network in zip(levels, networks, strict=True)]
        wanted = np.array([result.value[level] - start for (_, result), (_, start) in zip(rounds, gains, strict=True)])
        by_round = block_diag([coo_array(gain[None, :]) for gain, _ in gains], format="csr")
        answer = linprog(
            -np.concatenate([gain for gain, _ in gains]),
            A_ub=-reached if len(floor) else None,
            b_ub=-floor + 1e-6 if len(floor) else None,
            A_eq=flows_meet,
            b_eq=supply,
            bounds=np.stack([np.zeros(len(limits)), limits], axis=1),
            method="highs",
        )
        assert np.allclose(by_round @ answer.x, wanted, atol=0.1), level  # whole numbers: what differs does so by one
        reached, floor = vstack([reached, by_round], format="csr"), np.concatenate([floor, wanted])


def conservation(network):
    arcs = np.arange(len(network.source))
    ones = np.ones(len(arcs))
    shape = (len(network.supply), len(arcs))
    return coo_array((ones, (network.source, arcs)), shape) - coo_array((ones, (network.target, arcs)), shape)


def gain_per_arc(level, network):
    """What each arc adds to the level's total, and what the total begins with: everybody served."""
    gain = np.zeros(len(network.source))
    gain[network.pair_arc] = level.pair
    gain[network.left_out_arc] = -level.left_out
    gain[network.region_arc] = -level.region
    gain[network.place_arc] = -level.place
    return gain, sum(level.left_out.tolist())


def test_all_levels_are_solved_at_once_where_the_numbers_are_small_and_each_alone_where_they_are_not():
    small = instance([1, 2, 3], {7: 2, 8: 1}, [(1, 7, 5), (2, 7, 3), (3, 8, 4)], levels=LEVELS)
    large = instance([1, 2, 3], {7: 2, 8: 1}, [(1, 7, 5), (2, 7, 2**58), (3, 8, 4)], levels=LEVELS)

    assert stages_of(small) == (("fixed",), LEVELS[1:], (TIE_BREAK,))
    assert stages_of(large) == (("fixed",), LEVELS[1:4], ("score",), LEVELS[5:], (TIE_BREAK,))


def stages_of(world):
    network = Network.of(world)
    return stages(levels_of(world, network), network)


@pytest.mark.parametrize("sizes", [(1, 2, 3, 7), (1, 1, 1), (12, 18, 30, 36), (1, 999, 1000), (5, 310, 311, 2003)])
def test_rounding_never_changes_which_region_is_next(sizes):
    """The cost of one more left out is in the very order of the exact fractions, equals included."""
    learners = [region * 10_000 + one for region, size in enumerate(sizes) for one in range(size)]
    world = instance(learners, {}, [], levels=LEVELS)
    world.learner_region[:] = np.repeat(np.arange(len(sizes)), sizes)
    network = Network.of(world)
    costs = region_costs(network, np.array(sizes)).tolist()
    whole = lcm(*sizes)
    exact = [
        (2 * nth - 1) * (whole // sizes[of])
        for of, nth in zip(network.region_of.tolist(), network.region_nth.tolist(), strict=True)
    ]
    order = sorted(range(len(exact)), key=exact.__getitem__)

    for one, other in pairwise(order):
        assert (exact[one] < exact[other]) == (costs[one] < costs[other])
        assert costs[one] <= costs[other]


def test_each_region_leaves_out_its_share():
    """Sixty learners, thirty places, everybody can go anywhere: half of each region, and of the single one … one."""
    sizes = {1: 30, 2: 20, 3: 9, 0: 1}
    regions = [region for region, size in sizes.items() for _ in range(size)]
    world = instance(
        range(60), {100: 30}, [(learner, 100, regions[learner] * 10) for learner in range(60)], levels=LEVELS
    )
    world.learner_region[:] = regions
    result = solve_instance(world)
    served = [regions[at] for at in world.pair_learner[result.chosen].tolist()]

    assert [served.count(region) for region in sizes] in ([15, 10, 4, 1], [15, 10, 5, 0])
    assert Fraction(-result.value["equity"], 30**2) - 15 < Fraction(1, 2)


def test_who_waited_long_comes_before_two_who_waited_less_only_if_as_many_are_served():
    world = instance([1, 2, 3], {7: 1, 8: 1}, [(1, 7, 1), (2, 7, 1), (2, 8, 1), (3, 8, 1)], levels=LEVELS)
    world.learner_waited[:] = [1, 5, 1]

    result = solve_instance(world)
    assert (result.value["served"], result.value["waiting"]) == (2, 26)


def test_presets_differ_in_what_they_give_up():
    """Two can be served with poor scores, or one with a splendid one; the second of them has waited."""
    pairs = [(1, 7, 100), (1, 8, 1), (2, 7, 1)]
    found = {}
    for preset, order in PRESETS.items():
        world = instance([1, 2], {7: 1, 8: 1}, pairs, levels=order)
        world.learner_waited[:] = [0, 3]
        found[preset] = solve_instance(world).value
    assert [found[preset]["served"] for preset in PRESETS] == [2, 1, 2]
    assert [found[preset]["score"] for preset in PRESETS] == [2, 100, 2]
    assert found["longest_waiting"]["waiting"] == 9


def test_load_is_spread_over_sharers_and_counts_what_they_have_already():
    pairs = [(learner, sharer, 5) for learner in (1, 2, 3) for sharer in (7, 8)]
    world = instance([1, 2, 3], {7: 3, 8: 3}, pairs, levels=LEVELS)
    world.sharer_load[:] = [2, 0]

    result = solve_instance(world)
    assert sorted(world.pair_sharer[result.chosen].tolist()) in ([7, 8, 8], [8, 8, 8])
    assert result.value["spread"] == -9 or result.value["spread"] == -(3**2 - 2**2) - 2**2


def test_what_is_fixed_stays_whatever_it_costs():
    world = instance([1, 2], {7: 1, 8: 1}, [(1, 7, -50), (1, 8, 9), (2, 7, 9)], levels=LEVELS)
    world.pair_fixed[0] = 1
    result = solve_instance(world)

    assert result.chosen.tolist() == [0]
    assert (result.value["fixed"], result.value["served"]) == (1, 1)


def test_fixed_pairs_that_cannot_all_stand_are_refused_by_name_and_by_who():
    world = instance([1, 2, 3], {7: 1, 8: 1}, [(1, 7, 1), (2, 7, 1), (3, 7, 1), (3, 8, 1)], levels=LEVELS)
    world.pair_fixed[:] = [1, 1, 0, 0]
    with pytest.raises(errors.FixedPairsClash, match="sharers") as caught:
        solve_instance(world)
    assert (caught.value.learners, caught.value.sharers) == ((), (7,))

    world.pair_fixed[:] = [0, 0, 1, 1]
    with pytest.raises(errors.FixedPairsClash) as caught:
        solve_instance(world)
    assert (caught.value.learners, caught.value.sharers) == ((3,), ())


def test_a_repair_keeps_what_stands_before_it_looks_for_better_scores():
    assert Settings().for_repair().order == ("fixed", "served", "waiting", "equity", "keep", "score", "spread")
    assert Settings(preset="best_fit").for_repair().order[:3] == ("fixed", "keep", "score")
    assert Settings(levels=("served", "score")).for_repair().order == ("served", "score")

    pairs = [(1, 7, 5), (1, 8, 4), (2, 8, 9), (2, 7, 1)]
    world = instance([1, 2], {7: 1, 8: 1}, pairs, levels=Settings().for_repair().order)
    world.pair_kept[3] = 1
    assert solve_instance(world).chosen.tolist() == [1, 3]
