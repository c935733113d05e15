"""The comparison is fair only if the other ways are written right."""

from random import Random

from matching.bench import __main__, rivals
from matching.engine.tests.worlds import full_instance


def test_deferred_acceptance_leaves_no_two_who_would_both_rather_have_each_other():
    chance = Random(3)
    for _ in range(200):
        world = full_instance(chance, most=6)
        to_learner, to_sharer = world.pair_score, chance.choice([1, -1]) * world.pair_score
        chosen = rivals.deferred_acceptance(world, to_learner, to_sharer).tolist()
        learners, sharers = world.pair_learner.tolist(), world.pair_sharer.tolist()
        places = dict(zip(world.sharer_ids.tolist(), world.sharer_slots.tolist(), strict=True))
        has = {learners[at]: at for at in chosen}
        assert len(has) == len(chosen)
        for at in set(range(len(learners))) - set(chosen):
            mine = [one for one in chosen if sharers[one] == sharers[at]]
            would_ask = learners[at] not in has or to_learner[has[learners[at]]] < to_learner[at]
            would_take = len(mine) < places[sharers[at]] or any(to_sharer[one] < to_sharer[at] for one in mine)
            assert not (would_ask and would_take)


def test_the_bench_runs_and_every_solver_finds_the_same_optimum(capsys):
    small = ["--people", "150", "--fewer-people", "80", "--runs", "1", "--small-rounds", "1", "--refusals", "1"]

    assert __main__.main(small) == 0
    assert capsys.readouterr().out.count("the solvers' optima are the same") == 2
