"""Clinics and seats for tests: real rows."""

from datetime import UTC, timedelta
from typing import Any

from clinics.domain.clinics import TOOK_PLACE, ClinicState
from clinics.models import Clinic, ClinicText, Rsvp
from clinics.seats.rsvps import rsvp
from registrations.tests.factories import NOW, make_member

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
    if values["state"] not in (ClinicState.DRAFT, ClinicState.CANCELLED):
        values.setdefault("announced_at", min(NOW, starts_at) - timedelta(days=20))
    if values["state"] in TOOK_PLACE:
        values.setdefault("held_at", starts_at + timedelta(hours=2))
    if values["state"] == ClinicState.CANCELLED:
        values.setdefault("cancel_reason", "The sharer is ill.")
    clinic = Clinic.objects.create(**values)
    if title:
        ClinicText.objects.create(clinic=clinic, language=language, title=title, summary=f"About: {title}")
    return clinic


def sign_up(clinic: Clinic, number: int, *, now=NOW) -> list[Rsvp]:
    """That many new members, one after another."""
    return [
        rsvp(clinic=clinic, member=(person := make_member()), by=person, now=now + timedelta(seconds=second))
        for second in range(number)
    ]
