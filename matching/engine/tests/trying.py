"""Every allowed set of pairs of a small round, and what each is worth at each level: plain, exact, all at once."""

from collections import Counter
from math import lcm

import numpy as np

from matching.engine.checker_costs import CheckedInstance


def best_and_its_worth(world):
    """The best set of pairs, tried against every other, and its worth by level."""
    sets = all_sets(world)
    worth = worth_of_all(world, sets)
    left = np.arange(len(sets))
    for level in (*world.levels, "tie_break"):
        numbers = worth[level][left]
        left = left[numbers == numbers.max()]
    (best,) = left.tolist()
    return sets[best], {level: numbers[best] for level, numbers in worth.items()}


def all_sets(world):
    """Each allowed set as an ascending list of positions."""
    places = dict(zip(world.sharer_ids.tolist(), world.sharer_slots.tolist(), strict=True))
    ways: dict[int, list] = {}
    for position, (learner, sharer) in enumerate(
        zip(world.pair_learner.tolist(), world.pair_sharer.tolist(), strict=True)
    ):
        ways.setdefault(learner, []).append((position, sharer))
    sets = [([], ())]
    for some in ways.values():
        sets += [
            ([*chosen, position], (*taken, sharer))
            for chosen, taken in sets
            for position, sharer in some
            if taken.count(sharer) < places[sharer]
        ]
    return [sorted(chosen) for chosen, _ in sets]


def worth_of_all(world, sets):
    """By level an array of each set's worth, in whole numbers; equity as Σ k²/n times what makes that whole."""
    kind = object if largest_number(world) >= 2**20 else np.int64
    makes = np.zeros((len(sets), len(world.pair_score)), dtype=kind)
    for row, chosen in enumerate(sets):
        makes[row, chosen] = 1
    serves = makes @ one_hot(world.pair_learner, world.learner_ids.tolist(), kind)
    takes = makes @ one_hot(world.pair_sharer, world.sharer_ids.tolist(), kind)
    regions = sorted(set(world.learner_region.tolist()))
    size = Counter(world.learner_region.tolist())
    whole = lcm(*size.values())
    left = (1 - serves) @ one_hot(world.learner_region, regions, kind)
    load = world.sharer_load.astype(kind)
    known = {
        "fixed": makes @ world.pair_fixed.astype(kind),
        "served": serves.sum(axis=1),
        "waiting": serves @ world.learner_waited.astype(kind) ** 2,
        "equity": -(left**2) @ np.array([whole // size[region] for region in regions], dtype=kind),
        "score": makes @ world.pair_score.astype(kind),
        "spread": (load**2 - (load + takes) ** 2).sum(axis=1),
        "keep": makes @ world.pair_kept.astype(kind),
        "tie_break": makes @ CheckedInstance.of(world).pair_gain("tie_break").astype(kind),
    }
    nothing = np.zeros(len(sets), dtype=kind)
    return {level: known[level] + nothing for level in (*world.levels, "tie_break")}


def largest_number(world):
    columns = (world.pair_score, world.learner_waited, world.sharer_load)
    return max(abs(number) for column in columns for number in (0, *column.tolist()))


def one_hot(values, keys, kind):
    return (values[:, None] == np.array(keys, dtype=np.int64)[None, :]).astype(kind)
