"""Find the people who let others find them: whom one reader finds, and in which order. What is said: `cards`."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from letsconnect.base.folding import plain
from letsconnect.base.hours import QUARTERS_A_WEEK, next_monday
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.domain.matches import WEEKS_COMPARED
from matching.engine.candidates import hour_starts, minutes_in_common
from matching.models import MatchingRules, SharerRequest
from matching.models.matches import HEIR
from matching.models.people import account_of
from matching.waiting.prospects import PartOfDay, Prospects, prospects
from registrations import documents
from registrations.answers.availability import Window, slots_of_many
from registrations.domain.registrations import MIN_SHARED_LEVEL, SkillFamily, SkillState
from registrations.models import (
    HEIR_OF_SKILL,
    Member,
    Offer,
    Registration,
    RegistrationQuerySet,
    Skill,
    SpokenLanguage,
    Wish,
)
from registrations.models import Window as FreeHours
from registrations.participation import next_round
from registrations.reference.names import language_name
from registrations.reference.zones import first_zone
from registrations.skills import finding
from registrations.skills.names import best_names, name_rows

MINE = "mine"
FAMILY = Coalesce(F("skill__merged_into__family"), F("skill__family"))  # of a wish or an offer


class FoundPerson(NamedTuple):
    """Somebody who is looked at, by registration, and the time zone they live by."""

    registration: int
    zone: str


class NamedSkill(NamedTuple):
    """A skill that somebody shares, as the reader calls it; ``key`` is its id, or its heir's where it was merged."""

    key: int
    family: str
    name: str


@dataclass(frozen=True)
class SharerSearch:
    """What the reader looks for; ``topic`` is the key of a skill, a family, or what they wish to learn."""

    text: str = ""
    topic: str = ""
    language: str = ""
    region: str = ""
    minutes: int = 0


@dataclass(frozen=True)
class Listed:
    """Everybody who fits a search, the best first, with the minutes a week each has in common with the reader.

    ``windows`` are the free hours of all of them and of the reader.
    """

    keys: list[int]
    minutes: Mapping[int, int]
    windows: Mapping[int, Sequence[Window]]


class Reach(NamedTuple):
    """Whom a reader could ask for now, and at which time they would have an hour in common with others."""

    seen: Prospects
    at_once: set[int]  # registrations
    by_time: Mapping[int, PartOfDay]

    def __contains__(self, key: object) -> bool:
        return key in self.at_once or key in self.by_time

    @property
    def wished(self) -> set[int]:
        """The skills the reader wishes to learn, merged ones as their heirs."""
        numbered = self.seen.numbered
        return set(numbered.skill_ids[numbered.wish_skill[numbered.wish_person == self.seen.me]].tolist())

    @property
    def helpful(self) -> set[int]:
        """Who shares something of that."""
        numbered = self.seen.numbered
        mine = numbered.wish_skill[numbered.wish_person == self.seen.me]
        return {self.seen.keys[row] for row in np.flatnonzero(self.seen.rules.sharing(mine))}


def findable(member: Member, *, on: date) -> RegistrationQuerySet:
    """Those the member may find: they share something, have room for somebody, and can be matched on that day."""
    return next_round.findable(on=on).not_apart_from(member)


def everybody(member: Member, *, on: date) -> list[FoundPerson]:
    """Everybody the member may find."""
    return _people_of(_EVERYBODY.rows({"member": member}, on=on, versions=documents.all_counting(on=on)))


def everybody_and_asked(reader: Registration, *, on: date) -> tuple[list[FoundPerson], list[int], MatchingRules]:
    """Everybody the reader may find, whom of them they ask for now, and the rules of matching; in one statement."""
    batch, values = QueryBatch(), {"member": account_of(reader)}
    people = batch.add(_EVERYBODY.queryset(values, on=on, versions=documents.all_counting(on=on)))
    asked = batch.add(_ASKED.queryset({"reader": reader}))
    rules = batch.add(MatchingRules.objects.all())
    batch.run()
    return _people_of(people), list(asked), next(iter(rules), MatchingRules())


def _people_of(rows: Iterable[tuple[int, str, str | None]]) -> list[FoundPerson]:
    return [FoundPerson(key, first_zone(zone, members_zone)) for key, zone, members_zone in rows]


def _everybody(member: Member, *, on: date, versions: object) -> QuerySet[Registration, Any]:
    """The rows of `everybody`; their SQL holds the day, and the versions of documents that count on it."""
    return findable(member, on=on).order_by("pk").values_list("pk", "zone", "member__zone")


_EVERYBODY = Statement(_everybody)


_WISHED = Statement(lambda person: Wish.objects.filter(registration=person).values_list(HEIR, flat=True))


