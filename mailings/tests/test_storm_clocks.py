"""The clock of a worker's machine is an hour off: nothing goes by it. The controls are workers that trust it."""

import random
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as portal
from django.utils import timezone

from letsconnect.base.clocks import database_now
from letsconnect.tests.at_once import in_the_middle
from mailings import kinds, tasks
from mailings.domain.letters import LEASE
from mailings.ledger import draining, letters, rates
from mailings.ledger.sweeping import sweep
from mailings.models import Letter
from mailings.rendering import Rendered
from mailings.sending.transport import open_session
from mailings.tests.factories import make_letter
from mailings.tests.storms import assert_every_reader_is_accounted_for, doubles, moment_of, say, start_issue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_sweeps")]
HOUR = timedelta(hours=1)


@contextmanager
def clock_off(by):
    """The clock of this machine is wrong; that of the database is not."""
    with time_machine.travel(datetime.now(UTC) + by, tick=True):
        yield


@pytest.fixture
def trusts_its_clock(monkeypatch):
    monkeypatch.setattr(tasks, "database_now", timezone.now)


def owe_for(moments):
    """Owe letters that are due so much later than now."""
    now = database_now()
    written = [make_letter(now=now - 2 * HOUR) for _ in moments]
    for letter, later in zip(written, moments, strict=True):
        Letter.objects.filter(pk=letter.pk).update(due_at=now + later)
    return [letter.message_id for letter in written]


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_what_is_due_goes_out_and_what_is_due_later_waits(sink, off):
    due, _later = owe_for([timedelta(0), HOUR / 2])

    with clock_off(off):
        tasks.drain()

    assert sink.message_ids == [due]


@pytest.mark.parametrize(("off", "arrived"), [(HOUR, 2), (-HOUR, 0)])
def test_control_a_worker_that_trusts_its_clock_is_early_or_late(sink, trusts_its_clock, off, arrived):
    owe_for([timedelta(0), HOUR / 2])

    with clock_off(off):
        tasks.drain()

    assert len(sink.messages) == arrived


def claimed_while_another_ticks(off):
    """Claim letters, let the worker with the wrong clock tick, and send them."""
    owe_for([timedelta(0)] * 3)
    claimed = draining.claim(now=database_now())
    with clock_off(off):
        tasks.tick()
    with open_session() as session:
        return draining.send_claimed(claimed, session=session, clock=database_now)


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_the_lease_of_another_worker_is_not_over(sink, off):
    assert claimed_while_another_ticks(off) == {"sent": 3}
    assert doubles(sink) == []


def test_control_a_worker_that_trusts_its_clock_takes_over_what_others_are_sending(sink, trusts_its_clock):
    assert claimed_while_another_ticks(HOUR) == {"lost": 3}
    assert doubles(sink) == []  # also then nobody gets a letter twice


def swept_while_it_sends(monkeypatch):
    """Let a worker whose clock is behind claim letters, and another one sweep before they are sent."""
    owe_for([-2 * HOUR] * 3)
    with clock_off(-HOUR):
        _sent, swept = in_the_middle(
            monkeypatch, draining, "_prepare_group", of=tasks.drain, does=lambda: sweep(now=database_now())
        )
    return swept


def test_the_lease_of_a_worker_that_is_behind_is_not_over(sink, monkeypatch):
    assert swept_while_it_sends(monkeypatch).requeued == 0


def test_control_the_lease_of_a_worker_that_trusts_its_clock_is_over_at_once(sink, monkeypatch, trusts_its_clock):
    assert swept_while_it_sends(monkeypatch).requeued == 3
    assert doubles(sink) == []


def test_what_a_page_owes_goes_out_at_once_although_its_machine_is_ahead(sink):
    with clock_off(HOUR):
        letter = make_letter(now=timezone.now())
        gathered = make_letter(now=timezone.now(), gather="a match")

    tasks.drain()

    assert sink.message_ids == [letter.message_id]
    assert gathered.due_at - database_now() <= portal.LETTERS_GATHER_FOR


def test_an_issue_that_a_page_sends_at_once_goes_out_at_once_although_its_machine_is_ahead(sink, settings):
    with clock_off(HOUR):
        issue = start_issue(settings, readers=2)

    tasks.drain()

    assert_every_reader_is_accounted_for(sink, issue, readers=2)


