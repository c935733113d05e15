"""Choose the best set of pairs from ids, places and scored pairs, and prove it before returning it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import checker, errors
from matching.engine.facts import LEVELS, OPTIONAL_COLUMNS, Instance, Ints, Result
from matching.engine.flow import solve_in_turn
from matching.engine.levels import combined, cost_of, levels_of, stages, values_of
from matching.engine.network import Network, rows_of

Stages = tuple[tuple[str, ...], ...]


def solve(
    *,
    learner_ids: Sequence[int] | NDArray[Any],
    sharer_ids: Sequence[int] | NDArray[Any],
    sharer_slots: Sequence[int] | NDArray[Any],
    pair_learner: Sequence[int] | NDArray[Any],
    pair_sharer: Sequence[int] | NDArray[Any],
    pair_score: Sequence[int] | NDArray[Any],
    pair_skill: Sequence[int] | NDArray[Any] = (),
    pair_fixed: Sequence[int] | NDArray[Any] = (),
    pair_kept: Sequence[int] | NDArray[Any] = (),
    learner_waited: Sequence[int] | NDArray[Any] = (),
    learner_region: Sequence[int] | NDArray[Any] = (),
    sharer_load: Sequence[int] | NDArray[Any] = (),
    levels: Sequence[str] = LEVELS,
    seed: int = 0,
) -> Result:
    """Choose the best set of pairs: each learner in at most one, each sharer in at most as many as they have slots.

    ``pair_learner`` and ``pair_sharer`` hold ids: any 64-bit numbers, in any order. Learners and sharers are numbered
    apart, so the same id may be in both lists. A column that is left out holds zeros.

    The levels count one after the other, see ``docs/matching.md``. Being left out scores 0. So with
    ``levels=("score",)`` no pair lowers the total, while ``("served", "score")`` also takes pairs of negative score if
    that serves more learners. Of equally good sets one is drawn by lot, from the seed and the ids, never from the order
    of the input.

    The result is proven before it is returned. Raise an InstanceError if the numbers make no sense, FixedPairsClash if
    not all fixed pairs can be made, ScoresTooWide if the scores are too far apart to solve. Scores may be any 64-bit
    numbers: where the fast solver has too few bits, Python's integers are used, so no number ever overflows.
    """
    instance = Instance(
        learner_ids=_ints("learner_ids", learner_ids),
        sharer_ids=_ints("sharer_ids", sharer_ids),
        sharer_slots=_ints("sharer_slots", sharer_slots),
        pair_learner=_ints("pair_learner", pair_learner),
        pair_sharer=_ints("pair_sharer", pair_sharer),
        pair_score=_ints("pair_score", pair_score),
        pair_skill=_ints("pair_skill", pair_skill),
        pair_fixed=_ints("pair_fixed", pair_fixed),
        pair_kept=_ints("pair_kept", pair_kept),
        learner_waited=_ints("learner_waited", learner_waited),
        learner_region=_ints("learner_region", learner_region),
        sharer_load=_ints("sharer_load", sharer_load),
        levels=tuple(levels),
        seed=seed,
    )
    return solve_instance(instance)


def solve_instance(instance: Instance, plan: Stages | None = None) -> Result:
    """Do the work of ``solve`` for a complete instance; raise an InstanceError if its numbers make no sense together.

    ``plan``: which levels to solve at once, so that a stored round is solved again as it was; otherwise it is decided
    here.
    """
    _refuse_nonsense(instance)
    learners, sharers = np.argsort(instance.learner_ids), np.argsort(instance.sharer_ids)
    pairs = np.lexsort((instance.pair_sharer, instance.pair_learner))
    ordered = _in_order(instance, learners, sharers, pairs)
    _refuse_repeats(ordered)
    network = Network.of(ordered)
    _refuse_clashes(ordered)
    levels = levels_of(ordered, network)
    plan = plan or stages(levels, network)
    costs = (cost_of(combined([levels[name] for name in stage]), network) for stage in plan)
    flow, prices = solve_in_turn(network, costs, _price_of_fixed(ordered, network))
    value = values_of(levels, network, flow)
    behind = np.arange(len(learners) + len(sharers), len(network.supply))  # the regions and the sink
    nodes = np.argsort(np.concatenate([learners, len(learners) + sharers, behind]))
    result = Result(
        chosen=np.sort(pairs[np.flatnonzero(flow[network.pair_arc])]),
        value={level: value[level] for level in instance.levels},
        duals=tuple(price[nodes] for price in prices),
        stages=plan,
    )
    checker.check(instance, result)
    return result


def _in_order(instance: Instance, learners: Ints, sharers: Ints, pairs: Ints) -> Instance:
    """Return the same instance with learners, sharers and pairs in these orders."""
    rows = {"learner": learners, "sharer": sharers, "pair": pairs}
    columns = {
        column.name: getattr(instance, column.name)[rows[column.name.partition("_")[0]]]
        for column in fields(Instance)
        if column.name not in {"levels", "seed"}
    }
    return replace(instance, **columns)


def _price_of_fixed(ordered: Instance, network: Network) -> Ints | None:
    """Return the prices that prove the level "fixed", or None if it is not asked for.

    It needs no solving, because all fixed pairs fit.
    """
    if ordered.levels[0] != "fixed":
        return None
    price = np.zeros(len(network.supply), dtype=np.int64)
    if ordered.pair_fixed.any():
        price[: len(ordered.learner_ids)] = -1
        price[network.source[network.pair_arc[ordered.pair_fixed == 1]]] = 0
    return price


def _ints(name: str, column: Sequence[int] | NDArray[Any]) -> Ints:
    """Return the column as a flat array of 64-bit integers; raise NotWholeNumbers if it is anything else."""
    values = np.asarray(column)
    if values.ndim != 1:
        raise errors.NotWholeNumbers(f"{name} is not a flat list")
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    if values.dtype.kind not in "iu" or (values.dtype == np.uint64 and values.max() > np.iinfo(np.int64).max):
        raise errors.NotWholeNumbers(f"{name} holds something else than whole numbers of 64 bits")
    return np.ascontiguousarray(values, dtype=np.int64)


def _refuse_nonsense(instance: Instance) -> None:
    """Raise an InstanceError if columns differ in length, numbers are out of range or levels unknown."""
    if len(instance.sharer_slots) != len(instance.sharer_ids):
        raise errors.LengthsDiffer("sharer_slots and sharer_ids")
    if not len(instance.pair_learner) == len(instance.pair_sharer) == len(instance.pair_score):
        raise errors.LengthsDiffer("pair_learner, pair_sharer and pair_score")
    for table, columns in OPTIONAL_COLUMNS.items():
        for column in columns:
            if len(getattr(instance, column)) != len(getattr(instance, table)):
                raise errors.LengthsDiffer(f"{column} and {table}")
    if (instance.sharer_slots < 0).any():
        raise errors.NegativeSlots("a sharer cannot have fewer than no places")
    for column in ("learner_waited", "learner_region", "sharer_load", "pair_fixed", "pair_kept"):
        if (getattr(instance, column) < 0).any():
            raise errors.OutOfRange(f"{column} holds numbers below 0")
    if (instance.pair_fixed > 1).any() or (instance.pair_kept > 1).any():
        raise errors.OutOfRange("pair_fixed and pair_kept are marks, 0 or 1")
    if not instance.levels or len(set(instance.levels)) < len(instance.levels) or set(instance.levels) - set(LEVELS):
        raise errors.UnknownLevel(f"levels are some of {LEVELS}, each once, not {instance.levels}")
    if "fixed" in instance.levels[1:]:
        raise errors.UnknownLevel("what is fixed counts before all else, or not at all")
    if isinstance(instance.seed, bool) or not isinstance(instance.seed, int):
        raise errors.NotWholeNumbers("the seed is not a whole number")


def _refuse_repeats(ordered: Instance) -> None:
    """Raise DuplicateId or DuplicatePair if anything is listed twice; rows are sorted, so repeats are neighbours."""
    for name, ids in (("learner_ids", ordered.learner_ids), ("sharer_ids", ordered.sharer_ids)):
        if (ids[1:] == ids[:-1]).any():
            raise errors.DuplicateId(f"{name} lists somebody twice")
    learner, sharer = ordered.pair_learner, ordered.pair_sharer
    if ((learner[1:] == learner[:-1]) & (sharer[1:] == sharer[:-1])).any():
        raise errors.DuplicatePair("a learner and a sharer are paired twice")


def _refuse_clashes(ordered: Instance) -> None:
    """Raise FixedPairsClash if the fixed pairs cannot all be made."""
    if "fixed" not in ordered.levels:
        return
    fixed = ordered.pair_fixed == 1
    learner, times = np.unique(ordered.pair_learner[fixed], return_counts=True)
    sharer, needed = np.unique(ordered.pair_sharer[fixed], return_counts=True)
    twice, full = learner[times > 1], sharer[needed > ordered.sharer_slots[rows_of(sharer, ordered.sharer_ids)]]
    if len(twice) or len(full):
        raise errors.FixedPairsClash(twice.tolist(), full.tolist())
