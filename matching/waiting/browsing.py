"""List the people who let others find them: whom one reader finds, in which order, and what is said about each."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from letsconnect.base.folding import plain
from letsconnect.base.hours import QUARTERS_A_WEEK, next_monday
from letsconnect.base.labels import label_of
from matching.domain.matches import WEEKS_COMPARED
from matching.engine.candidates import HOUR, hour_starts, minutes_in_common
from matching.models import Match, SharerRequest
from matching.models.people import account_of, first_zone, zone_of
from matching.words import reasons
from registrations.answers.availability import slots_of_many, weekly_slots
from registrations.domain.registrations import MIN_SHARED_LEVEL, MINUTES_A_WEEK, SkillFamily, SkillState
from registrations.models import Member, Offer, Registration, RegistrationQuerySet, Skill, SpokenLanguage, Window
from registrations.participation import next_round
from registrations.reference.names import language_name
from registrations.skills import finding

MINE = "mine"
_DAY, _SATURDAY = 1440, 5
_WEEKDAYS, _WEEKEND = range(_SATURDAY), range(_SATURDAY, 7)
_HEIR = Coalesce(F("skill__merged_into"), F("skill"))  # of an offer's or a wish's skill: itself, if it was not merged
Slots = NDArray[np.bool_]


class PartOfWeek(NamedTuple):
    """A part of the week as people speak of it: these hours of these days."""

    days: range
    from_hour: int
    to_hour: int
    name: Promise


_PARTS = (
    PartOfWeek(_WEEKDAYS, 6, 12, gettext_lazy("weekday mornings")),
    PartOfWeek(_WEEKDAYS, 12, 18, gettext_lazy("weekday afternoons")),
    PartOfWeek(_WEEKDAYS, 18, 24, gettext_lazy("weekday evenings")),
    PartOfWeek(_WEEKDAYS, 0, 6, gettext_lazy("weekday nights")),
    PartOfWeek(_WEEKEND, 6, 12, gettext_lazy("weekend mornings")),
    PartOfWeek(_WEEKEND, 12, 18, gettext_lazy("weekend afternoons")),
    PartOfWeek(_WEEKEND, 18, 24, gettext_lazy("weekend evenings")),
    PartOfWeek(_WEEKEND, 0, 6, gettext_lazy("weekend nights")),
)


class _ZoneOfPerson(NamedTuple):
    """Somebody who is looked at, by registration, and the time zone they live by."""

    registration: int
    zone: str


class _QuartersOfPart(NamedTuple):
    """A part of the reader's week: its name, and its quarters of an hour in UTC."""

    name: str
    quarters: Slots


@dataclass(frozen=True)
class SharerSearch:
    """What the reader looks for; ``topic`` is the key of a skill, a family, or what they wish to learn."""

    text: str = ""
    topic: str = ""
    language: str = ""
    region: str = ""
    minutes: int = 0


@dataclass(frozen=True)
class SharedSkill:
    """One skill somebody shares; ``key`` is its id."""

    key: int
    name: str
    level: str
    is_wished: bool


@dataclass(frozen=True)
class Card:
    """One person as others may see them: no address, no zone, no exact hours."""

    person: Registration
    name: str
    region: str
    group: str
    skills: tuple[SharedSkill, ...]
    languages: tuple[str, ...]
    roughly: tuple[str, ...]
    in_common: str
    is_asked: bool = False
    is_matched: bool = False

    @property
    def key(self) -> str:
        return account_of(self.person).public_id


@dataclass(frozen=True)
class Listed:
    """Everybody who fits a search, the best first, with the minutes a week each has in common with the reader."""

    keys: list[int]
    minutes: Mapping[int, int] = field(default_factory=dict)


def findable(member: Member, *, on: date) -> RegistrationQuerySet:
    """Those the member may find: they share something, have room for somebody, and can be matched on that day."""
    return next_round.findable(on=on).findable_by(member, on=on)


def wished_by(person: Registration) -> set[int]:
    """The skills the person wishes to learn, merged ones as their heirs."""
    return set(person.wishes.values_list(_HEIR, flat=True))


