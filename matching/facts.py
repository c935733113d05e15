"""From rows to arrays: what the engine is told, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

import numpy as np
from django.db.models import F
from django.db.models.functions import Coalesce

from matching.engine.facts import Facts, Languages, Offers, People, Wishes
from matching.models import Exclusion, Match, MatchingRules
from registrations.availability import weekly_slots
from registrations.domain import SkillState
from registrations.models import Block, Offer, Registration, SpokenLanguage, Window, Wish

WEEKS = 4
Slots = np.ndarray


@dataclass(frozen=True, eq=False)
class Loaded:
    """The engine's facts by participant number, and whose number it is."""

    facts: Facts
    registrations: list[int]  # registration ids by participant number, ascending
    start: date  # the Monday (UTC) of the first week compared


def next_monday(today: date) -> date:
    """Return the first Monday after ``today``: people need some days to answer and agree an hour."""
    return today + timedelta(days=7 - today.weekday())


def load(*, now: datetime) -> Loaded:
    """Read everyone who can be matched on that day, in ten queries whatever their number.

    Participants are numbered from 0 by registration id, so the engine never learns who anybody is.
    """
    start = next_monday(now.date())
    rows = list(
        Registration.objects.matchable(on=now.date())
        .order_by("pk")
        .values_list("pk", "member_id", "region", "region_wish", "can_learn_from", "can_help", "zone", "member__zone")
    )
    numbers = {row[0]: number for number, row in enumerate(rows)}
    learning, helping = _live_matches(numbers)
    people = People(
        id=np.arange(len(rows), dtype=np.int64),
        region=[row[2] for row in rows],
        region_wish=[row[3] for row in rows],
        places_to_learn=_column(row[4] for row in rows) - learning,
        places_to_help=_column(row[5] for row in rows) - helping,
        slots=_slots(numbers, [row[6] or row[7] or "UTC" for row in rows], start),
    )
    facts = Facts(
        people=people,
        offers=Offers(**_skills(Offer, "level", numbers)),
        wishes=Wishes(**_skills(Wish, "priority", numbers)),
        languages=_languages(numbers),
        apart=_apart(numbers, {row[1]: number for number, row in enumerate(rows)}, now=now),
    )
    return Loaded(facts=facts, registrations=[row[0] for row in rows], start=start)


def _column(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, dtype=np.int64)


def _live_matches(numbers: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Count each participant's live matches as learner and as sharer; undecided proposals count too, or two rounds
    would promise one place twice."""
    learning, helping = np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=np.int64)
    for learner, sharer in Match.objects.live().values_list("learner_id", "sharer_id"):
        if learner in numbers:
            learning[numbers[learner]] += 1
        if sharer in numbers:
            helping[numbers[sharer]] += 1
    return learning, helping


def _skills(model: type[Offer] | type[Wish], weight: str, numbers: dict[int, int]) -> dict[str, np.ndarray]:
    """Return who offers (wishes) what, a merged skill counting as its heir, a retired one not at all."""
    best: dict[tuple[int, int], int] = {}
    rows = (
        model.objects.exclude(skill__state=SkillState.RETIRED)
        .annotate(known_skill=Coalesce(F("skill__merged_into"), F("skill")))
        .values_list("registration_id", "known_skill", weight)
    )
    for registration, skill, value in rows.iterator(chunk_size=20_000):
        if registration in numbers:
            key = (numbers[registration], skill)
            best[key] = max(value, best.get(key, 0))
    ordered = sorted(best)
    return {
        "person": _column(person for person, _ in ordered),
        "skill": _column(skill for _, skill in ordered),
        weight: _column(best[key] for key in ordered),
    }


def _languages(numbers: dict[int, int]) -> Languages:
    rows = [
        (numbers[row[0]], *row[1:])
        for row in SpokenLanguage.objects.order_by("registration_id", "code").values_list(
            "registration_id", "code", "level", "is_preferred"
        )
        if row[0] in numbers
    ]
    return Languages(
        person=_column(row[0] for row in rows),
        code=[row[1] for row in rows],
        level=_column(row[2] for row in rows),
        is_preferred=np.array([row[3] for row in rows], dtype=np.bool_),
    )


def _slots(numbers: dict[int, int], zones: list[str], start: date) -> Slots:
    """Return who is free when; people with the same zone and the same windows are computed once."""
    slots = np.zeros((len(numbers), WEEKS * 672), dtype=np.bool_)
    known: dict[tuple[str, tuple[tuple[int, int], ...]], Slots] = {}
    rows = Window.objects.order_by("registration_id", "start").values_list("registration_id", "start", "end")
    for registration, windows in groupby(rows.iterator(chunk_size=20_000), key=itemgetter(0)):
        if registration not in numbers:
            continue
        number = numbers[registration]
        key = (zones[number], tuple((begin, end) for _, begin, end in windows))
        if key not in known:
            known[key] = weekly_slots(list(key[1]), key[0], start=start, weeks=WEEKS)
        slots[number] = known[key]
    return slots


def _apart(numbers: dict[int, int], members: dict[int, int], *, now: datetime) -> np.ndarray:
    """Return the pairs of participants not to be proposed: blocked either way, matched before in either role and not
    long enough ago, or kept apart by the working group."""
    rules = MatchingRules.objects.current()
    matched = Match.objects.keeping_apart(now=now, cool_down_days=rules.cool_down_days)
    pairs = {
        (numbers[one], numbers[other])
        for rows in (
            matched.values_list("learner_id", "sharer_id"),
            Exclusion.objects.standing().values_list("one_id", "other_id"),
        )
        for one, other in rows
        if one in numbers and other in numbers
    } | {
        (members[one], members[other])
        for one, other in Block.objects.values_list("member_id", "blocked_id")
        if one in members and other in members
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
