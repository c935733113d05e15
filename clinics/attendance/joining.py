"""Joining the call of a clinic: a button notes that somebody was there and gives them its link."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from clinics.attendance.ticking import store
from clinics.domain.attendance import CannotJoin, CannotTick, JoinAnswer, may_join
from clinics.models import Attendance, Channel, Clinic, ClinicPerson, Rsvp
from clinics.seats.rsvps import lock_person
from letsconnect.base import acts
from registrations.models import Member


@dataclass(frozen=True)
class Entrance:
    """One way into the call: the floor (no channel), or an interpretation channel that has a call of its own."""

    link: str
    channel: Channel | None = None


@dataclass(frozen=True)
class Joining:
    """What somebody is told who wants to join: whether they may, and where they get in."""

    answer: JoinAnswer
    channel: Channel | None = None  # which they listen to, or interpret into
    # The first is theirs. A channel without a link of its own is chosen by its name inside the call.
    entrances: list[Entrance] = field(default_factory=list)

    @property
    def is_welcome(self) -> bool:
        return self.answer == JoinAnswer.WELCOME

    @property
    def chooses_channel_inside(self) -> bool:
        return self.channel is not None and not self.channel.meeting_link


def joining_of(clinic: Clinic, member: Member, *, now: datetime) -> Joining:
    """Return whether a member may join now, and by which links if so: theirs first, then the other choice."""
    rsvp = clinic.rsvps.of(member).going().first()
    parts = list(clinic.people.of(member).accepted().select_related("channel__clinic").in_order())
    channel = _channel_of(rsvp, parts)
    return _joining(clinic, channel, is_coming=bool(rsvp or parts), now=now)


def joining_for_anybody(clinic: Clinic, *, now: datetime) -> JoinAnswer:
    """Return what keeps everybody out now; WELCOME where whoever has a seat gets in. It tells nothing of a link."""
    return may_join(
        state=clinic.state,
        venue=clinic.venue,
        is_coming=True,
        has_link=True,
        starts_at=clinic.starts_at,
        ends_at=clinic.ends_at,
        now=now,
    )


def joining_without_account(person: ClinicPerson, *, now: datetime) -> Joining:
    """Return the same for somebody of the clinic's people who has no account, and opened the page of their letter."""
    return _joining(person.clinic, person.channel, is_coming=person.is_accepted and not person.has_account, now=now)


def _channel_of(rsvp: Rsvp | None, parts: list[ClinicPerson]) -> Channel | None:
    """Return the channel to which somebody goes: who interprets works there, all others chose one or the floor."""
    works_at = next((part.channel for part in parts if part.channel is not None), None)
    return works_at or (rsvp.listens_in if rsvp else None)


def _joining(clinic: Clinic, channel: Channel | None, *, is_coming: bool, now: datetime) -> Joining:
    entrances = _entrances(clinic, channel)
    answer = may_join(
        state=clinic.state,
        venue=clinic.venue,
        is_coming=is_coming,
        has_link=bool(entrances),
        starts_at=clinic.starts_at,
        ends_at=clinic.ends_at,
        now=now,
    )
    return Joining(answer, channel, entrances if answer == JoinAnswer.WELCOME else [])


def _entrances(clinic: Clinic, channel: Channel | None) -> list[Entrance]:
    floor = [Entrance(clinic.meeting_link)] if clinic.meeting_link else []
    if channel is None or not channel.meeting_link:
        return floor
    return [Entrance(channel.meeting_link, channel), *floor]


@transaction.atomic
def join(*, clinic: Clinic, member: Member, now: datetime) -> Joining:
    """Note that somebody joins, and return how they get in; CannotJoin, saying why, for whom there is no link now.

    The lock on their own row makes one attendance of however many presses, also at the same moment; ticks take it too.
    """
    is_active = lock_person(member).is_active
    clinic = Clinic.objects.get(pk=clinic.pk)
    joining = joining_of(clinic, member, now=now)
    if not is_active:
        raise CannotJoin(JoinAnswer.NO_SEAT)
    if not joining.is_welcome:
        raise CannotJoin(joining.answer)
    attendance = Attendance.objects.of(clinic).filter(member=member).first() or Attendance(clinic=clinic, member=member)
    if attendance.joined_at is None:
        attendance.joined_at = now
        try:
            store(attendance)
        except CannotTick as moved:
            raise CannotJoin(joining_of(Clinic.objects.get(pk=clinic.pk), member, now=now).answer) from moved
        acts.record(by=member, verb="join_clinic", on=attendance, now=now)
    return joining
