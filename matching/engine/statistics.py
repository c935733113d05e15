"""Count what a round would do: who is served, how pairs score, how sharers are loaded, which skills are short."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.criteria import FULL
from matching.engine.facts import Instance, Ints
from matching.engine.network import rows_of
from matching.engine.reading import NumberedFacts
from matching.engine.settings import Settings

BINS = 10


def of(numbered: NumberedFacts, settings: Settings, instance: Instance, chosen: Ints) -> dict[str, Any]:
    """Return all numbers about a proposal as JSON. Learners are those who could be matched: a wish, room, hours.

    ``by_region``: {code: {learners, served}}, "" for those who told none. ``by_language``: the same; a learner counts
    under every language they speak well enough to be matched in, so the sums exceed the whole. ``scores``: how many
    pairs score in each tenth of the most any pair can have. ``load``: {live matches a sharer has with this round's: how
    many sharers}. ``shortages``: see the function of that name.
    """
    learners = rows_of(instance.learner_ids, numbered.ids)
    served = np.isin(instance.learner_ids, instance.pair_learner[chosen])
    speaks = numbered.comfort[learners] > 0
    after = instance.sharer_load + _times(instance.pair_sharer[chosen], instance.sharer_ids)
    loads, sharers = np.unique(after, return_counts=True)
    most = FULL * sum(settings.weights.values())
    tenth = np.minimum(instance.pair_score[chosen] * BINS // max(1, most), BINS - 1)
    regions = np.arange(len(numbered.region_codes)) == numbered.region[learners][:, None]
    return {
        "by_region": _served_by(numbered.region_codes, regions, served),
        "by_language": _served_by(numbered.language_codes, speaks, served),
        "scores": {"most": most, "bins": np.bincount(tenth, minlength=BINS).tolist()},
        "load": {str(load): count for load, count in zip(loads.tolist(), sharers.tolist(), strict=True)},
        "shortages": shortages(numbered, instance, chosen),
    }


def shortages(numbered: NumberedFacts, instance: Instance, chosen: Ints) -> list[dict[str, int]]:
    """Return the skills that more learners wish than there are places to learn them, the shortest first.

    ``learners`` wish the skill. ``sharers`` share it and have ``places`` between them, whatever else they share. So at
    least ``short`` of these learners cannot learn it in this round, whoever is matched with whom. ``left`` of them got
    nothing at all.
    """
    learners, sharers = (rows_of(ids, numbered.ids) for ids in (instance.learner_ids, instance.sharer_ids))
    wishes = np.zeros(numbered.offer_level.shape, dtype=np.bool_)
    wishes[numbered.wish_skill, numbered.wish_person] = True
    wishes, offers = wishes[:, learners], numbered.offer_level[:, sharers] > 0
    is_left = ~np.isin(instance.learner_ids, instance.pair_learner[chosen])
    wanted, places = wishes.sum(axis=1), offers @ instance.sharer_slots
    columns = {
        "skill": numbered.skill_ids,
        "learners": wanted,
        "sharers": offers.sum(axis=1),
        "places": places,
        "short": wanted - places,
        "left": wishes @ is_left.astype(np.int64),
    }
    order = np.lexsort((columns["skill"], -columns["short"]))
    is_short = order[columns["short"][order] > 0]
    table = [column[is_short].tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*table, strict=True)]


def _served_by(codes: tuple[str, ...], belongs: NDArray[np.bool_], served: NDArray[np.bool_]) -> dict[str, Any]:
    learners, of_them = belongs.sum(axis=0).tolist(), belongs[served].sum(axis=0).tolist()
    return {
        code: {"learners": count, "served": got}
        for code, count, got in zip(codes, learners, of_them, strict=True)
        if count
    }


def _times(values: Ints, ids: Ints) -> Ints:
    return np.bincount(rows_of(values, ids), minlength=len(ids))
