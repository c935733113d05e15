"""What happens at single clinics of the demo before they begin: people are asked, seats are offered, doors open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from clinics.attendance.joining import join
from clinics.attendance.ticking import tick
from clinics.domain.clinics import RsvpState
from clinics.domain.people import AnswerState, ClinicRole, Turn
from clinics.domain.texts import TextState
from clinics.domain.wishes import LanguageNeedState
from clinics.domain.writing import ToWhom
from clinics.models import Channel, Clinic
from clinics.people.answering import answer
from clinics.people.asking import Named, Part, add_person, ask_person
from clinics.people.channels import add_channel, change_channel
from clinics.planning.cloning import plan_edition
from clinics.planning.plans import announce_clinic, cancel_clinic
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.signing_up.language_needs import answer_language_need
from clinics.signing_up.wishes import SeatWishes, change_wishes
from clinics.texts.writing import save_text
from clinics.writing.writing import write_to_those_who_come
from registrations.models import Member

OTHER_HOUR = timedelta(hours=9)  # after the first: the evening of those for whom that was at work
MESSAGE = {
    "en": ("Bring one question", "Hello all,\n\nplease bring one question that a newcomer has asked you. Until soon!"),
    "ar": ("إحضار سؤال", "مرحبًا بكم،\n\nيُرجى إحضار سؤال طرحه عليكم محرر جديد. إلى اللقاء!"),
}


class Asked(NamedTuple):
    """Somebody who is asked to do something at a clinic."""

    member: Member
    role: ClinicRole
    role_line: str = ""
    channel: Channel | None = None
    turn: str = ""
    says_yes: bool = True


def starting_with(first: int, members: Sequence[Member]) -> list[Member]:
    """Return the members from this place of the list on, and then those before it."""
    first %= len(members)
    return [*members[first:], *members[:first]]


def ask_people(clinic: Clinic, members: Sequence[Member], planner: Member, now: datetime) -> None:
    """Two sharers and a host who said yes, and three channels: one with both interpreters, one waiting, one empty."""
    first, second, host, lead, relief, waiting = (members[-number] for number in range(1, 7))
    channels = {
        language: add_channel(clinic=clinic, language=language, by=planner, now=now) for language in ("es", "fr", "ar")
    }
    _ask(
        clinic,
        (
            Asked(first, ClinicRole.SHARER, "grants officer"),
            Asked(second, ClinicRole.SHARER, "treasurer of a user group"),
            Asked(host, ClinicRole.HOST),
            Asked(lead, ClinicRole.INTERPRETER, "", channels["es"], Turn.LEAD),
            Asked(relief, ClinicRole.INTERPRETER, "", channels["es"], Turn.RELIEF),
            Asked(waiting, ClinicRole.INTERPRETER, "", channels["fr"], Turn.LEAD, says_yes=False),
        ),
        planner,
        now,
    )


def ask_host_and_sharer(clinic: Clinic, members: Sequence[Member], planner: Member, now: datetime) -> None:
    """Ask a host and a sharer, who say yes."""
    people = (Asked(members[-3], ClinicRole.HOST), Asked(members[-2], ClinicRole.SHARER, "keeps a small dictionary"))
    _ask(clinic, people, planner, now)


def _ask(clinic: Clinic, people: Sequence[Asked], planner: Member, now: datetime) -> None:
    for asked in people:
        part = Part(asked.role, asked.channel, asked.turn)
        named = Named(member=asked.member, role_line=asked.role_line)
        person = add_person(clinic=clinic, part=part, named=named, by=planner, now=now)
        person = ask_person(person=person, by=planner, now=now)
        if asked.says_yes:
            answer(person=person, becomes=AnswerState.ACCEPTED, by=asked.member, now=now + timedelta(hours=1))


def say_with_their_seats(clinic: Clinic, planner: Member, now: datetime) -> None:
    """Somebody listens in Spanish and asks something, somebody needs captions, two would need Swahili."""
    said = (
        SeatWishes(listens_in="es", question="How much of a budget may be for food?", shows_name=True),
        SeatWishes(access_need="Captions, please: I hear badly in calls.", language_need="sw"),
        SeatWishes(language_need="sw", shows_name=True),
    )
    _say(clinic, said, now)
    answer_language_need(
        clinic=clinic, language="sw", answer=LanguageNeedState.ASKED, by=planner, now=now + timedelta(hours=5)
    )


def _say(clinic: Clinic, said: Sequence[SeatWishes], now: datetime) -> None:
    """Let those with the first seats say something with them."""
    seats = clinic.rsvps.going().select_related("clinic", "member").order_by("seat")
    for seat, wishes in zip(seats, said, strict=False):
        change_wishes(rsvp=seat, wishes=wishes, by=seat.member, now=now)


def plan_another_hour(clinic: Clinic, planner: Member, now: datetime) -> Clinic:
    """Announce the same clinic at another hour, with its texts read once more."""
    begins = clinic.wall_clock + OTHER_HOUR
    edition = plan_edition(
        clinic=clinic, local_date=begins.date(), local_time=begins.time(), zone=clinic.zone, by=planner, now=now
    )
    for text in edition.texts.all():
        text.state = TextState.READY
        save_text(text=text, by=planner, now=now)
    return announce_clinic(clinic=edition, by=planner, now=now)


def write_to_them(clinic: Clinic, planner: Member, now: datetime) -> None:
    """Write to everybody who comes, in two languages."""
    going = ToWhom(states=(RsvpState.GOING,))
    write_to_those_who_come(clinic=clinic, to_whom=going, texts=MESSAGE, pressed=uuid4(), by=planner, now=now)


def open_the_doors(clinic: Clinic, members: Sequence[Member], planner: Member, now: datetime) -> None:
    """Some minutes before the start: the planner hosts, one channel has a call of its own, and the first are there."""
    asked_at = now - timedelta(days=2)
    arabic = change_channel(
        channel=add_channel(clinic=clinic, language="ar", by=planner, now=asked_at),
        name="Room 2",
        material_days_before=0,
        meeting_link="https://meet.example.org/lets-connect-demo-ar",
        by=planner,
        now=asked_at,
    )
    seated = set(clinic.rsvps.active().values_list("member", flat=True)) | {planner.pk}
    sharer, interpreter, *_rest = [member for member in reversed(members) if member.pk not in seated]
    people = (
        Asked(planner, ClinicRole.HOST),
        Asked(sharer, ClinicRole.SHARER, "photographer"),
        Asked(interpreter, ClinicRole.INTERPRETER, "", arabic, Turn.LEAD),
    )
    _ask(clinic, people, planner, asked_at)
    said = (
        SeatWishes(listens_in="ar", question="May I upload what my cousin took?", shows_name=True),
        SeatWishes(shows_name=True, access_need="I read lips: please keep the camera of who speaks on."),
        SeatWishes(question="What about pictures of paintings?"),
    )
    _say(clinic, said, asked_at + timedelta(hours=2))
    there = [seat.member for seat in clinic.rsvps.going().select_related("member").order_by("seat")]
    for member in there[1:3]:
        join(clinic=clinic, member=member, now=now)
    tick(clinic=clinic, member=there[1], by=planner, now=now)


def offer_a_seat(clinic: Clinic, members: Sequence[Member], now: datetime) -> None:
    """Let three wait for a seat, and one be given back: the first of them is offered it."""
    seats = [seat.member for seat in clinic.rsvps.going().select_related("member").order_by("seat")]
    others = [member for member in members if member not in seats]
    for number, member in enumerate(others[:3]):
        rsvp(clinic=clinic, member=member, by=member, now=now - timedelta(days=1, minutes=-number))
    cancel_rsvp(clinic=clinic, member=seats[0], by=seats[0], now=now - timedelta(minutes=5))


def cancel(clinic: Clinic, planner: Member, now: datetime) -> None:
    reason = "The sharer has fallen ill. We look for another day."
    cancel_clinic(clinic=clinic, reason=reason, by=planner, now=now)
