"""Two at the same moment: two who announce, a worker who sends while somebody announces, two ticks with the lists."""

from datetime import timedelta

import pytest

from clinics.announcing.digests import owe_digests
from clinics.domain import ClinicMoveNotAllowed, ClinicState
from clinics.models import Announcement, Clinic, Digest
from clinics.planning.plans import announce_clinic
from clinics.tests.factories import make_clinic
from letsconnect.tests.at_once import at_once
from mailings.ledger.draining import claim
from mailings.ledger.ticking import tick
from mailings.models import Letter
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_coordinator

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
