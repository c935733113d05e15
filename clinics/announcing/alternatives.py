"""What else fits somebody whose clinic does not take place, or who found no seat: up to three clinics to come."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from clinics.domain.alternatives import MOST, OtherClinic, best_candidates
from clinics.models import Clinic, Rsvp
from registrations.domain.registrations import MIN_SHARED_LEVEL
from registrations.models import SpokenLanguage

READ_AT_MOST = 200
READ = "alternatives"  # on the object of an RSVP, once they are read


def alternatives_of(rsvp: Rsvp, *, now: datetime) -> list[Clinic]:
    """Return them: what was read ahead, or what is true now."""
    if READ not in vars(rsvp):
        read_alternatives([rsvp], now=now)
    clinics: list[Clinic] = vars(rsvp)[READ]
    return clinics


def read_alternatives(rsvps: Iterable[Rsvp], *, now: datetime) -> None:
    """Read them for all these people, who remember them, in the same queries however many they are."""
    asked = list(rsvps)
    to_come = list(
        Clinic.objects.joinable(now=now)
        .counting_seats(now=now)
        .prefetch_related("texts", "skills", "channels__interpreters")[:READ_AT_MOST]
    )
    members = {rsvp.member_id for rsvp in asked}
    taken = set(Rsvp.objects.active().filter(member__in=members, clinic__in=to_come).values_list("member", "clinic"))
    spoken: dict[int, set[str]] = defaultdict(set)
    speaks = SpokenLanguage.objects.filter(registration__member__in=members, level__gte=MIN_SHARED_LEVEL)
    for member, code in speaks.values_list("registration__member", "code"):
        spoken[member].add(code)
    skills = _skills_of(rsvp.clinic_id for rsvp in asked)
    for rsvp in asked:
        languages = spoken[rsvp.member_id] | {rsvp.member.language}
        if rsvp.channel is not None:
            languages.add(rsvp.channel.language)
        candidates = {
            clinic.pk: _candidate(clinic, rsvp.clinic, skills[rsvp.clinic_id], languages)
            for clinic in to_come
            if clinic.pk != rsvp.clinic_id and (rsvp.member_id, clinic.pk) not in taken
        }
        chosen = best_candidates(candidates.values())[:MOST]
        by_key = {clinic.pk: clinic for clinic in to_come}
        vars(rsvp)[READ] = [by_key[candidate.key] for candidate in chosen]


def _candidate(clinic: Clinic, instead_of: Clinic, skills: set[int], languages: set[str]) -> OtherClinic:
    heard = {clinic.floor_language} | {
        channel.language
        for channel in clinic.channels.all()
        if any(person.is_accepted for person in channel.interpreters.all())
    }
    originals = {instead_of.pk, instead_of.edition_of_id} - {None}
    is_edition = clinic.pk == instead_of.edition_of_id or clinic.edition_of_id in originals
    return OtherClinic(
        key=clinic.pk,
        starts_at=clinic.starts_at,
        is_edition=is_edition,
        is_of_the_series=clinic.series_id is not None and clinic.series_id == instead_of.series_id,
        skills_shared=len(skills & {skill.pk for skill in clinic.skills.all()}),
        is_understood=bool({code.split("-")[0] for code in heard} & {code.split("-")[0] for code in languages}),
        has_seats=clinic.places_left > 0,
    )


def _skills_of(clinics: Iterable[int]) -> dict[int, set[int]]:
    skills: dict[int, set[int]] = defaultdict(set)
    rows: Any = Clinic.skills.through.objects.filter(clinic__in=set(clinics))
    for clinic, skill in rows.values_list("clinic", "skill"):
        skills[clinic].add(skill)
    return skills
