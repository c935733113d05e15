"""Ask of one learner and some sharers, as things stand now, what the next round and who approves its matches will ask.

Everything said to somebody who waits, who looks for somebody or who asks for somebody is read off here. Beside the
rules of a round these are the places that are left, the most matches somebody may have at once, and whether the hours
of all of somebody's matches still go together.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from letsconnect.base.hours import QUARTERS_A_WEEK
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.domain.matches import WEEKS_COMPARED
from matching.engine.candidates import common_stretches, hour_begins, hour_starts, minutes_in_common
from matching.engine.one_learner import Mask, OneLearner
from matching.engine.reading import minutes_free, read
from matching.engine.settings import Settings
from matching.inputs import loading, rows
from matching.inputs.clashes import Hours, clash_with
from matching.models import Match, MatchingRules
from matching.models.matches import HEIR
from registrations import documents
from registrations.answers.availability import Window, slots_of_many
from registrations.domain.registrations import SkillState
from registrations.models import Offer, Registration, Wish

HOURS_A_PART = 3
_NIGHT = range(6)


class PartOfDay(NamedTuple):
    """Some hours of a day of the week, by the learner's clock; day 0 is Monday."""

    day: int
    from_hour: int

    @property
    def to_hour(self) -> int:
        return self.from_hour + HOURS_A_PART

    @property
    def window(self) -> Window:
        midnight = self.day * 1440
        return midnight + self.from_hour * 60, midnight + self.to_hour * 60

    @property
    def is_at_night(self) -> bool:
        return self.from_hour in _NIGHT


# Each hour that ends on its day lies in one of them, wherever it begins, also one that a change of clocks moves.
PARTS = [PartOfDay(day, hour) for day in range(7) for hour in range(25 - HOURS_A_PART)]


@dataclass(frozen=True)
class TimeToAdd:
    """A part of a day that would do if the learner were free in all of it, every week, and whom they would meet.

    ``minutes`` is how many more of the week that are, and ``more`` how many they would still lack, at whatever time, to
    be free for as long as a match needs.
    """

    part: PartOfDay
    minutes: int
    more: int
    sharers: tuple[int, ...]  # rows
    is_sure: bool  # one of them has more places than others wish for

    @property
    def order(self) -> tuple[Any, ...]:
        """What is asked least of somebody comes first."""
        return self.more, self.part.is_at_night, not self.is_sure, self.minutes, -len(self.sharers), self.part


class Prospects:
    """One learner among sharers. People are rows: numbers by registration, ascending."""

    def __init__(
        self, learner: Registration, people: rows.Rows, *, others: Iterable[Any], rules: MatchingRules, now: datetime
    ) -> None:
        loaded = loading.number(people, now=now, is_everybody=False)
        self.keys, self.start = loaded.registrations, loaded.start
        self.numbered = read(loaded.facts, Settings(min_minutes_a_week=rules.min_minutes_a_week))
        self.rows = {key: row for row, key in enumerate(self.keys)}
        self.me, self.least_minutes = self.rows[learner.pk], rules.min_minutes_a_week
        self.rules = OneLearner(self.numbered, self.me)
        self.zone = learner.own_zone
        self.windows: dict[int, list[Window]] = defaultdict(list)
        for key, begins, ends in people.windows:
            self.windows[key].append((begins, ends))
        self._hours: dict[int, list[Hours]] = defaultdict(list)
        taken: Counter[int] = Counter()
        for *pair, reasons in people.live:
            taken.update(pair)
            if hours := Hours.of(reasons):
                for key in pair:
                    self._hours[key].append(hours)
        left = rules.most_at_once - np.array([taken[key] for key in self.keys], dtype=np.int64)
        self.places = np.minimum(self.numbered.places_to_help, left)
        self.has_places_to_learn = bool(self.numbered.places_to_learn[self.me] > 0)
        self.has_room = self.has_places_to_learn and bool(left[self.me] > 0)
        self._wishing: dict[int, set[int]] = defaultdict(set)
        for key, skill in others:
            self._wishing[skill].add(key)

    @property
    def has_hours(self) -> bool:
        """Whether the learner is free for as long as a match needs."""
        return bool(self.numbered.has_hours[self.me])

    @cached_property
    def has_place(self) -> Mask:
        """Who has a place for one more match, as learner and sharer together, and is free for as long as it needs."""
        return np.asarray((self.places > 0) & self.numbered.has_hours)

    @property
    def everybody_else(self) -> Mask:
        """Everybody but the learner."""
        others = np.ones(len(self.keys), dtype=np.bool_)
        others[self.me] = False
        return others

    def allowed(self, **instead: Mask) -> Mask:
        """Whom all rules but that of hours allow; those named in ``instead`` are replaced."""
        return self.rules.allowed(**{"no_free_place": self.has_place, **instead})

    def who(self, allowed: Mask) -> tuple[int, ...]:
        """Which of those allowed have an hour in common that stands in the way of no other match, theirs or mine."""
        among = np.flatnonzero(allowed)
        meeting = among[self.rules.meeting(among)].tolist()
        return tuple(row for row in meeting if self._goes_together(row, self.numbered.slots[self.me]))

    def free_times(self, allowed: Mask) -> list[TimeToAdd]:
        """Every part of a day that would do, the one that is asked least of the learner first."""
        among = np.flatnonzero(allowed)
        times = []
        for number, part in enumerate(PARTS if len(among) else ()):
            meeting = among[self._meeting_with(number, among)].tolist()
            sharers = tuple(row for row in meeting if self._goes_together(row, self._with_part[number]))
            if sharers:
                minutes = HOURS_A_PART * 60 - _overlap(self._my_windows, part.window)
                lacking = max(0, self.least_minutes - int(self._minutes_with_part[number]))
                times.append(TimeToAdd(part, minutes, lacking, sharers, self.is_sure(sharers)))
        return sorted(times, key=lambda time: time.order)

    def times_by_person(self, allowed: Mask) -> dict[int, PartOfDay]:
        """Return for each of those allowed, by registration, the part of a day that would do and is asked least of the
        learner; whom no such part would give an hour in common is left out."""
        best: dict[int, PartOfDay] = {}
        for time in self.free_times(allowed):
            for row in time.sharers:
                best.setdefault(self.keys[row], time.part)
        return best

    @property
    def _my_windows(self) -> list[Window]:
        return self.windows[self.keys[self.me]]

    @cached_property
    def _with_part(self) -> NDArray[np.bool_]:
        """When the learner is free with each of PARTS added: a table of (parts, weeks, slots of a week)."""
        mine = self.numbered.slots[self.me]
        return np.asarray(mine | _slots_of_parts(self.zone, self.start))

    @cached_property
    def _minutes_with_part(self) -> NDArray[np.int64]:
        return minutes_free(self._with_part)

    @cached_property
    def _begins_with_part(self) -> NDArray[np.uint8]:
        return np.packbits(hour_begins(self._with_part), axis=2)

    def _meeting_with(self, part: int, among: NDArray[np.int64]) -> Mask:
        return self.rules.meeting_at(self._begins_with_part[part], among)

    def is_sure(self, sharers: Iterable[int]) -> bool:
        """Whether one of these has more places than there are others who wish for what they share."""
        return any(len(self._others(row)) < self.places[row] for row in sharers)

    def how_many_wish(self, skill: int) -> int:
        """How many others wish this skill and have room."""
        return len(self._wishing[skill])

    @cached_property
    def minutes(self) -> dict[int, int]:
        """The minutes a week in common, by registration, as a round counts them."""
        people = np.arange(len(self.keys), dtype=np.int64)
        minutes = minutes_in_common(hour_starts(self.numbered.slots), np.full_like(people, self.me), people)
        return dict(zip(self.keys, minutes.tolist(), strict=True))

    def _others(self, row: int) -> set[int]:
        """Who else wishes something that this sharer shares."""
        shared = self.numbered.skill_ids[self.numbered.offer_level[:, row] > 0].tolist()
        return set().union(*(self._wishing[skill] for skill in shared)) - {self.keys[row]}

    def _goes_together(self, row: int, slots: NDArray[np.bool_]) -> bool:
        mine, theirs = self._hours[self.keys[self.me]], self._hours[self.keys[row]]
        if not (mine or theirs):
            return True
        both = np.stack([slots, self.numbered.slots[row]])
        (stretches,) = common_stretches(both, np.array([0]), np.array([1]))
        new = Hours(self.start, tuple(stretches))
        return not (clash_with([new], mine) or clash_with([new], theirs))