def within_reach(
    reader: Registration, people: Sequence[FoundPerson], *, rules: MatchingRules | None = None, now: datetime
) -> "Reach":
    """Leave those out whom asking could not reach, whatever the next round looks for: without a place, kept apart from
    the reader, without a language in common, or where one's wish for a region does not meet the other's.

    Who has no hour in common stays where some time, once added, would give one.
    """
    keys = [person.registration for person in people]
    rules = rules or MatchingRules.objects.current()
    seen = prospects(reader, keys, wished=(), rules=rules, now=now)
    allowed = seen.allowed(no_offer=seen.everybody_else)
    if not seen.has_hours:
        return Reach(seen, {seen.keys[row] for row in np.flatnonzero(allowed)}, {})
    meeting = seen.who(allowed)
    allowed[list(meeting)] = False
    return Reach(seen, {seen.keys[row] for row in meeting}, seen.times_by_person(allowed))


def search(
    reader: Registration, wanted: SharerSearch, *, among: Sequence[FoundPerson], reach: "Reach", now: datetime
) -> Listed:
    """Choose and order people. Who has an hour in common comes first, then who shares what the reader wishes; among
    equals the day draws lots, so that nobody is always at the top."""
    people = _filtered([person for person in among if person.registration in reach], wanted, reach.wished)
    minutes, helpful, day = reach.seen.minutes, reach.helpful, now.date().isoformat()

    def place(key: int) -> tuple[bool, bool, str]:
        lot = hashlib.sha256(f"{day}:{reader.pk}:{key}".encode()).hexdigest()
        return key not in reach.at_once, key not in helpful, lot

    keys = [person.registration for person in people]
    keys = sorted((key for key in keys if minutes[key] >= wanted.minutes), key=place)
    return Listed(keys, minutes if reach.seen.has_hours else {}, reach.seen.windows)


_ASKED = Statement(
    lambda reader: SharerRequest.objects.waiting().filter(learner=reader).values_list("sharer", flat=True)
)


def minutes_with(reader: Registration, person: Registration, *, now: datetime) -> int:
    """Return the minutes a week the reader has in common with this one person."""
    windows = _by_person(_FREE_HOURS.rows({"keys": [reader.pk, person.pk]}))
    return _minutes(reader, [FoundPerson(person.pk, person.own_zone)], windows, now=now).get(person.pk, 0)


class LookedAt(NamedTuple):
    """One person whom a reader looks at: what is said of them, whom the reader asks for now, and what for."""

    listed: Listed
    skills: dict[int, NamedSkill]  # that the person shares
    wished: set[int]  # the skills the reader wishes to learn, merged ones as their heirs
    asked: list[int]  # once for each request that waits
    waiting: list[SharerRequest]  # those for this person
    rules: MatchingRules


def look_at(reader: Registration, person: Registration, *, now: datetime) -> LookedAt:
    """Return what a reader sees of one person beside their card, read in one statement."""
    batch, both = QueryBatch(), [reader.pk, person.pk]
    hours, names = batch.add(_FREE_HOURS.queryset({"keys": both})), batch.add(_NAMES.queryset({"keys": [person.pk]}))
    wished, asked = batch.add(_WISHED.queryset({"person": reader})), batch.add(_ASKED.queryset({"reader": reader}))
    of_this_one = SharerRequest.objects.waiting().filter(learner=reader, sharer=person)
    waiting, rules = batch.add(of_this_one.with_people().prefetch_related(None)), batch.add(MatchingRules.objects.all())
    batch.run()
    batch.prefetch(Skill, "skill_names")
    windows, somebody = _by_person(hours), FoundPerson(person.pk, person.own_zone)
    return LookedAt(
        Listed([person.pk], _minutes(reader, [somebody], windows, now=now), windows),
        _as_called(names),
        set(wished),
        list(asked),
        list(waiting),
        next(iter(rules), MatchingRules()),
    )


def skills_shared(keys: Collection[int]) -> dict[int, NamedSkill]:
    """Return the skills these people share, by key, as the reader calls them; merged ones as their heirs."""
    return _as_called(_NAMES.rows({"keys": list(keys)}))


def _as_called(rows: Collection[Any]) -> dict[int, NamedSkill]:
    family_by_key = {key: family for key, *_name, family in rows}
    return {key: NamedSkill(key, family_by_key[key], name) for key, name in best_names(rows).items()}


def by_family(skills: Iterable[NamedSkill]) -> list[tuple[str, list[NamedSkill]]]:
    """Return skills by family, by name."""
    families: dict[str, list[NamedSkill]] = defaultdict(list)
    for skill in sorted(skills, key=lambda skill: plain(skill.name)):
        families[skill.family].append(skill)
    return [(family, families[family]) for family in [*SkillFamily.values, ""] if families[family]]