def test_the_lease_of_a_page_that_is_behind_is_not_over_while_it_sends(sink, monkeypatch):
    def send():
        return letters.send_at_once(
            kind="registrations.sign_in_code", address="ana@example.org", language="en", zone="UTC",
            rendered=Rendered("Code", "402 117\n", ""), key="code", now=timezone.now(),
        )  # fmt: skip

    with clock_off(-HOUR):
        sent, swept = in_the_middle(
            monkeypatch, letters, "hand_over_within", of=send, does=lambda: sweep(now=database_now())
        )

    assert (sent.state, swept.parked) == ("sent", 0)


def taken_by_turns(now=lambda: None):
    """Let two workers take from one bucket by turns, of whom one is an hour ahead."""
    taken = 0
    for off in [HOUR, timedelta(0)] * 3:
        with clock_off(off):
            taken += rates.take(5, now=now())
    return taken


def test_no_more_letters_go_out_than_the_rate_allows(settings):
    settings.EMAIL_RATE = 1  # a minute: the next one is far, however slow the machine

    assert taken_by_turns() == 1


def test_control_a_bucket_by_the_workers_clocks_is_full_again_at_each_turn(settings):
    settings.EMAIL_RATE = 1

    assert taken_by_turns(timezone.now) == 3


def zone_at_seven():
    """Return a zone in whose clocks nine comes in one hour at least and two at most."""
    offset = (7 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-offset:+d}"  # the names have the sign of POSIX


def issue_of_the_morning(settings):
    zone = zone_at_seven()
    today = datetime.now(ZoneInfo(zone)).date()
    return start_issue(settings, readers=4, zone=zone, send_time="morning", send_on=today)


def test_nobody_gets_the_issue_before_nine_by_their_own_clock(sink, settings):
    issue = issue_of_the_morning(settings)

    with clock_off(2 * HOUR):
        tasks.drain()
    assert sink.messages == []

    draining.drain(now=database_now() + 2 * HOUR)
    assert_every_reader_is_accounted_for(sink, issue, readers=4)


def test_control_a_worker_that_trusts_its_clock_brings_the_issue_before_nine(sink, settings, trusts_its_clock):
    issue_of_the_morning(settings)

    with clock_off(2 * HOUR):
        tasks.drain()

    assert len(sink.messages) == 4


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_sweeps_write_what_is_due_by_the_clock_of_the_database(sink, off):
    moments = []
    kinds.register_sweep("tests.sweep", lambda now: moments.append(now) or 0)

    with clock_off(off):
        tasks.tick()

    assert abs(moments[0] - database_now()) < HOUR / 2


def owe_later(readers):
    """Let an issue be due in half an hour for half of its readers; return how many are due now."""
    later = Letter.objects.order_by("pk").values("pk")[: readers // 2]
    Letter.objects.filter(pk__in=later).update(due_at=database_now() + HOUR / 2)
    return readers - readers // 2


def storm(sink, nursery, *, due, kills):
    """Let three workers send of whom one is ahead and one behind, and kill some of them."""
    chance, offs = random.Random(7), [3600, -3600, 0]
    for off in offs:
        nursery.start(clock_off=off)
    for number in range(1, kills + 1):
        assert sink.wait_for(moment_of(number, readers=due, deaths=kills), seconds=600)
        nursery.kill_one(0)  # the oldest
        nursery.start(clock_off=chance.choice(offs))
    nursery.finish()
    sweep(now=database_now() + LEASE)
    draining.drain(now=database_now())


def check_storm(sink, nursery, settings, *, readers, kills):
    issue, began = start_issue(settings, readers=readers), time.monotonic()
    due = owe_later(readers)
    storm(sink, nursery, due=due, kills=kills)
    assert Letter.objects.of_issue(issue).filter(state="queued").count() == readers - due

    draining.drain(now=database_now() + HOUR)
    say("clocks an hour off", sink, issue, kills=kills, seconds=round(time.monotonic() - began))
    assert_every_reader_is_accounted_for(sink, issue, readers=readers, most_uncertain=kills * portal.EMAIL_TOGETHER)


def test_workers_ahead_behind_and_killed_send_an_issue_once_and_in_time(sink, nursery, settings):
    check_storm(sink, nursery, settings, readers=300, kills=1)


def test_control_one_worker_ahead_that_trusts_its_clock_sends_what_is_due_later(sink, nursery, settings):
    start_issue(settings, readers=40)
    owe_later(40)

    nursery.start(clock_off=3600, trusts_its_clock=True)

    assert sink.wait_for(40, seconds=600)
    nursery.finish()
    say("clocks an hour off, control", sink, early=20)


@pytest.mark.chaos
def test_thirty_workers_ahead_behind_and_killed_send_eight_thousand_letters_once_and_in_time(sink, nursery, settings):
    check_storm(sink, nursery, settings, readers=8_000, kills=30)
