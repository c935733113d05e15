"""Clinics and seats for tests: real rows."""

from datetime import UTC, timedelta
from typing import Any

from django.db import transaction

from clinics.domain.clinics import TOOK_PLACE, ClinicState
from clinics.domain.people import ANSWERED, AnswerState, ClinicRole, Turn
from clinics.domain.requests import TopicRequestState
from clinics.domain.texts import TextState
from clinics.models import (
    Attendance,
    Channel,
    Clinic,
    ClinicPerson,
    ClinicText,
    RaisedNeed,
    Rsvp,
    TopicRequest,
    TopicSupport,
)
from clinics.seats.rsvps import rsvp
from registrations import documents
from registrations.models import Member
from registrations.tests.factories import NOW, make_coordinator, make_member, make_skill

# What the form of a seat sends along once both boxes are ticked.
TICKED = {
    **{f"version-{name}": documents.in_force(on=NOW.date())[name] for name in documents.REQUIRED},
    **dict.fromkeys(documents.REQUIRED, "on"),
}
START = NOW + timedelta(days=7)
LINK = "https://meet.example.org/secret-room"


def make_clinic(*, starts_at=START, title: str = "Asking for money kindly", language: str = "en", **fields: Any):
    """An announced clinic of three seats in a week, spoken and described in English, unless told otherwise."""
    wall = starts_at.astimezone(UTC)
    values = {
        "state": ClinicState.ANNOUNCED,
        "local_date": wall.date(),
        "local_time": wall.time(),
        "zone": "UTC",
        "starts_at": starts_at,
        "start_set_at": NOW - timedelta(days=30),
        "capacity": 3,
        "meeting_link": LINK,
        **fields,
    }
    if values["state"] != ClinicState.DRAFT:
        values.setdefault("announced_at", min(NOW, starts_at) - timedelta(days=20))
    if values["state"] in TOOK_PLACE:
        values.setdefault("held_at", starts_at + timedelta(hours=2))
    if values["state"] == ClinicState.CANCELLED:
        values.setdefault("cancel_reason", "The sharer is ill.")
    with transaction.atomic():  # a clinic that was announced is stored with a text, or not at all
        clinic = Clinic.objects.create(**values)
        if title:
            make_text(clinic, language, title, summary=f"About: {title}")
    return clinic


def make_text(clinic: Clinic, language: str, title: str, *, summary: str = "…", state: str = TextState.READY, **fields):
    """A text of this clinic, ready unless told otherwise."""
    return ClinicText.objects.create(
        clinic=clinic, language=language, title=title, summary=summary, state=state, **fields
    )


def sign_up(clinic: Clinic, number: int, *, now=NOW) -> list[Rsvp]:
    """That many new members, one after another."""
    return [
        rsvp(clinic=clinic, member=(person := make_member()), by=person, now=now + timedelta(seconds=second))
        for second in range(number)
    ]


def make_channel(clinic: Clinic, language: str = "fr", **fields: Any) -> Channel:
    return Channel.objects.create(
        clinic=clinic, language=language, **{"floor_language": clinic.floor_language, **fields}
    )


def make_person(clinic: Clinic, role: str = ClinicRole.SHARER, state: str = AnswerState.ACCEPTED, **fields: Any):
    """Somebody of a clinic: a new member, unless an address, a member or a channel says otherwise."""
    values: dict[str, Any] = {"clinic": clinic, "role": role, "state": state, **fields}
    if "address" in values:
        values = {"language": "en", "name": "Sol without an account", **values}
    else:
        values.setdefault("member", fields.get("member") or make_member())
    if role == ClinicRole.INTERPRETER:
        values.setdefault("channel", fields.get("channel") or make_channel(clinic))
        values.setdefault("turn", Turn.LEAD)
    if state != AnswerState.TO_ASK:
        values.setdefault("asked_at", NOW - timedelta(days=3))
    if state in ANSWERED:
        values.setdefault("answered_at", NOW - timedelta(days=2))
    return ClinicPerson.objects.create(**values)


def make_attendance(clinic: Clinic, member: Member | None = None, **fields: Any) -> Attendance:
    """Somebody was there: a host ticked them, unless other sources are told."""
    if not fields.keys() & {"joined_at", "ticked_at", "in_call_at"}:
        fields["ticked_at"] = clinic.starts_at
    for source in ("ticked", "in_call"):
        if f"{source}_at" in fields:
            fields.setdefault(f"{source}_by", make_member())
    return Attendance.objects.create(clinic=clinic, member=member or make_member(), **fields)


def make_topic_request(*, skill: Any = "wikidata", words: str = "", supporters: int = 0, **fields: Any) -> TopicRequest:
    """An open request on a skill, or in words, of somebody of MENA in English, with so many other supporters."""
    values = {
        "skill": None if words else make_skill(skill),
        "words": words,
        "language": "en",
        "member": fields.get("member") or make_member(region="MENA"),
        "why": "We begin a project",
        "made_at": NOW,
        **fields,
    }
    state = values.get("state")
    if state == TopicRequestState.PLANNED:
        values.setdefault("clinic", make_clinic())
    if state in (TopicRequestState.DECLINED, TopicRequestState.ANSWERED):
        values.setdefault("answer", "Come to the next community call.")
    request = TopicRequest.objects.create(**values)
    if state != TopicRequestState.WITHDRAWN:  # nobody wants what was withdrawn
        TopicSupport.objects.create(request=request, member=request.member, made_at=NOW)
    for _ in range(supporters):
        TopicSupport.objects.create(request=request, member=make_member(region="LAC"), made_at=NOW)
    return request


def make_need(*, skill: Any = "wikidata", words: str = "", **fields: Any) -> RaisedNeed:
    """A need that three people of MENA raised in English, unless told otherwise."""
    values = {
        "skill": None if words else make_skill(skill),
        "words": words,
        "raised_where": "The village pump",
        "people": 3,
        "language": "en",
        "region": "MENA",
        "recorded_at": NOW,
        **fields,
    }
    values.setdefault("recorded_by", make_coordinator())
    return RaisedNeed.objects.create(**values)
