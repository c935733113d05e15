"""Find, for a learner without a match, the single changes that would each give them a candidate.

Each kind of change leaves one hard rule out and looks at the people whom all the other rules allow. So the advice is
true: make that change and there is a candidate. Nothing is said about who that would be: hours are given as a part of a
day, and a number of people only from ``FEW`` on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.candidates import (
    HOUR,
    Bits,
    Relations,
    hour_begins,
    hour_starts,
    minutes_in_common,
    region_suits,
)
from matching.engine.errors import UnknownId
from matching.engine.facts import Facts, Ints
from matching.engine.network import rows_of
from matching.engine.reading import SLOTS_A_WEEK, NumberedFacts, minutes_free, read
from matching.engine.rules import why_not
from matching.engine.settings import Settings

__all__ = ["FEW", "KINDS", "MOST", "HelpfulChange", "changes", "why_not"]

MOST = 3  # changes told to one person
FEW = 3  # fewer people than this are not told as a number
KINDS = (  # the least demanding first
    "region_wish",  # "either" instead of what they wish now
    "more_hours",  # ``hours`` more a week; one of them begins on ``day`` from ``from_hour`` to before ``to_hour``, UTC
    "language",  # ``code`` at ``level``
    "more_places",  # room to learn from ``places`` more people at once
    "sharers_full",  # those who share ``skill`` and suit have no place left
    "nobody_shares",  # ``skill``, which nobody else shares; ``waiting`` people wish it
    "wait",  # no single change of theirs would do; whom the rules keep them from is nobody's business
)
PART_OF_DAY = 6  # hours; four to a day
_LEARNERS_AT_ONCE = 256
_LOOK_AT = 64  # sharers per learner, before all the others are looked at for those who met none of them
_SLOTS_A_PART = 4 * PART_OF_DAY


@dataclass(frozen=True, kw_only=True)
class HelpfulChange:
    """One change that would give somebody a candidate; what its kind does not need is None."""

    kind: str  # one of KINDS
    hours: int | None = None
    day: int | None = None  # 0 is Monday
    from_hour: int | None = None
    to_hour: int | None = None
    code: str | None = None
    level: int | None = None
    places: int | None = None
    skill: int | None = None
    waiting: int | None = None  # None too if they are fewer than FEW

    def as_json(self) -> dict[str, Any]:
        """Return what this change says, without the columns that its kind does not need."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def changes(
    facts: Facts, settings: Settings, learners: Iterable[int], places_left: Mapping[int, int] | None = None
) -> dict[int, list[HelpfulChange]]:
    """Return for each of these learners (ids) up to ``MOST`` changes, each of which alone gives them a candidate.

    ``places_left``: how many places each sharer (by id) has left once a round is made; then only a sharer with such a
    place counts as a candidate. Raise UnknownId for a learner who is not in ``facts``, an InstanceError if the facts
    make no sense.
    """
    numbered = read(facts, settings)
    asked = np.unique(np.array(list(learners), dtype=np.int64))
    rows = rows_of(asked, numbered.ids)
    if (rows < 0).any():
        raise UnknownId("advice is asked for somebody who is not in people")
    places = numbered.places_to_help
    if places_left is not None:
        places = np.array([places_left.get(person, 0) for person in numbered.ids.tolist()], dtype=np.int64)
    return {int(numbered.ids[row]): advice for row, advice in advise(numbered, settings, rows, places).items()}


def advise(numbered: NumberedFacts, settings: Settings, learners: Ints, places: Ints) -> dict[int, list[HelpfulChange]]:
    """Do the work of ``changes`` on numbered facts: learners are rows of people, in ascending order.

    ``places``: how many places each person has to give, one number per row of people.
    """
    asker = _Asker(numbered, settings, places)
    advice: dict[int, list[HelpfulChange]] = {}
    for first in range(0, len(learners), _LEARNERS_AT_ONCE):
        batch = learners[first : first + _LEARNERS_AT_ONCE]
        by_kind = asker.ask(batch)
        for row, learner in enumerate(batch.tolist()):
            helpful = [by_kind[kind][row] for kind in KINDS[:-1] if row in by_kind[kind]]
            advice[learner] = helpful[:MOST] or [HelpfulChange(kind="wait")]
    return advice


