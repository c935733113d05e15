"""Who wishes a clinic, and who could share it: people of one's own regions in full, of others what they allow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, Max, Q, QuerySet, Value, When
from django.utils.translation import get_language

from clinics.domain.clinics import TOOK_PLACE
from clinics.domain.people import ClinicRole
from clinics.models import Clinic, ClinicPerson, TopicRequest, TopicSupport
from clinics.needs.counting import ShownCount, shown
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.labels import label_of
from letsconnect.base.languages import listed
from registrations import needs
from registrations.answers.windows import say_window
from registrations.domain.registrations import MIN_SHARED_LEVEL, OfferLevel, merge_windows
from registrations.models import Member, Offer, Registration, Wish, heir_at
from registrations.reference.names import language_name

HIGH_LEVELS = (OfferLevel.EXPERIENCED, OfferLevel.TEACHER)
MOST_NAMED = 100
HOSTED_AS = (ClinicRole.SHARER, ClinicRole.HOST)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could share in a clinic. ``hours``, ``level`` and ``last_hosted`` are told in one's own regions."""

    registration: int
    public_id: str
    name: str
    group: str
    region: str
    languages: str
    is_own: bool
    is_asked: bool
    level: str = ""
    hours: str = ""
    zone: str = ""
    last_hosted: datetime | None = None


@dataclass(frozen=True)
class WhoWants:
    """Who would come: the named are of the reader's own regions, all others are counted."""

    wishers: tuple[Registration, ...]
    supporters: tuple[Member, ...]
    wishing: ShownCount
    supporting: int
    requests: tuple[TopicRequest, ...]
    people: PeopleShown


def heirs_of(clinic: Clinic) -> list[int]:
    """Return the skills of a clinic, merged ones as their heirs."""
    return sorted({skill.heir_id for skill in clinic.skills.all()})


def _offers(skills: Collection[int]) -> QuerySet[Offer]:
    offers = Offer.objects.filter(would_host=True, level__in=HIGH_LEVELS)
    return offers.alias(heir=heir_at("skill")).filter(heir__in=skills).order_by()


def candidates(clinic: Clinic, *, reader: Member, now: datetime) -> list[Candidate]:
    """Return who shares one of the clinic's skills at a high level and would do so in a clinic, own regions first.

    The same queries for any number of people. Whoever has no such offer any more, is paused or away is not there.
    """
    skills = heirs_of(clinic)
    offers = _offers(skills)
    people = needs.people_who_count(on=now.date()).filter(pk__in=offers.values("registration"))
    is_own = Q(pk__isnull=False) if reader.is_coordinator else Q(region__in=reader.seat_regions)
    rows = list(
        people.annotate(own=Case(When(is_own, then=Value(1)), default=Value(0)), best=Max("offers__level"))
        .select_related("member", "group")
        .prefetch_related("spoken_languages", "windows")
        .order_by("-own", "-best", "pk")[:MOST_NAMED]
    )
    levels: dict[int, int] = {}
    for person, level in offers.filter(registration__in=rows).values_list("registration_id", "level"):
        levels[person] = max(level, levels.get(person, 0))
    members = [row.member_id for row in rows if row.member_id]
    hosted = _last_hosted(members, now=now)
    asked = set(clinic.people.filter(member__in=members).values_list("member_id", flat=True))
    return [
        _candidate(row, OfferLevel(levels[row.pk]), hosted.get(row.member_id or 0), row.member_id in asked)
        for row in rows
        if row.pk in levels
    ]


def _last_hosted(members: Collection[int], *, now: datetime) -> dict[int, datetime]:
    roles = ClinicPerson.objects.accepted().filter(member__in=members, role__in=HOSTED_AS)
    past = roles.filter(clinic__state__in=TOOK_PLACE, clinic__starts_at__lte=now).order_by()
    return dict(past.values("member").annotate(last=Max("clinic__starts_at")).values_list("member", "last"))


def _candidate(row: Registration, level: OfferLevel, hosted: datetime | None, is_asked: bool) -> Candidate:
    is_own = bool(getattr(row, "own", 0))
    reads = get_language() or "en"
    spoken = sorted(row.spoken_languages.all(), key=lambda spoken: (-spoken.level, spoken.code))
    languages = listed(language_name(each.code, reads) for each in spoken if each.level >= MIN_SHARED_LEVEL)
    of_everybody: dict[str, Any] = {
        "registration": row.pk,
        "public_id": row.member.public_id if row.member else "",
        "name": str(row) if is_own else row.shown_name,
        "group": str(row.group or row.group_other),
        "region": label_of(row, "region"),
        "languages": languages,
        "is_own": is_own,
        "is_asked": is_asked,
    }
    if not is_own:
        return Candidate(**of_everybody)
    windows = merge_windows([(window.start, window.end) for window in row.windows.all()])
    return Candidate(
        **of_everybody,
        level=str(level.label),
        hours=listed(say_window(start, end) for start, end in windows),
        zone=row.own_zone,
        last_hosted=hosted,
    )


def who_wants(clinic: Clinic, *, reader: Member, on: date) -> WhoWants:
    """Return who wishes one of the clinic's skills, and who asked for the clinic or supports that: always by as many
    queries. People of the reader's regions are named, as many as a page holds; all others are counted."""
    skills = heirs_of(clinic)
    requests = tuple(clinic.topic_requests.with_names().counting_supporters().order_by("pk"))
    wishes = Wish.objects.alias(heir=heir_at("skill")).filter(heir__in=skills).order_by()
    wishing = needs.people_who_count(on=on).filter(pk__in=wishes.values("registration"))
    supporting = Member.objects.filter(
        pk__in=TopicSupport.objects.filter(request__in=[request.pk for request in requests]).values("member")
    )
    is_own = Q(pk__isnull=False) if reader.is_coordinator else Q(region__in=reader.seat_regions)
    wishers = list(wishing.filter(is_own).select_related("member").order_by("pk")[:MOST_NAMED])
    supporters = list(supporting.filter(is_own).select_related("registration").order_by("pk")[:MOST_NAMED])
    return WhoWants(
        wishers=tuple(wishers),
        supporters=tuple(supporters),
        wishing=shown(_by_region(wishing), reader),
        supporting=supporting.count(),
        requests=requests,
        people=PeopleShown(
            members={person.pk for person in supporters}, registrations={person.pk for person in wishers}
        ),
    )


def _by_region(people: QuerySet[Any]) -> dict[str, int]:
    return dict(people.order_by().values("region").annotate(count=Count("pk")).values_list("region", "count"))
