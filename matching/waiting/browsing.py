"""Finding people who let others find them: who is listed for one reader, in which order, and what is said of each."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from letsconnect.base.folding import plain
from letsconnect.base.hours import QUARTERS_A_WEEK, next_monday
from letsconnect.base.labels import label_of
from matching.engine.candidates import HOUR, hour_starts, minutes_in_common
from matching.models import Match, SharerRequest
from matching.words import reasons
from registrations.answers.availability import slots_of_many, weekly_slots
from registrations.domain.registrations import MIN_SHARED_LEVEL, MINUTES_A_WEEK, SkillFamily, SkillState
from registrations.models import Member, Offer, Registration, RegistrationQuerySet, Skill, SpokenLanguage, Window
from registrations.participation import next_round
from registrations.reference.names import language_name
from registrations.skills import finding

WEEKS = 4
MINE = "mine"
_DAY, _SATURDAY = 1440, 5
_PARTS = (
    (range(_SATURDAY), 6, 12, gettext_lazy("weekday mornings")),
    (range(_SATURDAY), 12, 18, gettext_lazy("weekday afternoons")),
    (range(_SATURDAY), 18, 24, gettext_lazy("weekday evenings")),
    (range(_SATURDAY), 0, 6, gettext_lazy("weekday nights")),
    (range(_SATURDAY, 7), 6, 12, gettext_lazy("weekend mornings")),
    (range(_SATURDAY, 7), 12, 18, gettext_lazy("weekend afternoons")),
    (range(_SATURDAY, 7), 18, 24, gettext_lazy("weekend evenings")),
    (range(_SATURDAY, 7), 0, 6, gettext_lazy("weekend nights")),
)
Slots = NDArray[np.bool_]


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
        return self.person.member.public_id


@dataclass(frozen=True)
class Listed:
    """Everybody who fits, best to look at first, with the minutes a week each has in common with the reader."""

    keys: list[int]
    minutes: Mapping[int, int] = field(default_factory=dict)


def findable(member: Member, *, on: date) -> RegistrationQuerySet:
    """Those the member may find: they share something, have room for somebody, and can be matched on that day."""
    return next_round.findable(on=on).findable_by(member, on=on)


def wished_by(person: Registration) -> set[int]:
    """The skills the person wishes to learn, merged ones as their heirs."""
    wishes = person.wishes.annotate(known=Coalesce(F("skill__merged_into"), F("skill")))
    return set(wishes.values_list("known", flat=True))


def search(reader: Registration, wanted: SharerSearch, *, wished: set[int], now: datetime) -> Listed:
    """Find and order people in a constant number of queries.

    Who shares what the reader wishes comes first, then who has an hour in common; among equals the day draws lots, so
    that nobody is always at the top.
    """
    found = _filtered(findable(reader.member, on=now.date()), wanted, wished).order_by("pk")
    rows = list(found.values_list("pk", "zone", "member__zone"))
    keys = [row[0] for row in rows]
    minutes = _minutes(reader, rows, now=now)
    helpful = set(_offers(keys, wished).values_list("registration", flat=True)) if wished else set()
    day = now.date().isoformat()

    def place(key: int) -> tuple[bool, bool, str]:
        lot = hashlib.sha256(f"{day}:{reader.pk}:{key}".encode()).hexdigest()
        return key not in helpful, not minutes.get(key), lot

    return Listed(sorted((key for key in keys if minutes.get(key, 0) >= wanted.minutes), key=place), minutes)


def cards(reader: Registration, keys: Sequence[int], listed: Listed, *, wished: set[int], now: datetime) -> list[Card]:
    """Say of each what others may see, in a constant number of queries, in the order of ``keys``."""
    people = (
        Registration.objects.filter(pk__in=keys)
        .select_related("member", "group")
        .prefetch_related(
            "offers__skill__skill_names", "offers__skill__merged_into__skill_names", "spoken_languages", "windows"
        )
    )
    by_key = {person.pk: person for person in people}
    start = next_monday(now.date())
    parts = _parts(reader.zone or reader.member.zone or "UTC", start=start)
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
    """Return one person as a list of one."""
    rows = [(person.pk, person.zone, person.member.zone)]
    return Listed([person.pk], _minutes(reader, rows, now=now))


def skills_to_choose(member: Member, *, on: date) -> list[tuple[str, list[Skill]]]:
    """The skills people who can be found share, by family, by name."""
    offers = _offers(findable(member, on=on).values("pk"))
    found = Skill.objects.filter(pk__in=offers.values("known")).prefetch_related("skill_names")
    families: dict[str, list[Skill]] = defaultdict(list)
    for skill in sorted(found, key=lambda skill: plain(str(skill))):
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
    offers = offers.annotate(known=Coalesce(F("skill__merged_into"), F("skill")))
    return offers if wished is None else offers.filter(known__in=wished)


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
        sharing = Offer.objects.filter(skill__in=[one.skill_id for one in typed])
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


def _minutes(reader: Registration, rows: Sequence[tuple[int, str, str]], *, now: datetime) -> dict[int, int]:
    """Minutes a week in common with the reader, as a round counts them; nobody's when the reader told no hours."""
    windows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    wanted = Window.objects.filter(registration__in=[reader.pk, *(row[0] for row in rows)])
    for key, begins, ends in wanted.order_by("registration", "start").values_list("registration", "start", "end"):
        windows[key].append((begins, ends))
    if not rows or not windows[reader.pk]:
        return {}
    people = [(windows[reader.pk], reader.zone or reader.member.zone or "UTC")]
    people += [(windows[key], zone or theirs or "UTC") for key, zone, theirs in rows]
    slots = slots_of_many(people, start=next_monday(now.date()), weeks=WEEKS)
    starts = hour_starts(slots.reshape(len(people), WEEKS, QUARTERS_A_WEEK))
    others = np.arange(1, len(people), dtype=np.int64)
    minutes = minutes_in_common(starts, np.zeros_like(others), others)
    return {row[0]: int(found) for row, found in zip(rows, minutes, strict=True)}


def _parts(zone: str, *, start: date) -> list[tuple[str, Slots]]:
    """The parts of the reader's week, each with the quarters of an hour it is in UTC."""
    return [
        (
            str(label),
            weekly_slots(
                [(day * _DAY + begins * 60, min(day * _DAY + ends * 60, MINUTES_A_WEEK)) for day in days],
                zone,
                start=start,
                weeks=1,
            ),
        )
        for days, begins, ends, label in _PARTS
    ]


def _roughly(person: Registration, parts: list[tuple[str, Slots]], *, start: date) -> tuple[str, ...]:
    zone = person.zone or person.member.zone or "UTC"
    free = weekly_slots([(one.start, one.end) for one in person.windows.all()], zone, start=start, weeks=1)
    return tuple(label for label, part in parts if np.count_nonzero(free & part) >= HOUR)


def _skills_of(person: Registration, wished: set[int]) -> tuple[SharedSkill, ...]:
    """What the person shares, what the reader wishes first; a retired skill is not offered any more."""
    offers = [offer for offer in person.offers.all() if offer.skill.state != SkillState.RETIRED]
    told = [
        SharedSkill(offer.skill.heir.pk, str(offer.skill), label_of(offer, "level"), offer.skill.heir.pk in wished)
        for offer in offers
    ]
    return tuple(sorted(told, key=lambda one: (not one.is_wished, plain(one.name))))


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
