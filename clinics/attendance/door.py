"""Who is expected at a clinic and who is there already: what its hosts and helpers see on the day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinics.domain.attendance import CannotTick
from clinics.models import AccessNeed, Attendance, Channel, Clinic, ClinicPerson, ClinicQuerySet, Rsvp
from letsconnect.base.folding import plain
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member

SEAT, PART, CAME = "seat", "part", "came"  # what the key of a guest begins with


@dataclass(frozen=True)
class Guest:
    """Somebody with a seat, or of the clinic's people; what they are called, and whether they are there.

    ``key`` finds their seat or part again when they are ticked; it tells nothing of who they are.
    """

    key: str
    name: str
    member: Member | None
    channel: Channel | None = None
    role: str = ""
    attendance: Attendance | None = None
    is_new: bool = False
    need: str = ""  # to take part
    shows_name: bool = True

    @property
    def name_at_desk(self) -> str:
        """The same at the desk, where somebody who shows no name has a number."""
        return self.name if self.member is None or self.shows_name else self.member.name_at_desk

    @property
    def is_ticked(self) -> bool:
        return bool(self.attendance and self.attendance.ticked_at)

    @property
    def has_joined(self) -> bool:
        return bool(self.attendance and self.attendance.joined_at)

    @property
    def is_there(self) -> bool:
        return self.attendance is not None

    @property
    def can_be_ticked(self) -> bool:
        return self.member is not None


@dataclass(frozen=True)
class GuestGroup:
    """Guests of one channel, or those who make the clinic."""

    label: str
    guests: list[Guest]
    there: int


def guests_of(clinic: Clinic, *, reader: Member | None = None) -> list[Guest]:
    """Return everybody who is expected: first the clinic's own people, then those with a seat, by channel and name.

    With what they need to take part, where the reader may see it. It takes the same few queries for any number of them.
    """
    of_there, of_people, of_seats, were_there, had_seats, *of_needs = asked_for_guests(clinic, reader=reader)
    needs = {need.rsvp_id: need.text for of_need in of_needs for need in of_need.rows()}
    there = {row.member_id: row for row in of_there.rows()}
    own = _own_people(of_people.rows(), there)
    seats, came_before = of_seats.rows(), {*were_there.rows(), *had_seats.rows()}
    makers = {guest.member.pk for guest in own if guest.member}
    rows = [rsvp for rsvp in seats if rsvp.member_id not in makers]
    guests = [
        Guest(
            key=f"{SEAT}-{rsvp.pk}",
            name=str(rsvp.member),
            member=rsvp.member,
            channel=rsvp.channel,
            attendance=there.get(rsvp.member_id),
            is_new=rsvp.member_id not in came_before,
            need=needs.get(rsvp.pk, ""),
            shows_name=bool(str.__str__(rsvp.member.name)),
        )
        for rsvp in rows
    ]
    return own + sorted(guests, key=lambda guest: (_channel_name(guest), plain(guest.name)))


def _own_people(people: Iterable[ClinicPerson], there: dict[int, Attendance]) -> list[Guest]:
    """Return the clinic's own people, each once with all they do there."""
    roles: dict[int, list[ClinicPerson]] = defaultdict(list)
    for person in people:
        roles[person.who].append(person)
    return [
        Guest(
            key=f"{PART}-{rows[0].pk}",
            name=rows[0].shown_name,
            member=rows[0].member,
            channel=next((row.channel for row in rows if row.channel), None),
            role=", ".join(str(row.get_role_display()) for row in rows),
            attendance=there.get(rows[0].member_id or 0),
            shows_name=bool(rows[0].shows_name),
        )
        for rows in roles.values()
    ]


def asked_for_guests(clinic: Clinic, *, reader: Member | None = None) -> list[Inquiry[Any]]:
    """Return what `guests_of` asks."""
    here = {"clinic": clinic.pk}
    before = {**here, "starts_at": clinic.starts_at}
    asked: list[Inquiry[Any]] = [_THERE.asked(here), _OWN_PEOPLE.asked(here), _SEATS.asked(here)]
    asked += [_WERE_THERE.asked(before), _HAD_SEATS.asked(before)]
    return asked + ([_NEEDS.asked({**here, "reader": reader.pk})] if reader else [])


def _earlier(clinic: int, starts_at: datetime) -> ClinicQuerySet:
    return Clinic.objects.filter(starts_at__lt=starts_at).exclude(pk=clinic)


def _members_with_seats(clinic: int) -> "QuerySet[Rsvp, Any]":
    return Rsvp.objects.going().filter(clinic=clinic).order_by().values("member")


