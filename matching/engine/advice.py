"""For somebody who got nothing: which single change would give them a candidate.

Each kind of change leaves one hard rule out, and looks whom all the other rules leave. So what is advised is true: make
that change and there is a candidate. Nothing is said about who that would be: hours are given as a part of a day, and
a number of people only from ``FEW`` on.
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
        """Only what there is to say."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def changes(
    facts: Facts, settings: Settings, learners: Iterable[int], places_left: Mapping[int, int] | None = None
) -> dict[int, list[HelpfulChange]]:
    """For each of these learners up to three single changes, each of which would give them a candidate.

    ``places_left``: the places sharers have left once a round is made, by id; then it is a candidate with such a place.
    """
    known = read(facts, settings)
    asked = np.unique(np.array(list(learners), dtype=np.int64))
    rows = rows_of(asked, known.ids)
    if (rows < 0).any():
        raise UnknownId("advice is asked for somebody who is not in people")
    places = known.places_to_help
    if places_left is not None:
        places = np.array([places_left.get(one, 0) for one in known.ids.tolist()], dtype=np.int64)
    return {int(known.ids[row]): said for row, said in advise(known, settings, rows, places).items()}


def advise(known: NumberedFacts, settings: Settings, learners: Ints, places: Ints) -> dict[int, list[HelpfulChange]]:
    """``changes`` by rows of people, which ascend; ``places`` is how many each person has to give."""
    asker = _Asker(known, settings, places)
    said: dict[int, list[HelpfulChange]] = {}
    for first in range(0, len(learners), _LEARNERS_AT_ONCE):
        some = learners[first : first + _LEARNERS_AT_ONCE]
        by_kind = asker.ask(some)
        for row, learner in enumerate(some.tolist()):
            found = [by_kind[kind][row] for kind in KINDS[:-1] if row in by_kind[kind]]
            said[learner] = found[:MOST] or [HelpfulChange(kind="wait")]
    return said


