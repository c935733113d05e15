"""What pages show of the people of a clinic."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import Channel, Clinic, ClinicPerson
from clinics.people.busy import busy_during
from registrations.models import Block, Member


@dataclass(frozen=True)
class ShownPeople:
    """Who is confirmed, as they wish to be named, and into which languages the clinic is interpreted."""

    sharers: list[ClinicPerson] = field(default_factory=list)
    hosts: list[ClinicPerson] = field(default_factory=list)
    interpreted: list[Channel] = field(default_factory=list)
    planned: list[Channel] = field(default_factory=list)


def shown_people(clinic: Clinic) -> ShownPeople:
    """Return what everybody may read of the people of a clinic, in two queries.

    A channel counts as interpreted once an interpreter has said yes; until then it is planned.
    """
    people = list(clinic.people.accepted().select_related("member").in_order())
    with_interpreter = {person.channel_id for person in people if person.channel_id is not None}
    channels = sorted(clinic.channels.all(), key=lambda channel: channel.language_in_words)
    return ShownPeople(
        sharers=[person for person in people if person.role == ClinicRole.SHARER],
        hosts=[person for person in people if person.role == ClinicRole.HOST],
        interpreted=[channel for channel in channels if channel.pk in with_interpreter],
        planned=[channel for channel in channels if channel.pk not in with_interpreter],
    )


def parts_of(clinic: Clinic, member: Member) -> list[ClinicPerson]:
    """Return what a member is asked to do at a clinic, or has said yes or no to."""
    hidden = (AnswerState.TO_ASK, AnswerState.RELEASED)
    return list(clinic.people.of(member).exclude(state__in=hidden).select_related("channel").in_order())


def is_busy(person: ClinicPerson, *, now: datetime) -> bool:
    """Tell whether somebody with an account has agreed to something else at that time."""
    return person.member_id is not None and bool(busy_during(person.clinic, [person.member_id], now=now))


def keeps_away_from_somebody(member: Member, people: Iterable[ClinicPerson]) -> bool:
    """Tell a member, and nobody else, that somebody whom they block is among these people."""
    keys = [person.member_id for person in people if person.member_id is not None]
    return Block.objects.filter(Q(member=member, blocked__in=keys)).exists()
