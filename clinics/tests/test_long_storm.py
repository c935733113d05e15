"""A minute in which ten hands do everything at once with the seats of one clinic, from a week before it to its end.

`make chaos` runs it. After each of its hours nobody acts for a moment, and what must hold is looked at.
"""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from clinics import locking
from clinics.models import Clinic, Rsvp
from clinics.tests import seat_storm
from clinics.tests.seat_checks import check_attendance, check_letters, check_queue, check_rows, read_log
from clinics.tests.seat_storm import SharedClock, World, rage, travelling
from letsconnect.base.statements import Statement
from letsconnect.tests.standing.figures import told as say
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.models import Letter

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
# How long before the start each part of the storm begins, and how much later each deed is than the one before.
PARTS = (
    (160 * HOUR, 30 * SECOND),
    (25 * HOUR, 30 * SECOND),
    (9 * HOUR, 30 * SECOND),
    (150 * MINUTE, 10 * SECOND),
    (35 * MINUTE, 2 * SECOND),
    (20 * MINUTE, 2 * SECOND),
    (26 * HOUR, 30 * SECOND),  # of the day to which it was moved
    (2 * HOUR, 10 * SECOND),
)
EACH = 7.5  # seconds


@pytest.fixture
def world():
    with travelling() as traveller:
        yield World(SharedClock(traveller))


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def come_to_rest(world):
    """Let the clock do what is due, and send all letters, with nobody in the way."""
    now = timezone.now()
    swept = sweep(now=now)
    assert swept.ran and swept.errors == {}
    for _until_nothing_follows in range(3):
        Letter.objects.filter(state__in=("queued", "deferred")).update(due_at=now)
        drain(now=now)
    return now


def check(world, begun):
    now = come_to_rest(world)
    clinic = Clinic.objects.get(pk=world.clinic.pk)
    told = read_log(clinic, **begun)
    check_rows(clinic, told)
    check_queue(clinic, now=now)
    check_attendance(clinic, told)
    check_letters(clinic, told, now=now)
    connection.check_constraints()


def storm(world, *, seed, parts=PARTS, each=EACH):
    """Rage through these parts; return how much was done."""
    begun = {"capacity": world.clinic.capacity, "starts_at": world.clinic.starts_at}
    done = {}
    for number, (before, step) in enumerate(parts):
        clinic = Clinic.objects.get(pk=world.clinic.pk)
        world.clock.go_to(clinic.starts_at - before)
        world.clock.step = step
        world.renew_sessions()
        last = number == len(parts) - 1
        deeds = (*seat_storm.DEEDS, *([seat_storm.cancel] if last else ()))
        counts, troubles = rage(world, seconds=each, seed=seed * 100 + number, deeds=deeds)
        assert troubles == []
        check(world, begun)
        for name, count in counts.items():
            done[name] = done.get(name, 0) + count
    return done


@pytest.mark.parametrize("seed", range(2))
def test_whatever_ten_hands_do_in_a_minute_each_seat_is_one_persons_in_their_turn(world, seed):
    before = deadlocks()

    done = storm(world, seed=seed)

    say(f"ten hands, seed {seed}", f"{sum(done.values())} deeds", done, f"{len(mail.outbox)} letters")
    assert deadlocks() == before
    assert Rsvp.objects.count() > 20
    assert sum(done.values()) > 2 * done["refused"], "most was refused, so little met"


def test_control_without_the_lock_the_storm_finds_what_is_wrong(world, monkeypatch):
    unlocked = Statement(lambda clinic: Clinic.objects.filter(pk=clinic.pk).order_by())
    monkeypatch.setattr(locking, "_LOCKED", unlocked)

    with pytest.raises(AssertionError):
        storm(world, seed=1, each=4)
