"""How many people get a seat in a second: by the button of a clinic's page, and by the bare action under its lock.

Both in one run, on the same database: other work on the machine slows both. `test_seats_over_http.py` measures them.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic
from letsconnect.tests.standing.clicks import post, signed_in
from registrations import documents
from registrations.models import Consent, Member
from registrations.tests.factories import NOW

SEATS, AT_ONCE, PRESSES = 50, 32, 20


@dataclass(frozen=True)
class Rush:
    """What came of everybody asking for a seat at once."""

    seconds: float
    statuses: list
    waits: list

    @property
    def rate(self):
        return len(self.statuses) / self.seconds

    @property
    def p95(self):
        return sorted(self.waits)[len(self.waits) * 95 // 100]


def make_clinic_and_people(number, *, name):
    """A clinic of fifty seats in three days, and people who have agreed to what everybody agrees to."""
    members = Member.objects.bulk_create(
        Member(email=f"{name}-{person}@example.org", name=f"{name} {person}", joined_at=NOW) for person in range(number)
    )
    Consent.objects.bulk_create(
        Consent(member=member, document=document, version=documents.versions(document)[-1].name, given_at=NOW)
        for member in members
        for document in documents.REQUIRED
    )
    return make_clinic(capacity=SEATS, starts_at=timezone.now() + timedelta(days=3)), members


def rush(members, ask):
    """Have all of them ask, 32 at a time; ``ask`` returns what they were answered."""
    waits, statuses = [], []

    def ask_and_note(member):
        began = time.perf_counter()
        try:
            statuses.append(ask(member))
        finally:
            waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask_and_note, members))
    return Rush(time.perf_counter() - began, statuses, waits)


def rush_of_the_bare_action(clinic, members):
    """Each of 32 threads keeps its connection, as a web process does, until all have asked."""
    turns = [members[thread::AT_ONCE] for thread in range(AT_ONCE)]
    waits, statuses = [], []

    def ask_in_turn(some):
        connection.ensure_connection()
        try:
            for member in some:
                asked_at = time.perf_counter()
                statuses.append(rsvp(clinic=clinic, member=member, by=member, now=timezone.now()).state)
                waits.append(time.perf_counter() - asked_at)
        finally:
            connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask_in_turn, turns))
    return Rush(time.perf_counter() - began, statuses, waits)


def rush_over_http(site, clinic, members):
    """Whoever is told that the site is busy (503, after a second before the clinic's row) presses again."""
    headers = {member.pk: signed_in(member) for member in members}

    def press(member):
        for _press in range(PRESSES):
            answer = post(site, f"/clinics/{clinic.pk}/rsvp/", headers[member.pk])
            if answer.status != 503:
                break
        return answer.status

    return rush(members, press)
