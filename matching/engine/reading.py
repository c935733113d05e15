"""Read facts into the tables the engine works on, and refuse nonsense with a named error.

People are rows in order of their id; skills, languages and regions are numbered from 0.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.engine.errors import (
    DuplicateId,
    FactsError,
    LengthsDiffer,
    NotWholeNumbers,
    UnknownId,
)
from matching.engine.facts import Column, Facts, Ints
from matching.engine.network import rows_of

SLOTS_A_WEEK = 7 * 24 * 4
REGION_WISHES = ("either", "same", "other")
FULLEST_COMFORT = 8  # native, and preferred


class LeastAsked(Protocol):
    """The minimum that a round asks of everybody; all that reading needs to know of its settings."""

    @property
    def min_language_level(self) -> int: ...

    @property
    def min_minutes_a_week(self) -> int: ...


@dataclass(frozen=True, eq=False)
class NumberedFacts:
    """The facts as tables: people are rows in order of their id; skills, languages and regions are numbers."""

    ids: Ints
    region: Ints  # 0 is "not told"
    region_wish: Ints  # position in REGION_WISHES
    places_to_learn: Ints
    places_to_help: Ints
    slots: NDArray[np.bool_]  # (people, weeks, SLOTS_A_WEEK)
    has_hours: NDArray[np.bool_]  # is free for as many minutes a week as the round asks of everybody
    waited: Ints
    load: Ints
    freshness: Ints  # days
    skill_ids: Ints
    offer_level: NDArray[np.int8]  # (skills, people); 0 is "does not share it"
    wish_person: Ints  # one per wish, by person, then skill
    wish_skill: Ints
    wish_priority: Ints
    language_codes: tuple[str, ...]
    comfort: NDArray[np.int8]  # (people, languages): level, 2 more where preferred; 0 below the level asked for
    spoken: NDArray[np.int8]  # (people, languages): level, however low
    apart: Ints  # (k, 2) rows
    fixed: Ints  # (k, 3) rows of learner and sharer, number of the skill; -1 for strangers
    kept: Ints  # (k, 3) the same; without those of strangers
    asked_for: Ints  # (k, 2) rows of learner and sharer
    region_codes: tuple[str, ...] = ("",)
    taken: NDArray[np.bool_] | None = None  # as slots; None: nobody's
    clock: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # a number of clocks, 0 for none
    clocks: Ints = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int64))  # (clocks, weeks, SLOTS_A_WEEK)


def read(facts: Facts, settings: LeastAsked) -> NumberedFacts:
    """Return the facts as tables, the same ones in whatever order the facts came.

    Raise an InstanceError if the facts make no sense: somebody listed twice, or not in people, or a value out of range.
    """
    people = facts.people
    ids = _ints("people.id", people.id)
    order = np.argsort(ids)
    ids = ids[order]
    if (ids[1:] == ids[:-1]).any():
        raise DuplicateId("somebody is in people twice")
    regions = np.unique(np.asarray(["", *people.region], dtype=np.str_))
    wishes = _column("people.region_wish", people.region_wish, len(ids), dtype=np.str_)
    if set(wishes.tolist()) - set(REGION_WISHES):
        raise FactsError(f"a region wish is one of {REGION_WISHES}")
    offers, wanted, spoken = facts.offers, facts.wishes, facts.languages
    skill_ids = np.union1d(_ints("offers.skill", offers.skill), _ints("wishes.skill", wanted.skill))
    offer_level = _matrix("offers", ids, offers.person, skill_ids, offers.skill, offers.level, 1, 4)
    priority = _matrix("wishes", ids, wanted.person, skill_ids, wanted.skill, wanted.priority, 1, 3)
    wish_person, wish_skill = np.nonzero(priority)
    codes = np.unique(np.asarray(spoken.code, dtype=np.str_))
    level = _matrix("languages", ids, spoken.person, codes, spoken.code, spoken.level, 0, 6)
    preferred = _matrix("preferred", ids, spoken.person, codes, spoken.code, spoken.is_preferred, 0, 1)
    slots = _weeks(people.slots, len(ids))[order]
    return NumberedFacts(
        ids=ids,
        region=np.searchsorted(regions, _column("people.region", people.region, len(ids), dtype=np.str_))[order],
        region_wish=np.array([REGION_WISHES.index(wish) for wish in wishes.tolist()], dtype=np.int64)[order],
        places_to_learn=_ints("people.places_to_learn", people.places_to_learn, len(ids))[order],
        places_to_help=_ints("people.places_to_help", people.places_to_help, len(ids))[order],
        slots=slots,
        has_hours=minutes_free(slots) >= settings.min_minutes_a_week,
        waited=_counts("people.waited", people.waited, len(ids))[order],
        load=_counts("people.load", people.load, len(ids))[order],
        freshness=_counts("people.freshness", people.freshness, len(ids))[order],
        skill_ids=skill_ids,
        offer_level=np.ascontiguousarray(offer_level.T),
        wish_person=wish_person,
        wish_skill=wish_skill,
        wish_priority=priority[wish_person, wish_skill].astype(np.int64),
        language_codes=tuple(codes.tolist()),
        comfort=np.where(level >= max(1, settings.min_language_level), level + 2 * preferred, 0).astype(np.int8),
        spoken=level,
        apart=_without_strangers(_rows("apart", ids, facts.apart)),
        fixed=_rows("fixed", ids, facts.fixed, skill_ids),
        kept=_without_strangers(_rows("kept", ids, facts.kept, skill_ids)),
        asked_for=_without_strangers(_rows("asked_for", ids, facts.asked_for)),
        region_codes=tuple(regions.tolist()),
        taken=_weeks(people.taken, len(ids))[order] if len(people.taken) else None,
        clock=_counts("people.clock", people.clock, len(ids))[order],
        clocks=np.asarray(facts.clocks, dtype=np.int64).reshape(-1, slots.shape[1], SLOTS_A_WEEK),
    )


def minutes_free(slots: NDArray[np.bool_]) -> Ints:
    """Return each person's free minutes in their fullest week.

    The fullest, because where clocks are put forward over a free hour, that week must not exclude the person.
    """
    return np.asarray(15 * slots.sum(axis=2, dtype=np.int64).max(axis=1, initial=0))


def _column(name: str, column: Column, length: int | None, dtype: Any = None) -> NDArray[Any]:
    values = np.asarray(column, dtype=dtype)
    if values.ndim != 1:
        raise FactsError(f"{name} is not a flat list")
    if length is not None and len(values) != length:
        raise LengthsDiffer(f"{name} has {len(values)} rows, not {length}")
    return values


def _ints(name: str, column: Column, length: int | None = None) -> Ints:
    values = _column(name, column, length)
    if len(values) and values.dtype.kind not in "ib":
        raise NotWholeNumbers(f"{name} holds something else than whole numbers")
    return values.astype(np.int64)


def _matrix(
    name: str, ids: Ints, person: Column, keys: NDArray[Any], key: Column, value: Column, least: int, most: int
) -> NDArray[np.int8]:
    """Write the values into a table of (people, keys), 0 where there is none.

    Raise UnknownId for strangers, DuplicateId for repeats, FactsError for values that are not from ``least`` to
    ``most``.
    """
    rows = rows_of(_ints(f"{name}.person", person), ids)
    values = _ints(f"{name} value", value, len(rows))
    columns = np.searchsorted(keys, _column(f"{name} key", key, len(rows), dtype=keys.dtype))
    if (rows < 0).any():
        raise UnknownId(f"{name} names somebody who is not in people")
    if len(np.unique(rows * len(keys) + columns)) < len(rows):
        raise DuplicateId(f"{name} has two rows of the same person for the same thing")
    if len(values) and not least <= values.min() <= values.max() <= most:
        raise FactsError(f"{name}: a value is not between {least} and {most}")
    table = np.zeros((len(ids), len(keys)), dtype=np.int8)
    table[rows, columns] = values
    return table


def _weeks(slots: NDArray[np.bool_], people: int) -> NDArray[np.bool_]:
    table = np.asarray(slots)
    if table.ndim != 2 or table.dtype != np.bool_ or not table.shape[1] or table.shape[1] % SLOTS_A_WEEK:
        raise FactsError(f"people.slots is not a table of truths, (people, weeks × {SLOTS_A_WEEK})")
    if len(table) != people:
        raise LengthsDiffer("people.slots and people.id")
    return table.reshape(people, table.shape[1] // SLOTS_A_WEEK, SLOTS_A_WEEK)


def _counts(name: str, column: Column, length: int) -> Ints:
    """Return a column of whole numbers, 0 or more; all 0 where it is left out. Raise FactsError below 0."""
    values = _ints(name, column, length) if len(column) else np.zeros(length, dtype=np.int64)
    if (values < 0).any():
        raise FactsError(f"{name} holds a number below 0")
    return values


def _rows(name: str, ids: Ints, table: Column, skill_ids: Ints | None = None) -> Ints:
    """Return ids of two people, and of a skill if ``skill_ids`` is given, as rows of people and numbers of skills.

    An id that is not known becomes -1. Raise FactsError if the table has another shape.
    """
    columns = 2 if skill_ids is None else 3
    values = np.asarray(table)
    if not values.size:
        return np.zeros((0, columns), dtype=np.int64)
    if values.ndim != 2 or values.shape[1] != columns or values.dtype.kind != "i":
        raise FactsError(f"{name} is not a list of {columns} whole numbers each")
    numbers = [rows_of(values[:, column].astype(np.int64), ids) for column in (0, 1)]
    if skill_ids is not None:
        numbers.append(rows_of(values[:, 2].astype(np.int64), skill_ids))
    return np.stack(numbers, axis=1)


def _without_strangers(rows: Ints) -> Ints:
    return rows[(rows >= 0).all(axis=1)]