# Asked each time a host looks, so the SQL is written once. Of those who come it is asked who was at an earlier clinic;
# of clinics at which nobody noted who came, a seat counts.
_NEEDS = Statement(lambda clinic, reader: AccessNeed.objects.at(Clinic(pk=clinic)).visible_to(Member(pk=reader)))
_THERE = Statement(lambda clinic: Attendance.objects.of(Clinic(pk=clinic)))
_OWN_PEOPLE = Statement(
    lambda clinic: (
        ClinicPerson.objects.filter(clinic=clinic).accepted().select_related("member", "channel__clinic").in_order()
    )
)
_SEATS = Statement(
    lambda clinic: (
        Rsvp.objects.going()
        .filter(clinic=clinic, member__is_active=True)
        .select_related("member", "channel__clinic")
        .order_by()
    )
)
_WERE_THERE = Statement(
    lambda clinic, starts_at: (
        Attendance.objects.filter(
            member__in=_members_with_seats(clinic), clinic__in=_earlier(clinic, starts_at).values("pk")
        )
        .order_by()
        .values_list("member_id", flat=True)
    )
)
_HAD_SEATS = Statement(
    lambda clinic, starts_at: (
        Rsvp.objects.going()
        .filter(
            member__in=_members_with_seats(clinic),
            clinic__in=_earlier(clinic, starts_at).filter(attendances=None).exclude(held_at=None).values("pk"),
        )
        .order_by()
        .values_list("member_id", flat=True)
    )
)


def _channel_name(guest: Guest) -> str:
    return guest.channel.language_in_words if guest.channel else ""


def searched(guests: list[Guest], text: str) -> list[Guest]:
    """Return the guests in whose names all words of a search stand, however they are written."""
    words = plain(text).split()
    return [guest for guest in guests if all(word in plain(guest.name) for word in words)]


def grouped(guests: list[Guest], *, own: str, floor: str) -> list[GuestGroup]:
    """Return the guests in groups, in the order they have: ``own`` and ``floor`` are what those without a channel are
    called."""

    def label(guest: Guest) -> str:
        return own if guest.role else _channel_name(guest) or floor

    return [
        GuestGroup(name, rows, there=sum(guest.is_there for guest in rows))
        for name, group in groupby(guests, key=label)
        for rows in [list(group)]
    ]


def guest_by_key(clinic: Clinic, key: str) -> Member:
    """Return who is meant by the key of a guest; CannotTick for nobody who is expected there any more."""
    kind, _hyphen, number = key.partition("-")
    guest: Member | None = None
    if number.isascii() and number.isdecimal() and len(number) < 18:
        members = Member.objects.filter(is_active=True)
        if kind == SEAT:
            guest = members.filter(rsvps__pk=number, rsvps__clinic=clinic).first()
        elif kind == PART:
            guest = members.filter(clinic_roles__pk=number, clinic_roles__clinic=clinic).first()
        elif kind == CAME:
            guest = members.filter(attendances__pk=number, attendances__clinic=clinic).first()
    if guest is None:
        raise CannotTick(_("This person has no seat at this clinic any more."))
    return guest


class KeysThere(NamedTuple):
    """The keys of guests who are there, and of those of them whom somebody ticked."""

    there: list[str]
    ticked: list[str]


def keys_there(clinic: Clinic) -> KeysThere:
    """Return who is there, in three queries and without a name: for a page that asks again and again."""
    rows = Attendance.objects.of(clinic).values_list("member_id", "ticked_at")
    ticked_at = dict(rows)
    seats = clinic.rsvps.going().filter(member__in=ticked_at).order_by().values_list("pk", "member_id")
    parts = clinic.people.accepted().filter(member__in=ticked_at).order_by().values_list("pk", "member_id")
    keys = [
        (f"{kind}-{pk}", member) for kind, rows_of_kind in ((SEAT, seats), (PART, parts)) for pk, member in rows_of_kind
    ]
    return KeysThere([key for key, _member in keys], [key for key, member in keys if ticked_at[member] is not None])


def waiting_for(clinic: Clinic) -> list[Rsvp]:
    """Return who waits for a seat, in the order in which they would get one."""
    return asked_for_waiting(clinic).rows()


def asked_for_waiting(clinic: Clinic) -> Inquiry[Rsvp]:
    return _WAITING.asked({"clinic": clinic.pk})


_WAITING = Statement(lambda clinic: Rsvp.objects.filter(clinic=clinic).waiting().select_related("member"))


def clinic_at_the_door(clinic_id: int, member: Member) -> Clinic | None:
    """Return the clinic if somebody hosts it, or helps there."""
    theirs = ClinicPerson.objects.at_the_door().accepted().of(member)
    clinics = Clinic.objects.filter(pk=clinic_id, pk__in=theirs.values("clinic"))
    return clinics.prefetch_related("texts").first()


class Clock(NamedTuple):
    """What is on now: the number of a row of the agenda, and how long it goes on, as "12:30"."""

    row: int | None = None
    left: str = ""


def clock_of(spans: Iterable[tuple[datetime, datetime]], *, now: datetime) -> Clock:
    """Return which of these spans, each from one moment until another, is on now."""
    for number, (begins_at, ends_at) in enumerate(spans):
        if begins_at <= now < ends_at:
            seconds = int((ends_at - now).total_seconds())
            return Clock(number, f"{seconds // 60}:{seconds % 60:02}")
    return Clock()
