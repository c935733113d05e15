"""Plan a clinic from a need: a draft with its skill, language and region, which remembers where it came from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicError, ClinicState
from clinics.domain.people import ClinicRole
from clinics.domain.requests import TopicRequestState
from clinics.models import Clinic, ClinicPerson, ClinicText, RaisedNeed, TopicRequest
from clinics.needs.candidates import candidates
from clinics.needs.raising import plan_for_need
from clinics.people.asking import Named, Part, add_person, ask_person
from clinics.planning.plans import change_clinic, create_clinic
from clinics.requests.deciding import check_theirs, plan_for_request
from clinics.texts.writing import save_text
from letsconnect.base.zones import in_zone
from registrations.models import Member, Skill
from registrations.reference.languages import LANGUAGES

# A placeholder: five weeks are what sharers and interpreters need, and the hour is found later.
FIRST_DAY, FIRST_HOUR = timedelta(days=35), time(15)


class NoCandidate(ClinicError):
    """The person does not offer to share in a clinic on its skills, or not any more."""


class HasClinicAlready(ClinicError):
    """A clinic is planned for this already."""


@dataclass(frozen=True)
class Wanted:
    """What a clinic is planned from: a skill or words, the language and the region, and the rows that say so."""

    skill: Skill | None = None
    words: str = ""
    language: str = ""
    region: str = ""
    requests: tuple[TopicRequest, ...] = ()
    raised: tuple[RaisedNeed, ...] = ()
    seen: frozenset[int] = field(default_factory=frozenset)  # clinics to come on the skill that the planner was shown


def _like(skill: Skill) -> QuerySet[Skill, Any]:
    """The skill itself and those that were merged into it."""
    return Skill.objects.filter(Q(pk=skill.heir_id) | Q(merged_into=skill.heir_id)).values("pk")


def clinics_to_come_on(skill: Skill, *, now: datetime) -> list[Clinic]:
    """Return the clinics on a skill that are planned or announced already, soonest first."""
    to_come = Clinic.objects.filter(state__in=(ClinicState.DRAFT, ClinicState.ANNOUNCED), starts_at__gt=now)
    on_it = to_come.filter(skills__in=_like(skill))
    return list(on_it.distinct().prefetch_related("texts").order_by("starts_at", "pk"))


def wanted_by_request(request: TopicRequest) -> Wanted:
    """What a request wants; its region is that of whoever asked."""
    return Wanted(request.skill, request.words, request.language, request.member.region, requests=(request,))


def wanted_by_need(need: RaisedNeed) -> Wanted:
    return Wanted(need.skill, need.words, need.language, need.region, raised=(need,))


def wanted_on_skill(skill: Skill, *, language: str, region: str, seen: Iterable[int], by: Member) -> Wanted:
    """What everybody wants on a skill, with those open requests and raised needs that ``by`` looks after."""
    requests = TopicRequest.objects.looked_after_by(by).filter(state=TopicRequestState.OPEN).about(skill.heir_id)
    raised = RaisedNeed.objects.looked_after_by(by).standing().filter(clinic=None)
    raised = raised.filter(skill__in=_like(skill))
    if language:
        requests, raised = requests.filter(language=language), raised.filter(language__in=("", language))
    if region:
        requests, raised = requests.filter(member__region=region), raised.filter(region__in=("", region))
    return Wanted(
        skill=skill.heir,
        language=language,
        region=region,
        requests=tuple(requests.order_by("pk")),
        raised=tuple(raised.order_by("pk")),
        seen=frozenset(seen),
    )


@transaction.atomic
def plan_clinic_from(*, wanted: Wanted, by: Member, now: datetime) -> Clinic:
    """Make the draft. Pressed twice, there is one: a request or a need that has a clinic is refused, and so is a skill
    on which clinics are to come that the planner was not shown (HasClinicAlready)."""
    for request in wanted.requests:
        check_theirs(request, by=by)
    if wanted.skill is not None and not (wanted.requests or wanted.raised):
        Skill.objects.select_for_update(no_key=True).get(pk=wanted.skill.pk)  # two who press at once, one after another
        if not {clinic.pk for clinic in clinics_to_come_on(wanted.skill, now=now)} <= wanted.seen:
            raise HasClinicAlready(_("A clinic on this is planned already. Look at it first, then plan another."))
    if any(need.clinic_id for need in RaisedNeed.objects.filter(pk__in=[need.pk for need in wanted.raised])):
        raise HasClinicAlready(_("A clinic is planned for this need already."))
    clinic = create_clinic(clinic=_draft(wanted, by=by, now=now), by=by, now=now)
    if wanted.skill is not None:
        clinic = change_clinic(clinic=clinic, changes={"skills": [wanted.skill]}, by=by, now=now)
    _begin_text(clinic, wanted, by=by, now=now)
    for request in wanted.requests:
        plan_for_request(request=request, clinic=clinic, by=by, now=now)
    for need in wanted.raised:
        plan_for_need(need=need, clinic=clinic, by=by, now=now)
    return clinic


def _draft(wanted: Wanted, *, by: Member, now: datetime) -> Clinic:
    return Clinic(
        floor_language=wanted.language if wanted.language in LANGUAGES else "en",
        region=wanted.region if wanted.region and by.looks_after(wanted.region) else "",
        local_date=in_zone(now, "UTC").date() + FIRST_DAY,
        local_time=FIRST_HOUR,
        zone="UTC",
    )


def _begin_text(clinic: Clinic, wanted: Wanted, *, by: Member, now: datetime) -> None:
    """Begin a text in the floor language that is called by its topic, so that the draft has a name."""
    title = wanted.skill.name_in(clinic.floor_language) if wanted.skill is not None else wanted.words
    if title:
        text = ClinicText(clinic=clinic, language=clinic.floor_language, title=title)
        save_text(text=text, by=by, now=now)


@transaction.atomic
def ask_candidate(*, clinic: Clinic, public_id: str, by: Member, now: datetime) -> ClinicPerson:
    """Ask somebody who would share in a clinic, of whichever region, to share in this one: they get the letter."""
    chosen = [person for person in candidates(clinic, reader=by, now=now) if person.public_id == public_id]
    if not chosen:
        raise NoCandidate(_("This person does not offer to share in such a clinic any more."))
    named = Named(member=Member.objects.get(public_id=public_id), group=chosen[0].group)
    person = add_person(clinic=clinic, part=Part(ClinicRole.SHARER), named=named, by=by, now=now)
    return ask_person(person=person, by=by, now=now)