def search(reader: Registration, wanted: SharerSearch, *, wished: set[int], now: datetime) -> Listed:
    """Find and order people in a constant number of queries.

    Who shares what the reader wishes comes first, then who has an hour in common; among equals the day draws lots, so
    that nobody is always at the top.
    """
    people = _filtered(findable(account_of(reader), on=now.date()), wanted, wished).order_by("pk")
    zones = [
        _ZoneOfPerson(row.pk, first_zone(row.zone, row.member__zone))
        for row in people.values_list("pk", "zone", "member__zone", named=True)
    ]
    keys = [person.registration for person in zones]
    minutes = _minutes(reader, zones, now=now)
    helpful = set(_offers(keys, wished).values_list("registration", flat=True)) if wished else set()
    day = now.date().isoformat()

    def place(key: int) -> tuple[bool, bool, str]:
        lot = hashlib.sha256(f"{day}:{reader.pk}:{key}".encode()).hexdigest()
        return key not in helpful, not minutes.get(key), lot

    return Listed(sorted((key for key in keys if minutes.get(key, 0) >= wanted.minutes), key=place), minutes)


def cards(reader: Registration, keys: Sequence[int], listed: Listed, *, wished: set[int], now: datetime) -> list[Card]:
    """Return what others may see of each person, in the order of ``keys`` and in a constant number of queries."""
    people = (
        Registration.objects.filter(pk__in=keys)
        .select_related("member", "group")
        .prefetch_related(
            "offers__skill__skill_names", "offers__skill__merged_into__skill_names", "spoken_languages", "windows"
        )
    )
    by_key = {person.pk: person for person in people}
    start = next_monday(now.date())
    parts = _parts(zone_of(reader), start=start)
    asked = set(SharerRequest.objects.waiting().filter(learner=reader).values_list("sharer", flat=True))
    matches = Match.objects.live().filter(learner=reader, asked_at__isnull=False)
    matched = set(matches.values_list("sharer", flat=True))
    return [
        Card(
            person=person,
            name=reasons.name_of(person),
            region=label_of(person, "region"),
            group=str(person.group or person.group_other or ""),
            skills=_skills_of(person, wished),
            languages=_languages_of(person),
            roughly=_roughly(person, parts, start=start),
            in_common=_in_common(listed.minutes.get(person.pk)),
            is_asked=person.pk in asked,
            is_matched=person.pk in matched,
        )
        for person in (by_key[key] for key in keys if key in by_key)
    ]


def with_minutes(reader: Registration, person: Registration, *, now: datetime) -> Listed:
    """Return a list of this one person."""
    return Listed([person.pk], _minutes(reader, [_ZoneOfPerson(person.pk, zone_of(person))], now=now))


def skills_to_choose(member: Member, *, on: date) -> list[tuple[str, list[Skill]]]:
    """The skills people who can be found share, by family, by name."""
    offers = _offers(findable(member, on=on))
    shared = Skill.objects.filter(pk__in=offers.values_list(_HEIR)).prefetch_related("skill_names")
    families: dict[str, list[Skill]] = defaultdict(list)
    for skill in sorted(shared, key=lambda skill: plain(str(skill))):
        families[skill.family].append(skill)
    return [(family, families[family]) for family in [*SkillFamily.values, ""] if families[family]]


def languages_to_choose(member: Member, *, on: date) -> list[tuple[str, str]]:
    """The languages people who can be found speak well enough to share something in them."""
    spoken = SpokenLanguage.objects.filter(registration__in=findable(member, on=on), level__gte=MIN_SHARED_LEVEL)
    codes = spoken.order_by("code").values_list("code", flat=True).distinct()
    return sorted(((code, _language(code)) for code in codes), key=lambda pair: plain(pair[1]))


def _offers(
    registrations: Iterable[int] | RegistrationQuerySet, wished: Iterable[int] | None = None
) -> QuerySet[Offer]:
    offers = Offer.objects.filter(registration__in=registrations).exclude(skill__state=SkillState.RETIRED)
    return offers if wished is None else offers.annotate(heir=_HEIR).filter(heir__in=wished)


