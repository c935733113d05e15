"""Rank skills by what 1:1 matches cannot serve: wishes beyond the free places, and what people asked or raised."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from clinics.models import RaisedNeed, TopicRequest, TopicSupport
from letsconnect.base.folding import plain
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN, too_small
from registrations import needs
from registrations.domain.registrations import SkillState
from registrations.models import Member, Offer, Skill, Wish, heir_at
from registrations.skills.names import names_of

ByRegion = Mapping[str, int]


@dataclass
class SkillNeed:
    """What is known of one skill. People are counted by their region, because not everybody may read small numbers."""

    skill: int
    name: str = ""
    wishes: Counter[str] = field(default_factory=Counter)
    sharers: Counter[str] = field(default_factory=Counter)
    supporters: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    places: int = 0
    short: int = 0
    requests: int = 0
    raised: int = 0
    raised_people: int = 0

    @property
    def unserved(self) -> int:
        """How many people a clinic would serve whom matches cannot: who wishes it beyond the places there are, who
        asked for a clinic, and of whom it was raised. Somebody may be among two of these."""
        beyond = max(0, self.wishes.total() - self.places)
        return beyond + self.supporters.total() + self.raised_people


@dataclass(frozen=True)
class WhoseNeeds:
    """Whose needs: of a region, and of those who speak a language. Who shares a skill may be from anywhere."""

    region: str = ""
    language: str = ""


def skill_needs(chosen: WhoseNeeds, *, on: date) -> list[SkillNeed]:
    """Return the needs of all skills in use that anybody needs, the greatest first; the queries are always as many."""
    rows: dict[int, SkillNeed] = {}

    def row(skill: int) -> SkillNeed:
        return rows.setdefault(skill, SkillNeed(skill))

    wishing = needs.people_who_count(on=on, region=chosen.region, language=chosen.language)
    sharing = needs.people_who_count(on=on, language=chosen.language)
    batch = QueryBatch()
    wishes = batch.add(_by_skill_and_region(Wish.objects.filter(registration__in=wishing.values("pk"))))
    offers = batch.add(_by_skill_and_region(Offer.objects.filter(registration__in=sharing.values("pk"))))
    asked, wanted = (batch.add(counted) for counted in _asked(chosen))
    raised = batch.add(_raised(chosen))
    retired = batch.add(Skill.objects.filter(state=SkillState.RETIRED).order_by().values_list("pk", flat=True))
    batch.run()
    for skill, region, count in wishes:
        row(skill).wishes[region] += count
    for skill, region, count in offers:
        row(skill).sharers[region] += count
    rounds = needs.rounds()
    for waiting in rounds.waiting(wishing):
        row(waiting.skill).waiting[waiting.region] += waiting.people
        row(waiting.skill).rounds += waiting.rounds
    for skill, places in rounds.free_places(sharing).items():
        row(skill).places = places
    if not chosen.region and not chosen.language:
        for skill, short in rounds.short().items():
            row(skill).short = short
    for skill, count in asked:
        row(skill).requests = count
    for skill, region, count in wanted:
        row(skill).supporters[region] += count
    for skill, count, people in raised:
        row(skill).raised, row(skill).raised_people = count, people
    return _in_order(rows, retired=set(retired))


def _by_skill_and_region(answers: QuerySet[Any]) -> QuerySet[Any, Any]:
    people = Count("registration", distinct=True)
    grouped = answers.order_by().values(heir=heir_at("skill"), region=F("registration__region")).annotate(people=people)
    return grouped.values_list("heir", "region", "people")


def _asked(chosen: WhoseNeeds) -> "tuple[QuerySet[Any, Any], QuerySet[Any, Any]]":
    """Return how many requests there are on each skill, and how many people of each region want what they ask for."""
    requests = TopicRequest.objects.going_on().filter(skill__isnull=False)
    supports = TopicSupport.objects.all()
    if chosen.language:
        requests = requests.filter(language=chosen.language)
    if chosen.region:
        supports = supports.filter(member__region=chosen.region)
        requests = requests.filter(pk__in=supports.values("request"))
    counted = requests.order_by().values(heir=heir_at("skill")).annotate(count=Count("pk"))
    wanted = supports.filter(request__in=requests.order_by().values("pk")).order_by()
    by_region = wanted.values("member__region", heir=heir_at("request__skill")).annotate(
        people=Count("member", distinct=True)
    )
    return counted.values_list("heir", "count"), by_region.values_list("heir", "member__region", "people")


def _raised(chosen: WhoseNeeds) -> "QuerySet[Any, Any]":
    """Return how many needs were raised on each skill, and of how many people."""
    raised = RaisedNeed.objects.standing().filter(skill__isnull=False)
    for name, value in (("region", chosen.region), ("language", chosen.language)):
        raised = raised.filter(**{name: value}) if value else raised
    counted = raised.order_by().values(heir=heir_at("skill")).annotate(count=Count("pk"), sum=Sum("people"))
    return counted.values_list("heir", "count", "sum")


def _in_order(rows: Mapping[int, SkillNeed], *, retired: Collection[int]) -> list[SkillNeed]:
    needed = [need for skill, need in rows.items() if skill not in retired and _is_needed(need)]
    names = names_of({need.skill for need in needed})
    for need in needed:
        need.name = names.get(need.skill, "")
    return sorted(needed, key=lambda need: (-need.unserved, -need.rounds, plain(need.name), need.skill))


def _is_needed(need: SkillNeed) -> bool:
    return bool(need.wishes or need.supporters or need.raised)


def exact_for(reader: Member, regions: Collection[str]) -> frozenset[str]:
    """Return those of these regions of which the reader may read small numbers: their own; a coordinator all."""
    return frozenset(regions if reader.is_coordinator else reader.seat_regions)


@dataclass(frozen=True)
class ShownCount:
    """How many people, as one reader may know it: ``others`` is None where people elsewhere are too few to be told."""

    own: int
    others: int | None

    @property
    def total(self) -> int | None:
        return None if self.others is None else self.own + self.others


def shown(counts: ByRegion, reader: Member, *, among: ByRegion | None = None) -> ShownCount:
    """Return a number of people for a reader: exact in their regions; elsewhere none, or five and more.

    Of those who speak a language ``among`` are all people, whatever they speak: where all but a few speak it, nothing
    is told either, because the difference would tell these few.
    """
    exact = exact_for(reader, {**counts, **(among or {})})
    own, others = _own_and_others(counts, exact)
    rest = _own_and_others(among, exact)[1] - others if among is not None else 0
    is_hidden = any(0 < number < SMALLEST_COUNT_SHOWN for number in (others, rest))
    return ShownCount(own, None if is_hidden else others)


def _own_and_others(counts: ByRegion, exact: Collection[str]) -> tuple[int, int]:
    own = sum(count for region, count in counts.items() if region in exact)
    return own, sum(counts.values()) - own


def of_one_filter(chosen: WhoseNeeds, reader: Member) -> WhoseNeeds:
    """Return whose needs a reader may count: of a region that is not theirs no language, because what is left of the
    region's number would tell how many do not speak it."""
    is_own = not chosen.region or chosen.region in exact_for(reader, [chosen.region])
    return chosen if is_own else replace(chosen, language="")


def shown_of_speakers(counts: ByRegion, reader: Member, *, among: ByRegion) -> dict[str, int | None]:
    """Return how many of each region speak a language, for a reader: of other regions nothing, not even that nobody
    does; their numbers are told without regard to language alone."""
    everywhere = {region for region, count in among.items() if count}
    exact = exact_for(reader, everywhere)
    return {region: counts.get(region, 0) if region in exact else None for region in everywhere}


def shown_by_region(counts: ByRegion, reader: Member) -> dict[str, int | None]:
    """Return the numbers of each region for a reader; None where fewer than five are meant who are not theirs.

    Where those hidden would be fewer than five together, the next smallest is hidden too: the sum would tell them.
    """
    some = {region: count for region, count in counts.items() if count}
    hidden = too_small(some, least=SMALLEST_COUNT_SHOWN, exact=exact_for(reader, counts))
    return {region: None if region in hidden else count for region, count in some.items()}
