"""Find the single changes that would each give a learner somebody in the next round, as things stand now.

A change is tried: everything else stays as it is, and the rules are asked again. So it is true of one change at a time,
and says nothing of who that would be.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Statement
from matching.engine.one_learner import Mask
from matching.models import MatchingRules
from matching.models.matches import HEIR
from matching.waiting.browsing import FAMILY
from matching.waiting.prospects import PartOfDay, Prospects, prospects
from registrations.domain.registrations import SkillState
from registrations.models import Offer, Registration, Wish

MOST_TIMES = 2  # times of the week that are told, on different days
MOST_CHANGES = 4


@dataclass(frozen=True, kw_only=True)
class ChangeToMake:
    """One change that gives somebody, or a reason why there is none; what its kind does not need is empty.

    The kinds ``region_wish``, ``more_hours``, ``language`` and ``another_skill`` are for the learner to make;
    ``sharers_full``, ``nobody_shares`` and ``wait`` say why there is nothing to do.
    """

    kind: str
    part: PartOfDay | None = None
    is_short: bool = False  # the learner is free for less than any match needs
    more_minutes: int = 0  # which they would lack beside that part of the day
    code: str = ""
    skill: int = 0
    wishing: int = 0
    is_sure: bool = True  # there are more places than others who wish for them


@dataclass(frozen=True)
class Outlook:
    """What a round held now could find for a learner, and what would help where that is nobody, or not for sure."""

    has_somebody: bool
    is_sure: bool
    changes: tuple[ChangeToMake, ...]


class LearnerRows(NamedTuple):
    """What is read of a learner before others are: the rules of matching, the skills they wish, and who shares what."""

    rules: QuerySet[MatchingRules]
    wished: QuerySet[Wish, Any]
    shared: QuerySet[Offer, Any]

    @classmethod
    def of(cls, learner: Registration, batch: QueryBatch) -> "LearnerRows":
        """Add it all to the batch, to be used after it has run."""
        values = {"learner": learner}
        querysets = MatchingRules.objects.all(), _WISHED.queryset(values), _SHARED.queryset(values)
        return cls(*(batch.add(rows) for rows in querysets))


def outlook_of(learner: Registration, *, now: datetime, asked: LearnerRows | None = None) -> Outlook | None:
    """Say whether a round held now could find somebody, and what would help; None for somebody who has no room for one
    more match. ``asked`` is what was read already."""
    if asked is None:
        batch = QueryBatch()
        asked = LearnerRows.of(learner, batch)
        batch.run()
    mine, sharers = set(asked.wished), {sharer for sharer, _skill in asked.shared}
    rules = next(iter(asked.rules), MatchingRules())
    seen = prospects(learner, sharers, wished=mine, rules=rules, now=now)
    return _outlook(seen, mine, {skill for _sharer, skill in asked.shared} - mine) if seen.has_room else None


def _wished(learner: Registration) -> QuerySet[Wish, Any]:
    """The skills somebody wishes, merged ones as their heirs."""
    wishes = Wish.objects.filter(registration=learner).exclude(skill__state=SkillState.RETIRED)
    return wishes.values_list(HEIR, flat=True)


def _shared(learner: Registration) -> QuerySet[Offer, Any]:
    """Who shares what somebody wishes, or a skill of the same family, and which."""
    families = Wish.objects.filter(registration=learner).annotate(family=FAMILY).values("family")
    offers = Offer.objects.exclude(skill__state=SkillState.RETIRED).annotate(heir=HEIR, family=FAMILY)
    mine = offers.filter(heir__in=_wished(learner)) | offers.filter(family__in=families).exclude(family="")
    return mine.values_list("registration_id", "heir")


_WISHED, _SHARED = Statement(_wished), Statement(_shared)


def _outlook(seen: Prospects, wished: set[int], others: set[int]) -> Outlook:
    """Try each change. Who has somebody, though others wish for the places too, is told only what makes it sure."""
    now = seen.who(seen.allowed()) if seen.has_hours else ()
    if seen.is_sure(now):
        return Outlook(True, True, ())
    changes = list(_to_make(seen, others, besides=now))
    if now:
        return Outlook(True, False, tuple(change for change in changes if change.is_sure)[:MOST_CHANGES])
    changes = [*changes, *_to_know(seen, wished)][:MOST_CHANGES]
    return Outlook(False, False, tuple(changes) or (ChangeToMake(kind="wait"),))


def _to_make(seen: Prospects, others: set[int], *, besides: tuple[int, ...]) -> Iterator[ChangeToMake]:
    """The changes the learner can make themselves, the least demanding first; each leads to somebody they do not have
    now. Who has too few hours for any match is told of hours only, for nothing else would do without them."""
    new = np.ones(len(seen.keys), dtype=np.bool_)
    new[list(besides)] = False

    def sharers_with(**instead: Mask) -> tuple[int, ...]:
        return seen.who(new & seen.allowed(**instead)) if seen.has_hours else ()

    if sharers := sharers_with(region_wishes=seen.rules.content_with_region()):
        yield ChangeToMake(kind="region_wish", is_sure=seen.is_sure(sharers))
    yield from _times(seen, new & seen.allowed())
    by_language = {code: sharers_with(no_shared_language=seen.rules.speaking(code)) for code in _languages_to_add(seen)}
    if best := _best(seen, by_language, first=_spoken_a_little(seen)):
        yield ChangeToMake(kind="language", code=seen.numbered.language_codes[best.number], is_sure=best.is_sure)
    by_skill = {skill: sharers_with(no_offer=seen.rules.sharing([skill])) for skill in _numbers_of(seen, others)}
    if best := _best(seen, by_skill):
        yield ChangeToMake(kind="another_skill", skill=int(seen.numbered.skill_ids[best.number]), is_sure=best.is_sure)


def _times(seen: Prospects, allowed: Mask) -> Iterator[ChangeToMake]:
    """The best times of the week, on different days; a second one only if it asks no more than the first."""
    times = seen.free_times(allowed)
    days: set[int] = set()
    for time in times:
        asks_more = (time.more, time.part.is_at_night) > (times[0].more, times[0].part.is_at_night)
        if asks_more or len(days) == MOST_TIMES:
            return
        if time.part.day not in days:
            days.add(time.part.day)
            yield ChangeToMake(
                kind="more_hours",
                part=time.part,
                is_short=not seen.has_hours,
                more_minutes=time.more,
                is_sure=time.is_sure,
            )


class _Best(NamedTuple):
    """The number of the language or skill that leads to most people, surely if any does."""

    number: int
    is_sure: bool


def _best(seen: Prospects, by_number: Mapping[int, tuple[int, ...]], *, first: Collection[int] = ()) -> _Best | None:
    helpful = {number: seen.is_sure(sharers) for number, sharers in by_number.items() if sharers}
    if not helpful:
        return None
    best = min(helpful, key=lambda number: (number not in first, not helpful[number], -len(by_number[number]), number))
    return _Best(best, helpful[best])


def _languages_to_add(seen: Prospects) -> list[int]:
    return np.flatnonzero(seen.numbered.comfort[seen.me] == 0).tolist()


def _spoken_a_little(seen: Prospects) -> list[int]:
    return np.flatnonzero(seen.numbered.spoken[seen.me] > 0).tolist()


def _numbers_of(seen: Prospects, skills: Collection[int]) -> list[int]:
    return np.flatnonzero(np.isin(seen.numbered.skill_ids, list(skills))).tolist()


def _to_know(seen: Prospects, wished: set[int]) -> Iterator[ChangeToMake]:
    """Why there is nobody: what nobody shares, or what is shared by people without a place."""
    shared = {skill: bool(seen.rules.sharing(_numbers_of(seen, [skill])).any()) for skill in sorted(wished)}
    alone = [skill for skill, is_shared in shared.items() if not is_shared]
    if alone:
        most = max(alone, key=lambda skill: (seen.how_many_wish(skill), -skill))
        yield ChangeToMake(kind="nobody_shares", skill=most, wishing=seen.how_many_wish(most) + 1)
    for skill in sorted(wished - set(alone)):
        sharing = seen.rules.sharing(_numbers_of(seen, [skill])) & seen.rules.for_whom("kept_apart")
        if sharing.any() and not (sharing & seen.has_place).any():
            yield ChangeToMake(kind="sharers_full", skill=skill)
            return