@lru_cache(maxsize=16)
def _slots_of_parts(zone: str, start: date) -> NDArray[np.bool_]:
    """When each of PARTS is by the clock of this zone: a table of (parts, weeks, slots of a week)."""
    slots = slots_of_many([([part.window], zone) for part in PARTS], start=start, weeks=WEEKS_COMPARED)
    return slots.reshape(len(PARTS), WEEKS_COMPARED, QUARTERS_A_WEEK)


def _overlap(windows: Sequence[Window], other: Window) -> int:
    return sum(max(0, min(end, other[1]) - max(begin, other[0])) for begin, end in windows)


def prospects(
    learner: Registration, sharers: Collection[int], *, wished: Collection[int], rules: MatchingRules, now: datetime
) -> Prospects:
    """Read of this learner and these sharers what the next round would, in one statement; the learner comes along even
    if they take no part. ``wished``: skills of which others are counted who wish them, beside those shared."""
    batch, keys = QueryBatch(), {*sharers, learner.pk}
    people = rows.of_some(keys, now=now, cool_down_days=rules.cool_down_days, batch=batch, whatever=learner.pk)
    values = {"keys": sorted(keys), "wished": list(wished), "learner": learner}
    versions = documents.all_counting(on=now.date())
    others = batch.add(_OTHERS.queryset(values, on=now.date(), versions=versions))
    batch.run()
    return Prospects(learner, people, others=others, rules=rules, now=now)


def _others(
    keys: list[int], wished: list[int], learner: Registration, *, on: date, versions: object
) -> QuerySet[Wish, Any]:
    """Who else can be matched, has room to learn, and wishes what these people share or a skill of these; by skill."""
    learning = Match.objects.live().filter(learner=OuterRef("pk")).order_by().values("learner")
    taken = Coalesce(Subquery(learning.annotate(count=Count("pk")).values("count")), 0)
    with_room = Registration.objects.matchable(on=on).alias(taken=taken).filter(can_learn_from__gt=F("taken"))
    wishes = Wish.objects.exclude(skill__state=SkillState.RETIRED).exclude(registration=learner)
    theirs = wishes.filter(registration__in=with_room.order_by().values("pk")).annotate(heir=HEIR)
    shared = Offer.objects.filter(registration__in=any_of(keys)).values_list(HEIR)
    asked = theirs.filter(heir__in=shared) | theirs.filter(heir__in=any_of(wished))
    return asked.values_list("registration_id", "heir")


_OTHERS = Statement(_others)
