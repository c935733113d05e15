"""Two at the same moment: two who announce, a worker who sends while somebody announces, two ticks with the lists."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.announcing.digests import owe_digests
from clinics.domain.clinics import ClinicMoveNotAllowed, ClinicState
from clinics.models import Announcement, Clinic, Digest
from clinics.planning.plans import announce_clinic, cancel_clinic
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic
from letsconnect.tests.at_once import at_once, in_the_middle
from mailings.ledger import draining
from mailings.ledger.draining import claim, drain
from mailings.ledger.ticking import tick
from mailings.models import Letter
from mailings.subscriptions.leaving import leave
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def announcing(clinic, planner, now=NOW):
    return lambda: announce_clinic(clinic=clinic, by=planner, now=now)


def make_readers(number):
    return [make_subscription(wants_announcements=True, wants_digest=True) for _ in range(number)]


def test_two_who_announce_one_clinic_write_to_each_reader_once():
    planner, clinic = make_coordinator(), make_clinic(state=ClinicState.DRAFT)
    make_readers(5)

    came_of_it = at_once(*[announcing(clinic, planner)] * 2, refusals=(ClinicMoveNotAllowed,))

    assert sorted(type(outcome).__name__ for outcome in came_of_it) == ["Clinic", "ClinicMoveNotAllowed"]
    assert Letter.objects.filter(kind="clinics.announced").count() == Announcement.objects.count() == 5


def test_two_clinics_announced_at_the_same_moment_come_in_one_letter():
    planner = make_coordinator()
    make_readers(5)
    clinics = [make_clinic(state=ClinicState.DRAFT) for _ in range(4)]

    at_once(*[announcing(clinic, planner) for clinic in clinics])

    assert Letter.objects.filter(kind="clinics.announced").count() == 5
    assert Announcement.objects.count() == 20


def test_a_letter_that_a_worker_has_taken_gathers_nothing_more():
    planner = make_coordinator()
    make_readers(1)
    first, second = (make_clinic(state=ClinicState.DRAFT) for _ in range(2))
    announce_clinic(clinic=first, by=planner, now=NOW)

    (taken,) = claim(now=NOW + DAY)
    announce_clinic(clinic=second, by=planner, now=NOW + DAY)

    assert Announcement.objects.get(letter=taken).clinic == first
    assert Announcement.objects.exclude(letter=taken).get().clinic == second


def drained_while(monkeypatch, does):
    """Send what is due; once the facts of all letters were read, and before any is on the wire, something happens."""
    drained, _other = in_the_middle(monkeypatch, draining, "_submit", of=lambda: drain(now=NOW + DAY), does=does)
    return drained


def test_the_facts_of_announcements_are_read_once_for_all_that_a_worker_claimed(sink, settings):
    settings.EMAIL_TOGETHER = 5
    readers = make_readers(15)
    announcing(make_clinic(state=ClinicState.DRAFT), make_coordinator())()

    with CaptureQueriesContext(connection) as queries:
        assert drain(now=NOW + DAY) == {"sent": len(readers)}

    statements = [query["sql"] for query in queries.captured_queries]
    read = [sql for sql in statements if sql.startswith('SELECT "clinics_announcement"."letter')]
    assert len(read) == 1


def test_a_clinic_called_off_after_the_facts_were_read_is_announced_to_nobody(sink, monkeypatch):
    planner, clinic = make_coordinator(), make_clinic(state=ClinicState.DRAFT)
    make_readers(4)
    announcing(clinic, planner)()

    def call_off():
        cancel_clinic(clinic=clinic, reason="The host is ill.", by=planner, now=NOW + DAY)

    assert drained_while(monkeypatch, call_off) == {"skipped": 4}
    assert sink.messages == []


def test_who_signs_up_or_leaves_after_the_facts_were_read_is_not_told_of_the_clinic(sink, monkeypatch):
    planner, clinic = make_coordinator(), make_clinic(state=ClinicState.DRAFT)
    [member, leaver] = make_member(), make_subscription(wants_announcements=True)
    make_subscription(member=member, wants_announcements=True)
    make_readers(2)
    announcing(clinic, planner)()

    def sign_up_and_leave():
        rsvp(clinic=clinic, member=member, by=member, now=NOW + DAY)
        leave(subscription=leaver, chosen=None, by=None, now=NOW + DAY)

    assert drained_while(monkeypatch, sign_up_and_leave) == {"sent": 2, "skipped": 2}
    assert not {member.email, leaver.address} & set(sink.recipients)


def test_two_ticks_and_two_beats_write_each_reader_one_list():
    make_readers(5)
    make_clinic(announced_at=NOW - DAY)
    monday = NOW.replace(hour=9)

    at_once(lambda: tick(now=monday), lambda: tick(now=monday))
    at_once(lambda: owe_digests(monday), lambda: owe_digests(monday))

    assert Letter.objects.filter(kind="clinics.digest").count() == Digest.objects.count() == 5


def test_two_who_write_the_lists_at_once_without_the_lock_of_the_tick_write_them_once():
    make_readers(20)
    make_clinic(announced_at=NOW - DAY)
    monday = NOW.replace(hour=9)

    counts = at_once(*[lambda: owe_digests(monday)] * 4)

    assert sum(counts) == Letter.objects.filter(kind="clinics.digest").count() == 20
    assert Digest.objects.filter(letter=None).count() == 0
    assert Clinic.objects.count() == 1
