"""Small instances and small sets of facts, and slow, plain answers to compare the engine's with."""

from dataclasses import fields, replace
from random import Random

import numpy as np

from matching.engine import solve
from matching.engine.criteria import CRITERIA
from matching.engine.facts import LEVELS, Facts, Instance, Languages, Offers, People, Wishes

LEVEL_SETTINGS = (("served", "score"), ("score",), ("score", "served"), ("served",))
WEEK = 672
WEIGHTS = {name: 1 + 3 * place % 11 for place, name in enumerate(CRITERIA)}  # no two the same


def instance(learners, slots, pairs, levels=("served", "score"), seed=0):
    """An Instance of a list of learner ids, {sharer id: places} and [(learner, sharer, score)]."""

    def column(values):
        return np.array(list(values), dtype=np.int64)

    return Instance(
        learner_ids=column(learners),
        sharer_ids=column(slots),
        sharer_slots=column(slots.values()),
        pair_learner=column(pair[0] for pair in pairs),
        pair_sharer=column(pair[1] for pair in pairs),
        pair_score=column(pair[2] for pair in pairs),
        levels=levels,
        seed=seed,
    )


def solved(learners, slots, pairs, levels=("served", "score"), **options):
    """``solve`` as others call it, with lists."""
    return solve(
        levels=levels,
        learner_ids=list(learners),
        sharer_ids=list(slots),
        sharer_slots=list(slots.values()),
        pair_learner=[pair[0] for pair in pairs],
        pair_sharer=[pair[1] for pair in pairs],
        pair_score=[pair[2] for pair in pairs],
        **options,
    )


def random_world(chance: Random, most=5, spread=(0, 3, 1000, 2**62, 2**63 - 1)):
    """Learners, slots and pairs: up to ``most`` people a side, ids of any sign in any order, scores near and far."""
    learners = chance.sample(range(-9, 9), chance.randint(0, most))
    slots = {sharer: chance.randint(0, 3) for sharer in chance.sample(range(-9, 9), chance.randint(0, most))}
    wide = chance.choice(spread)
    density = chance.choice((0.3, 0.6, 1))
    pairs = [(one, two, chance.randint(-wide, wide)) for one in learners for two in slots if chance.random() < density]
    chance.shuffle(pairs)
    return learners, slots, pairs


def full_instance(chance: Random, most=4, levels=LEVELS, spread=(0, 1, 3, 1000)):
    """A random round with something for every level, few different numbers so that there are ties to break."""
    world = instance(*random_world(chance, most=most, spread=spread), levels=levels, seed=chance.randint(-9, 2**70))
    most_waited, regions, load = chance.choice((0, 1, 3)), chance.choice((1, 2, 3)), chance.choice((0, 1, 4))
    for column, draw in (
        (world.pair_fixed, lambda: chance.random() < 0.1),
        (world.pair_kept, lambda: chance.random() < 0.3),
        (world.learner_waited, lambda: chance.randint(0, most_waited)),
        (world.learner_region, lambda: chance.randint(0, regions)),
        (world.sharer_load, lambda: chance.randint(0, load)),
    ):
        column[:] = [draw() for _ in column]
    return world


def fixed_pairs_fit(world: Instance) -> bool:
    """Whether no learner is fixed twice, and no sharer more often than they have places."""
    is_fixed = world.pair_fixed == 1
    learners, sharers = world.pair_learner[is_fixed].tolist(), world.pair_sharer[is_fixed].tolist()
    places = dict(zip(world.sharer_ids.tolist(), world.sharer_slots.tolist(), strict=True))
    return len(set(learners)) == len(learners) and all(sharers.count(one) <= places[one] for one in sharers)


def side_by_side(worlds: list[Instance]) -> tuple[Instance, list[Instance]]:
    """One round made of small ones that share no person and no region, and these as they stand in it.

    Each level adds up over them, so the best set of pairs of the whole is the best of each.
    """
    parts = [
        replace(
            world,
            learner_ids=world.learner_ids + 20 * number,
            pair_learner=world.pair_learner + 20 * number,
            sharer_ids=world.sharer_ids + 20 * number,
            pair_sharer=world.pair_sharer + 20 * number,
            learner_region=world.learner_region + 5 * number,
            seed=worlds[0].seed,
        )
        for number, world in enumerate(worlds)
    ]
    columns = [column.name for column in fields(Instance) if column.name not in {"levels", "seed"}]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    return replace(parts[0], **joined), parts


def small_facts(seed: int, people: int = 18) -> Facts:
    """A crowded little world in which every hard rule bites now and then; in no order."""
    chance = Random(seed)
    ids = chance.sample(range(1, 10_000), people)

    def rows(keys, most):
        found = [
            (one, key)
            for one in ids
            for key in chance.sample(keys, chance.choice([0, *range(1, most + 1), *range(1, most + 1)]))
        ]
        chance.shuffle(found)
        return found

    offers, wishes = rows([7, 3, 5], 2), rows([3, 5, 7, 9], 2)
    languages = rows(["en", "fr", "ar"], 3)
    return Facts(
        people=People(
            id=ids,
            region=[chance.choice(["MENA", "LAC", "SSA", ""]) for _ in ids],
            region_wish=[chance.choice(["either", "either", "either", "same", "other"]) for _ in ids],
            places_to_learn=[chance.choice([-1, 0, 1, 1, 1, 2]) for _ in ids],
            places_to_help=[chance.choice([-1, 0, 1, 1, 2]) for _ in ids],
            slots=np.array([small_weeks(chance) for _ in ids]),
            waited=[chance.choice([0, 0, 1, 3]) for _ in ids],
            load=[chance.choice([0, 0, 1, 2]) for _ in ids],
            freshness=[chance.choice([0, 30, 31, 100, 364, 365, 2000]) for _ in ids],
        ),
        offers=Offers(
            person=[one for one, _ in offers],
            skill=[key for _, key in offers],
            level=[chance.randint(1, 4) for _ in offers],
        ),
        wishes=Wishes(
            person=[one for one, _ in wishes],
            skill=[key for _, key in wishes],
            priority=[chance.randint(1, 3) for _ in wishes],
        ),
        languages=Languages(
            person=[one for one, _ in languages],
            code=[key for _, key in languages],
            level=[chance.randint(0, 6) for _ in languages],
            is_preferred=[chance.random() < 0.4 for _ in languages],
        ),
        apart=[tuple(chance.sample([*ids, 10_001], 2)) for _ in range(people // 2)],
        asked_for=[tuple(chance.sample([*ids, 10_001], 2)) for _ in range(people)],
    )


def small_weeks(chance: Random):
    """Four weeks, a few stretches at a few likely times; sometimes around the end of a week, sometimes one shifts."""
    week = np.zeros(WEEK, dtype=bool)
    for _ in range(chance.randint(1, 5)):
        begins = chance.choice([0, 30, 60, 61, 62, 63, 64, 300, 665, 668])
        week[begins : begins + chance.randint(3, 12)] = True
    weeks = [week.copy() for _ in range(4)]
    if chance.random() < 0.3:
        weeks[3] = np.roll(week, 4)
    return np.concatenate(weeks)
