"""What pages show of the people of a clinic."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import Channel, Clinic, ClinicPerson, ClinicText
from clinics.people.busy import busy_during
from letsconnect.base.querysets import remember
from letsconnect.base.statements import Inquiry, Statement
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
    return shown_of(clinic, people_of(clinic))


def asked_for_people(clinic: Clinic) -> Inquiry[ClinicPerson]:
    return _PEOPLE.asked({"clinic": clinic.pk})


def people_of(clinic: Clinic) -> list[ClinicPerson]:
    """Return all who are asked for the clinic or have answered, in the order in which pages name them."""
    people = asked_for_people(clinic).rows()
    for person in people:
        person.clinic = clinic
    return people


def asked_for_words(clinic: Clinic) -> tuple[Inquiry[ClinicText], Inquiry[Channel]]:
    return _TEXTS.asked({"clinic": clinic.pk}), _CHANNELS.asked({"clinic": clinic.pk})


def remember_words(clinic: Clinic, everybody: Iterable[ClinicPerson]) -> None:
    """Read the texts and channels of a clinic, with the interpreters among `people_of` it, as pages ask for them."""
    of_texts, of_channels = asked_for_words(clinic)
    texts, channels = of_texts.rows(), of_channels.rows()
    for text in texts:
        text.clinic = clinic
    for channel in channels:
        channel.clinic = clinic
        remember(channel, "interpreters", [person for person in everybody if person.channel_id == channel.pk])
    remember(clinic, "texts", texts)
    remember(clinic, "channels", channels)


# Asked for each page of a clinic, so the SQL is written once.
_TEXTS = Statement(lambda clinic: ClinicText.objects.filter(clinic=clinic))
_CHANNELS = Statement(lambda clinic: Channel.objects.filter(clinic=clinic))
_PEOPLE = Statement(
    lambda clinic: (
        ClinicPerson.objects.filter(clinic=clinic)
        .exclude(state__in=(AnswerState.TO_ASK, AnswerState.RELEASED))
        .select_related("member", "channel")
        .in_order()
    )
)


def shown_of(clinic: Clinic, everybody: Iterable[ClinicPerson]) -> ShownPeople:
    """Return what everybody may read, of `people_of` the clinic."""
    people = [person for person in everybody if person.state == AnswerState.ACCEPTED]
    with_interpreter = {person.channel_id for person in people if person.channel_id is not None}
    channels = sorted(clinic.channels.all(), key=lambda channel: channel.language_in_words)
    return ShownPeople(
        sharers=[person for person in people if person.role == ClinicRole.SHARER],
        hosts=[person for person in people if person.role == ClinicRole.HOST],
        interpreted=[channel for channel in channels if channel.pk in with_interpreter],
        planned=[channel for channel in channels if channel.pk not in with_interpreter],
    )


def parts_of(member: Member, everybody: Iterable[ClinicPerson]) -> list[ClinicPerson]:
    """Return what a member is asked to do at a clinic, or has said yes or no to, of `people_of` it."""
    return [person for person in everybody if person.member_id == member.pk]


def is_busy(person: ClinicPerson, *, now: datetime) -> bool:
    """Tell whether somebody with an account has agreed to something else at that time."""
    return person.member_id is not None and bool(busy_during(person.clinic, [person.member_id], now=now))


def keeps_away_from_somebody(member: Member, people: Iterable[ClinicPerson]) -> bool:
    """Tell a member, and nobody else, that somebody whom they block is among these people."""
    keys = [person.member_id for person in people if person.member_id is not None]
    return Block.objects.filter(Q(member=member, blocked__in=keys)).exists()