def languages_of(reach: Reach) -> list[tuple[str, str]]:
    """The languages in which those within reach speak well enough to share something."""
    numbered = reach.seen.numbered
    rows = [row for row, key in enumerate(reach.seen.keys) if key in reach]
    codes = [numbered.language_codes[code] for code in np.flatnonzero(numbered.comfort[rows].any(axis=0))]
    return sorted(((code, language_in_words(code)) for code in codes), key=lambda pair: plain(pair[1]))


def offers_of(keys: Collection[int]) -> QuerySet[Offer]:
    return _not_retired(Offer.objects.filter(registration__in=any_of(keys)))


def _not_retired(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    return offers.exclude(skill__state=SkillState.RETIRED)


def _of_heirs(offers: QuerySet[Offer], skills: Any) -> QuerySet[Offer]:
    return offers.annotate(heir=HEIR).filter(heir__in=skills)


def _names(keys: Collection[int]) -> QuerySet[Skill, Any]:
    """The names of the skills that these people share."""
    return name_rows(Skill.objects.filter(pk__in=offers_of(keys).values_list(HEIR)), "family")


_NAMES = Statement(_names)


def _filtered(among: Sequence[FoundPerson], wanted: SharerSearch, wished: set[int]) -> Sequence[FoundPerson]:
    if not (wanted.text or wanted.topic or wanted.language or wanted.region):
        return among
    people = Registration.objects.filter(pk__in=any_of(person.registration for person in among))
    fitting = set(_fitting(people, wanted, wished).values_list("pk", flat=True))
    return [person for person in among if person.registration in fitting]


def _fitting(people: RegistrationQuerySet, wanted: SharerSearch, wished: set[int]) -> RegistrationQuerySet:
    if wanted.region:
        people = people.filter(region=wanted.region)
    if wanted.language:
        speakers = SpokenLanguage.objects.filter(code=wanted.language, level__gte=MIN_SHARED_LEVEL)
        people = people.filter(pk__in=speakers.values("registration"))
    if wanted.topic:
        people = people.filter(pk__in=_about(wanted.topic, wished).values("registration"))
    if wanted.text:
        typed = finding.search(wanted.text, language=get_language() or "en")
        sharing = Offer.objects.filter(skill__in=[hit.skill_id for hit in typed])
        people = people.filter(
            Q(member__name__icontains=wanted.text)
            | Q(group__name__icontains=wanted.text)
            | Q(group_other__icontains=wanted.text)
            | Q(pk__in=sharing.values("registration"))
        )
    return people


def _about(topic: str, wished: set[int]) -> QuerySet[Offer]:
    offers = _not_retired(Offer.objects.all())
    if topic == MINE:
        return _of_heirs(offers, wished)
    if topic in SkillFamily.values:
        return offers.annotate(family=FAMILY).filter(family=topic)
    return _of_heirs(offers, Skill.objects.filter(pk=int(topic)).values_list(HEIR_OF_SKILL))


def _by_person(hours: Iterable[tuple[int, int, int]]) -> dict[int, list[Window]]:
    """Return the free hours of each person who has some, in their order."""
    windows: dict[int, list[Window]] = {}
    for registration, start, end in hours:
        windows.setdefault(registration, []).append((start, end))
    return windows


def _free_hours(keys: Collection[int]) -> QuerySet[FreeHours, Any]:
    rows = FreeHours.objects.filter(registration__in=any_of(keys)).order_by("registration_id", "start")
    return rows.values_list("registration_id", "start", "end")


_FREE_HOURS = Statement(_free_hours)


def _minutes(
    reader: Registration, others: Sequence[FoundPerson], windows: Mapping[int, Sequence[Window]], *, now: datetime
) -> dict[int, int]:
    """Minutes a week in common with the reader, as a round counts them; nobody's when the reader told no hours."""
    if not others or reader.pk not in windows:
        return {}
    people = [FoundPerson(reader.pk, reader.own_zone), *others]
    hours = [(windows.get(person.registration, ()), person.zone) for person in people]
    slots = slots_of_many(hours, start=next_monday(now.date()), weeks=WEEKS_COMPARED)
    starts = hour_starts(slots.reshape(len(people), WEEKS_COMPARED, QUARTERS_A_WEEK))
    numbers = np.arange(1, len(people), dtype=np.int64)
    minutes = minutes_in_common(starts, np.zeros_like(numbers), numbers)
    return {person.registration: int(count) for person, count in zip(others, minutes, strict=True)}


def language_in_words(code: str) -> str:
    return language_name(code, get_language() or "en")