class _Asker:
    """Look for the changes that help, kind by kind; what is the same for every learner is computed once."""

    def __init__(self, numbered: NumberedFacts, settings: Settings, places: Ints) -> None:
        self._numbered, self._settings = numbered, settings
        self._relations = Relations.of(numbered)
        self._has_place = np.packbits((places > 0) & numbered.has_hours)
        self._is_full = np.packbits((places <= 0) & numbered.has_hours)
        self._open = numbered.slots if numbered.taken is None else numbered.slots & ~numbered.taken
        self._starts = hour_starts(self._open)
        regions = np.arange(len(numbered.region_codes))[:, None]
        both_told = (regions > 0) & (numbered.region > 0)
        self._welcome = np.packbits(region_suits(numbered.region_wish, regions == numbered.region, both_told), axis=1)
        self._by_clock: dict[int, tuple[Bits, Ints]] = {}
        self._wishing = np.bincount(numbered.wish_skill, minlength=len(numbered.skill_ids))
        self._sharing = (numbered.offer_level > 0).sum(axis=1)

    def ask(self, learners: Ints) -> dict[str, dict[int, HelpfulChange]]:
        """Return the change that helps, by kind of change and then by position in ``learners``.

        A learner whom no change of a kind helps is missing there.
        """
        rules = dict(self._relations.rules(self._numbered, learners)) | {"no_free_place": self._has_place[None, :]}

        def all_but(rule_left_out: str) -> Bits:
            kept = [holds for rule, holds in rules.items() if rule != rule_left_out]
            return np.asarray(np.bitwise_and.reduce(np.broadcast_arrays(*kept, rules["no_offer"])))

        theirs = self._numbered.region_wish[learners, None] > 0
        welcome = np.where(theirs, self._welcome[self._numbered.region[learners]], np.uint8(0))
        return {
            "region_wish": self._region_wish(learners, all_but("region_wishes") & welcome & ~rules["region_wishes"]),
            "more_hours": self._more_hours(learners, all_but("too_few_hours")),
            "language": self._language(learners, all_but("no_shared_language") & ~rules["no_shared_language"]),
            "more_places": self._more_places(learners, all_but("learning_enough") & ~rules["learning_enough"]),
            "sharers_full": self._sharers_full(learners, all_but("no_free_place") & self._is_full),
            "nobody_shares": self._nobody_shares(learners),
        }

    def _region_wish(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        rows, _ = self._meeting(learners, possible)
        return dict.fromkeys(np.unique(rows).tolist(), HelpfulChange(kind="region_wish"))

    def _more_places(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        rows, _ = self._meeting(learners, possible)
        missing = 1 - self._numbered.places_to_learn[learners]
        return {row: HelpfulChange(kind="more_places", places=int(missing[row])) for row in np.unique(rows).tolist()}

    def _language(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        """Advise the language that most of those who suit speak.

        A language that the learner speaks a little goes before one that they do not speak.
        """
        rows, sharers = self._meeting(learners, possible)
        helpful = {}
        for row, speaking in _sums(rows, (self._numbered.comfort[sharers] > 0).astype(np.int32)):
            a_little = self._numbered.spoken[learners[row]] > 0
            order = sorted(
                np.flatnonzero(speaking).tolist(), key=lambda code: (not a_little[code], -speaking[code], code)
            )
            if not order:
                continue  # those who suit speak no language well enough either
            code, level = self._numbered.language_codes[order[0]], max(1, self._settings.min_language_level)
            helpful[row] = HelpfulChange(kind="language", code=code, level=level)
        return helpful

    def _sharers_full(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        rows, sharers = self._meeting(learners, possible)
        helpful: dict[int, HelpfulChange] = {}
        for row, sharer in zip(rows.tolist(), sharers.tolist(), strict=True):
            if row not in helpful:
                wished = self._numbered.wish_skill[self._numbered.wish_person == learners[row]]
                skill = wished[self._numbered.offer_level[wished, sharer] > 0][0]
                helpful[row] = HelpfulChange(kind="sharers_full", skill=int(self._numbered.skill_ids[skill]))
        return helpful

    def _nobody_shares(self, learners: Ints) -> dict[int, HelpfulChange]:
        """Tell of the skill nobody else shares that most people wish.

        Only for learners who could meet a person who shared it: they have hours, a place, a language and a region.
        """
        numbered = self._numbered
        can_meet = (
            numbered.has_hours[learners]
            & (numbered.places_to_learn[learners] > 0)
            & numbered.comfort[learners].any(axis=1)
        )
        can_meet &= self._meets(learners, learners)
        can_meet &= (numbered.region_wish[learners] == 0) | (numbered.region[learners] > 0)
        helpful: dict[int, HelpfulChange] = {}
        for row in np.flatnonzero(can_meet).tolist():
            learner = learners[row]
            wished = self._numbered.wish_skill[self._numbered.wish_person == learner]
            alone = wished[self._sharing[wished] == (self._numbered.offer_level[wished, learner] > 0)]
            if len(alone):
                skill = max(alone.tolist(), key=lambda skill: (self._wishing[skill], -skill))
                count = int(self._wishing[skill])
                helpful[row] = HelpfulChange(
                    kind="nobody_shares",
                    skill=int(self._numbered.skill_ids[skill]),
                    waiting=count if count >= FEW else None,
                )
        return helpful

    def _more_hours(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        """Advise the part of a day that takes the fewest more hours a week; of equals, the one that suits most people.

        An hour is one by the learner's clock. So learners whose clocks change in these weeks are looked at apart.
        """
        helpful: dict[int, HelpfulChange] = {}
        clocks = self._numbered.clock[learners]
        for clock in np.unique(clocks).tolist():
            mine = np.flatnonzero(clocks == clock)
            by_place = self._more_hours_by(clock, learners[mine], possible[mine])
            helpful |= {int(mine[place]): change for place, change in by_place.items()}
        return helpful

    def _more_hours_by(self, clock: int, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        rows, sharers = self._some(learners, possible)
        needed = np.where(self._is_taken(clock, learners), np.iinfo(np.int64).max, self._slots_needed(clock, learners))
        weekly, parts = self._hours_by(clock)
        free = dict(_united(rows, weekly[sharers]))
        helpful = {}
        for row, people in _sums(rows, parts[sharers]):
            slots = np.where(np.unpackbits(free[row]).view(np.bool_), needed[row], np.iinfo(np.int64).max)
            hours = -(-slots.reshape(-1, _SLOTS_A_PART).min(axis=1) // HOUR)
            best = min(np.flatnonzero(people).tolist(), key=lambda part: (hours[part], -people[part]), default=None)
            if best is not None and 0 < hours[best] <= SLOTS_A_WEEK:
                day, part = divmod(best, 24 // PART_OF_DAY)
                begins = part * PART_OF_DAY
                helpful[row] = HelpfulChange(
                    kind="more_hours",
                    hours=int(hours[best]),
                    day=day,
                    from_hour=begins,
                    to_hour=begins + PART_OF_DAY,
                )
        return helpful

    def _hours_by(self, clock: int) -> tuple[Bits, Ints]:
        """Return at which slots an hour begins in every week for each person, and on which parts of which days.

        Slots are by that clock as it is in the first week; the first table holds them as bits.
        """
        if clock not in self._by_clock:
            weekly = self._every_week(clock, hour_begins(self._open))
            parts = weekly.reshape(len(weekly), SLOTS_A_WEEK // _SLOTS_A_PART, _SLOTS_A_PART)
            self._by_clock[clock] = np.packbits(weekly, axis=1), np.asarray(parts.any(axis=2), dtype=np.int32)
        return self._by_clock[clock]

    def _every_week(self, clock: int, slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which slots are marked in all weeks by a clock: a table of (people, SLOTS_A_WEEK)."""
        return np.asarray(self._by(clock, slots).all(axis=1))

    def _by(self, clock: int, slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return for each slot of the first week the slots of all weeks in which that clock shows the same time.

        A table of (people, weeks, SLOTS_A_WEEK). A time that the clock skips in some week is not marked there.
        """
        if not clock:
            return slots
        at = self._numbered.clocks[clock - 1]
        weeks = np.arange(len(at))[:, None]
        return np.asarray(slots[:, weeks, np.maximum(at, 0)] & (at >= 0))

    def _slots_needed(self, clock: int, learners: Ints) -> Ints:
        """Return how many more slots a week each learner would have to add, to meet for an hour from each slot on.

        A table of (learners, SLOTS_A_WEEK). Counted are the slots that are missing from this hour in any week, and what
        is missing then to the minutes a week that the round asks of everybody.
        """
        slots = self._numbered.slots[learners]
        mine = self._by(clock, slots)
        always, never = np.asarray(mine.all(axis=1)), ~np.asarray(mine.any(axis=1))
        missing, gained = (_in_the_hour(each) for each in (~always, never))
        short = -(-(self._settings.min_minutes_a_week - minutes_free(slots)) // 15)
        return np.asarray(missing + np.maximum(0, short[:, None] - gained))

    def _is_taken(self, clock: int, learners: Ints) -> NDArray[np.bool_]:
        """Return whether the hour from each slot on would overlap with another match of the learner.

        A table of (learners, SLOTS_A_WEEK).
        """
        if self._numbered.taken is None:
            return np.zeros((len(learners), SLOTS_A_WEEK), dtype=np.bool_)
        return _in_the_hour(np.asarray(self._by(clock, self._numbered.taken[learners]).any(axis=1))) > 0

    def _meeting(self, learners: Ints, possible: Bits) -> tuple[Ints, Ints]:
        """Return possible pairs that have an hour in common, as positions in ``learners`` and rows of sharers.

        To save time not all of them, but at least one for every learner who has any.
        """
        rows, sharers = _pairs(possible)
        nth_of_learner = np.arange(len(rows)) - np.searchsorted(rows, rows)
        is_first = nth_of_learner < _LOOK_AT
        meets = is_first.copy()
        meets[is_first] = self._meets(learners[rows[is_first]], sharers[is_first])
        open_rows = np.ones(len(learners), dtype=np.bool_)
        open_rows[rows[meets]] = False
        is_rest = ~is_first & open_rows[rows]
        meets[is_rest] = self._meets(learners[rows[is_rest]], sharers[is_rest])
        return rows[meets], sharers[meets]

    def _some(self, learners: Ints, possible: Bits) -> tuple[Ints, Ints]:
        """Return the first ``_LOOK_AT`` possible pairs per learner, as positions in ``learners`` and rows of sharers.

        Whether the two have an hour in common is not looked at.
        """
        rows, sharers = _pairs(possible)
        is_first = np.arange(len(rows)) - np.searchsorted(rows, rows) < _LOOK_AT
        return rows[is_first], sharers[is_first]

    def _meets(self, learner: Ints, sharer: Ints) -> NDArray[np.bool_]:
        return minutes_in_common(self._starts, learner, sharer) > 0


def _pairs(possible: Bits) -> tuple[Ints, Ints]:
    """Return row and person of every bit that is set, in the order of the rows."""
    holds = np.unpackbits(possible, axis=1).view(np.bool_)
    return np.divmod(np.flatnonzero(holds), holds.shape[1])


def _in_the_hour(slots: NDArray[np.bool_]) -> Ints:
    """Return for each slot how many slots of the hour that begins there are marked, without those of the next week."""
    ahead = np.zeros((len(slots), SLOTS_A_WEEK + HOUR), dtype=np.int64)
    ahead[:, 1 : SLOTS_A_WEEK + 1] = np.cumsum(slots, axis=1)
    ahead[:, SLOTS_A_WEEK + 1 :] = ahead[:, SLOTS_A_WEEK, None]
    return ahead[:, HOUR:] - ahead[:, :-HOUR]


def _sums(rows: Ints, table: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
    """Return for each row the sum of the lines of the table that belong to it.

    ``rows`` says to which row each line belongs, in ascending order.
    """
    return _reduced(np.add, rows, table)


def _united(rows: Ints, table: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
    """Return for each row the bits that are set in any line of the table that belongs to it; see ``_sums``."""
    return _reduced(np.bitwise_or, rows, table)


def _reduced(how: np.ufunc, rows: Ints, table: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
    if not len(rows):
        return []
    different, first = np.unique(rows, return_index=True)
    return list(zip(different.tolist(), how.reduceat(table, first, axis=0), strict=True))