def _filtered(people: RegistrationQuerySet, wanted: SharerSearch, wished: set[int]) -> RegistrationQuerySet:
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
    if topic == MINE:
        return _offers(Registration.objects.all(), wished)
    if topic in SkillFamily.values:
        family = Coalesce(F("skill__merged_into__family"), F("skill__family"))
        return _offers(Registration.objects.all()).annotate(family=family).filter(family=topic)
    heirs = Skill.objects.filter(pk=int(topic)).values_list(Coalesce(F("merged_into"), F("pk")), flat=True)
    return _offers(Registration.objects.all(), heirs)


def _minutes(reader: Registration, others: Sequence[_ZoneOfPerson], *, now: datetime) -> dict[int, int]:
    """Minutes a week in common with the reader, as a round counts them; nobody's when the reader told no hours."""
    windows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    keys = [reader.pk, *(person.registration for person in others)]
    rows = Window.objects.filter(registration__in=keys).order_by("registration", "start")
    for window in rows.values_list("registration_id", "start", "end", named=True):
        windows[window.registration_id].append((window.start, window.end))
    if not others or not windows[reader.pk]:
        return {}
    people = [_ZoneOfPerson(reader.pk, zone_of(reader)), *others]
    hours = [(windows[person.registration], person.zone) for person in people]
    slots = slots_of_many(hours, start=next_monday(now.date()), weeks=WEEKS_COMPARED)
    starts = hour_starts(slots.reshape(len(people), WEEKS_COMPARED, QUARTERS_A_WEEK))
    numbers = np.arange(1, len(people), dtype=np.int64)
    minutes = minutes_in_common(starts, np.zeros_like(numbers), numbers)
    return {person.registration: int(count) for person, count in zip(others, minutes, strict=True)}


def _parts(zone: str, *, start: date) -> list[_QuartersOfPart]:
    """The parts of the reader's week, each with the quarters of an hour it is in UTC."""
    return [
        _QuartersOfPart(str(part.name), weekly_slots(_windows_of(part), zone, start=start, weeks=1)) for part in _PARTS
    ]


def _windows_of(part: PartOfWeek) -> list[tuple[int, int]]:
    """When a part of the week begins and ends on each of its days, in minutes of the local week."""
    return [
        (day * _DAY + part.from_hour * 60, min(day * _DAY + part.to_hour * 60, MINUTES_A_WEEK)) for day in part.days
    ]


def _roughly(person: Registration, parts: list[_QuartersOfPart], *, start: date) -> tuple[str, ...]:
    """The names of the parts of the reader's week in which the person is free for an hour or more."""
    windows = [(window.start, window.end) for window in person.windows.all()]
    free = weekly_slots(windows, zone_of(person), start=start, weeks=1)
    return tuple(part.name for part in parts if np.count_nonzero(free & part.quarters) >= HOUR)


def _skills_of(person: Registration, wished: set[int]) -> tuple[SharedSkill, ...]:
    """What the person shares, what the reader wishes first; a retired skill is not offered any more."""
    offers = [offer for offer in person.offers.all() if offer.skill.state != SkillState.RETIRED]
    shared = [
        SharedSkill(offer.skill.heir.pk, str(offer.skill), label_of(offer, "level"), offer.skill.heir.pk in wished)
        for offer in offers
    ]
    return tuple(sorted(shared, key=lambda skill: (not skill.is_wished, plain(skill.name))))


def _languages_of(person: Registration) -> tuple[str, ...]:
    spoken = [row for row in person.spoken_languages.all() if row.level]
    return tuple(
        # Translators: a language and how well somebody speaks it, as in "Arabic (N – native)".
        _("%(language)s (%(level)s)") % {"language": _language(row.code), "level": label_of(row, "level")}
        for row in sorted(spoken, key=lambda row: (-row.level, row.code))
    )


def _in_common(minutes: int | None) -> str:
    if minutes is None:
        return ""
    hours = minutes // 60
    if not hours:
        return _("No hour in common with you at the moment.")
    return ngettext(
        "About %(hours)d hour a week in common with you.", "About %(hours)d hours a week in common with you.", hours
    ) % {"hours": hours}


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")