class _Asker:
    """What all learners are asked against."""

    def __init__(self, known: NumberedFacts, settings: Settings, places: Ints) -> None:
        self._known, self._settings = known, settings
        self._relations = Relations.of(known)
        self._has_place = np.packbits((places > 0) & known.has_hours)
        self._is_full = np.packbits((places <= 0) & known.has_hours)
        self._open = known.slots if known.taken is None else known.slots & ~known.taken
        self._starts = hour_starts(self._open)
        regions = np.arange(len(known.region_codes))[:, None]
        both_told = (regions > 0) & (known.region > 0)
        self._welcome = np.packbits(region_suits(known.region_wish, regions == known.region, both_told), axis=1)
        self._by_clock: dict[int, tuple[Bits, Ints]] = {}
        self._wishing = np.bincount(known.wish_skill, minlength=len(known.skill_ids))
        self._sharing = (known.offer_level > 0).sum(axis=1)

    def ask(self, learners: Ints) -> dict[str, dict[int, HelpfulChange]]:
        """By kind and by place in ``learners``, the change that helps."""
        rules = dict(self._relations.rules(self._known, learners)) | {"no_free_place": self._has_place[None, :]}

        def but(*without: str) -> Bits:
            kept = [holds for rule, holds in rules.items() if rule not in without]
            return np.asarray(np.bitwise_and.reduce(np.broadcast_arrays(*kept, rules["no_offer"])))

        theirs = self._known.region_wish[learners, None] > 0
        welcome = np.where(theirs, self._welcome[self._known.region[learners]], np.uint8(0))
        return {
            "region_wish": self._region_wish(learners, but("region_wishes") & welcome & ~rules["region_wishes"]),
            "more_hours": self._more_hours(learners, but("too_few_hours")),
            "language": self._language(learners, but("no_shared_language") & ~rules["no_shared_language"]),
            "more_places": self._more_places(learners, but("learning_enough") & ~rules["learning_enough"]),
            "sharers_full": self._sharers_full(learners, but("no_free_place") & self._is_full),
            "nobody_shares": self._nobody_shares(learners),
        }

    def _region_wish(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        row, _ = self._meeting(learners, possible)
        return dict.fromkeys(np.unique(row).tolist(), HelpfulChange(kind="region_wish"))

    def _more_places(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        row, _ = self._meeting(learners, possible)
        missing = 1 - self._known.places_to_learn[learners]
        return {one: HelpfulChange(kind="more_places", places=int(missing[one])) for one in np.unique(row).tolist()}

    def _language(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        """The language most of those who suit speak, one the learner speaks a little before one they do not."""
        row, sharer = self._meeting(learners, possible)
        said = {}
        for one, speaking in _sums(row, (self._known.comfort[sharer] > 0).astype(np.int32)):
            a_little = self._known.spoken[learners[one]] > 0
            order = sorted(np.flatnonzero(speaking).tolist(), key=lambda n: (not a_little[n], -speaking[n], n))
            if not order:
                continue  # those who suit speak no language well enough either
            code, level = self._known.language_codes[order[0]], max(1, self._settings.min_language_level)
            said[one] = HelpfulChange(kind="language", code=code, level=level)
        return said

    def _sharers_full(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        row, sharer = self._meeting(learners, possible)
        said: dict[int, HelpfulChange] = {}
        for one, other in zip(row.tolist(), sharer.tolist(), strict=True):
            if one not in said:
                wished = self._known.wish_skill[self._known.wish_person == learners[one]]
                skill = wished[self._known.offer_level[wished, other] > 0][0]
                said[one] = HelpfulChange(kind="sharers_full", skill=int(self._known.skill_ids[skill]))
        return said

    def _nobody_shares(self, learners: Ints) -> dict[int, HelpfulChange]:
        """Of the skills nobody else shares, the one that most people wish; for who could meet somebody who did."""
        known = self._known
        could = known.has_hours[learners] & (known.places_to_learn[learners] > 0) & known.comfort[learners].any(axis=1)
        could &= self._meets(learners, learners)
        could &= (known.region_wish[learners] == 0) | (known.region[learners] > 0)
        said: dict[int, HelpfulChange] = {}
        for one in np.flatnonzero(could).tolist():
            learner = learners[one]
            wished = self._known.wish_skill[self._known.wish_person == learner]
            alone = wished[self._sharing[wished] == (self._known.offer_level[wished, learner] > 0)]
            if len(alone):
                skill = max(alone.tolist(), key=lambda skill: (self._wishing[skill], -skill))
                count = int(self._wishing[skill])
                said[one] = HelpfulChange(
                    kind="nobody_shares",
                    skill=int(self._known.skill_ids[skill]),
                    waiting=count if count >= FEW else None,
                )
        return said

    def _more_hours(self, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        """The part of a day that takes the fewest more hours; of equals, the one in which most of those who suit are
        free. An hour is one by the learner's clock, so who changes their clocks in these weeks is asked apart."""
        said: dict[int, HelpfulChange] = {}
        clocks = self._known.clock[learners]
        for clock in np.unique(clocks).tolist():
            mine = np.flatnonzero(clocks == clock)
            found = self._more_hours_by(clock, learners[mine], possible[mine])
            said |= {int(mine[one]): change for one, change in found.items()}
        return said

    def _more_hours_by(self, clock: int, learners: Ints, possible: Bits) -> dict[int, HelpfulChange]:
        row, sharer = self._some(learners, possible)
        needed = np.where(self._is_taken(clock, learners), np.iinfo(np.int64).max, self._slots_needed(clock, learners))
        weekly, parts = self._hours_by(clock)
        free = dict(_united(row, weekly[sharer]))
        said = {}
        for one, people in _sums(row, parts[sharer]):
            slots = np.where(np.unpackbits(free[one]).view(np.bool_), needed[one], np.iinfo(np.int64).max)
            hours = -(-slots.reshape(-1, _SLOTS_A_PART).min(axis=1) // HOUR)
            best = min(np.flatnonzero(people).tolist(), key=lambda part: (hours[part], -people[part]), default=None)
            if best is not None and 0 < hours[best] <= SLOTS_A_WEEK:
                day, part = divmod(best, 24 // PART_OF_DAY)
                begins = part * PART_OF_DAY
                said[one] = HelpfulChange(
                    kind="more_hours",
                    hours=int(hours[best]),
                    day=day,
                    from_hour=begins,
                    to_hour=begins + PART_OF_DAY,
                )
        return said

    def _hours_by(self, clock: int) -> tuple[Bits, Ints]:
        """For each person the slots at which an hour begins in every week, by that clock as it is in the first week;
        and in which parts of which days there are any."""
        if clock not in self._by_clock:
            weekly = self._every_week(clock, hour_begins(self._open))
            parts = weekly.reshape(len(weekly), SLOTS_A_WEEK // _SLOTS_A_PART, _SLOTS_A_PART)
            self._by_clock[clock] = np.packbits(weekly, axis=1), np.asarray(parts.any(axis=2), dtype=np.int32)
        return self._by_clock[clock]

    def _every_week(self, clock: int, slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(people, SLOTS_A_WEEK): marked in all weeks, by a clock."""
        return np.asarray(self._by(clock, slots).all(axis=1))

    def _by(self, clock: int, slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(people, weeks, SLOTS_A_WEEK): each slot of the first week where that clock shows the same in each week;
        what does not come in a week is not marked."""
        if not clock:
            return slots
        at = self._known.clocks[clock - 1]
        weeks = np.arange(len(at))[:, None]
        return np.asarray(slots[:, weeks, np.maximum(at, 0)] & (at >= 0))

    def _slots_needed(self, clock: int, learners: Ints) -> Ints:
        """(learners, SLOTS_A_WEEK): how many more slots a week it takes to be free for an hour from this one on, in
        every week, and to be free for as long as the round asks of everybody."""
        slots = self._known.slots[learners]
        mine = self._by(clock, slots)
        always, never = np.asarray(mine.all(axis=1)), ~np.asarray(mine.any(axis=1))
        missing, gained = (_in_the_hour(each) for each in (~always, never))
        short = -(-(self._settings.min_minutes_a_week - minutes_free(slots)) // 15)
        return np.asarray(missing + np.maximum(0, short[:, None] - gained))

    def _is_taken(self, clock: int, learners: Ints) -> NDArray[np.bool_]:
        """(learners, SLOTS_A_WEEK): whether the hour from this slot on would overlap with a match they have."""
        if self._known.taken is None:
            return np.zeros((len(learners), SLOTS_A_WEEK), dtype=np.bool_)
        return _in_the_hour(np.asarray(self._by(clock, self._known.taken[learners]).any(axis=1))) > 0

    def _meeting(self, learners: Ints, possible: Bits) -> tuple[Ints, Ints]:
        """(place in ``learners``, sharer) of possible pairs that have an hour in common; not all of them, but for
        every learner some, if there are any."""
        row, sharer = _pairs(possible)
        nth = np.arange(len(row)) - np.searchsorted(row, row)
        first = nth < _LOOK_AT
        found = first.copy()
        found[first] = self._meets(learners[row[first]], sharer[first])
        open_rows = np.ones(len(learners), dtype=np.bool_)
        open_rows[row[found]] = False
        rest = ~first & open_rows[row]
        found[rest] = self._meets(learners[row[rest]], sharer[rest])
        return row[found], sharer[found]

    def _some(self, learners: Ints, possible: Bits) -> tuple[Ints, Ints]:
        """The same whether they have an hour in common or not."""
        row, sharer = _pairs(possible)
        first = np.arange(len(row)) - np.searchsorted(row, row) < _LOOK_AT
        return row[first], sharer[first]

    def _meets(self, learner: Ints, sharer: Ints) -> NDArray[np.bool_]:
        return minutes_in_common(self._starts, learner, sharer) > 0


def _pairs(possible: Bits) -> tuple[Ints, Ints]:
    holds = np.unpackbits(possible, axis=1).view(np.bool_)
    return np.divmod(np.flatnonzero(holds), holds.shape[1])


def _in_the_hour(slots: NDArray[np.bool_]) -> Ints:
    """For each slot, how many of it and those after it within the hour are marked; of the same week only."""
    ahead = np.zeros((len(slots), SLOTS_A_WEEK + HOUR), dtype=np.int64)
    ahead[:, 1 : SLOTS_A_WEEK + 1] = np.cumsum(slots, axis=1)
    ahead[:, SLOTS_A_WEEK + 1 :] = ahead[:, SLOTS_A_WEEK, None]
    return ahead[:, HOUR:] - ahead[:, :-HOUR]


def _sums(row: Ints, table: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
    """The sum of the lines of the table that belong to each row; rows ascend."""
    return _reduced(np.add, row, table)


def _united(row: Ints, table: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
    return _reduced(np.bitwise_or, row, table)


def _reduced(how: np.ufunc, row: Ints, table: NDArray[Any]) -> list[tuple[int, NDArray[Any]]]:
    if not len(row):
        return []
    rows, first = np.unique(row, return_index=True)
    return list(zip(rows.tolist(), how.reduceat(table, first, axis=0), strict=True))
