"""Writing what is owed, under the lock."""

import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction

from letsconnect.tests.waiting import PATIENCE
from mailings import kinds
from mailings.ledger import sweeping
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import ADVISORY_LOCK
from mailings.ledger.ticking import tick
from mailings.models import Letter
from mailings.tests.factories import make_kind, make_letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def owing(kind, key):
    def sweep(now):
        make_letter(kind=kind, key=key, now=now)
        return 1

    return sweep


def test_what_a_sweep_owes_is_sent_by_the_same_tick(sink, no_sweeps):
    kinds.register_sweep("tests.reminders", owing(make_kind(), "reminder:1"))

    done = tick(now=NOW)

    assert done.swept.owed == {"tests.reminders": 1}
    assert done.drained == {"sent": 1}


def test_a_sweep_that_fails_is_undone_alone_and_named(sink, no_sweeps, caplog):
    kind = make_kind()

    def write_then_fail(now):
        make_letter(kind=kind, key="half-written")
        Letter.objects.create(kind="", key="")

    kinds.register_sweep("tests.first", owing(kind, "first"))
    kinds.register_sweep("tests.broken", write_then_fail)
    kinds.register_sweep("tests.last", owing(kind, "last"))

    swept = sweeping.sweep(now=NOW)

    assert swept.owed == {"tests.first": 1, "tests.last": 1}
    assert list(swept.errors) == ["tests.broken"]
    assert sorted(Letter.objects.values_list("key", flat=True)) == ["first", "last"]
    assert any("tests.broken" in line.message for line in caplog.records)


def waiting_for(member):
    def sweep(now):
        get_user_model().objects.select_for_update().get(pk=member.pk)
        return 1

    return sweep


def test_a_sweep_whose_rows_are_held_stops_neither_the_others_nor_the_letters(sink, no_sweeps, monkeypatch):
    monkeypatch.setattr(sweeping, "WAIT_FOR_A_LOCK", 0.1)
    member, kind = make_member(), make_kind()
    kinds.register_sweep("tests.held", waiting_for(member))
    kinds.register_sweep("tests.last", owing(kind, "last"))
    held, enough = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            get_user_model().objects.select_for_update().get(pk=member.pk)
            held.set()
            enough.wait(PATIENCE)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(PATIENCE)
    try:
        done = tick(now=NOW)
    finally:
        enough.set()
        holder.join()

    assert list(done.swept.errors) == ["tests.held"]
    assert done.drained == {"sent": 1}
    assert sweeping.sweep(now=NOW).owed["tests.held"] == 1


def test_a_letter_that_cannot_be_read_in_time_is_queued_again(sink, no_sweeps):
    def slow(about, now):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT pg_sleep(60)")

    make_letter(kind=make_kind(still_owed=slow))

    drained = drain(now=NOW)

    assert drained == {"returned": 1}
    assert Letter.objects.get().state == "queued"


def test_of_two_ticks_at_once_one_sweeps(no_sweeps):
    started, go_on, swept = threading.Event(), threading.Event(), []

    def slow(now):
        started.set()
        go_on.wait(PATIENCE)
        return 0

    def first():
        swept.append(sweeping.sweep(now=NOW))
        connection.close()

    kinds.register_sweep("tests.slow", slow)
    thread = threading.Thread(target=first)
    thread.start()
    assert started.wait(PATIENCE)
    second = sweeping.sweep(now=NOW)
    go_on.set()
    thread.join()

    assert (swept[0].ran, second.ran, second.owed) == (True, False, {})


def test_the_lock_goes_with_the_transaction(no_sweeps):
    sweeping.sweep(now=NOW)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database here ON here.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND objid = %s",
            [ADVISORY_LOCK],
        )
        assert cursor.fetchone() == (0,)


def test_written_is_the_sum_of_the_states_after_everything(sink, no_sweeps):
    kinds.register_sweep("tests.reminders", owing(make_kind(), "reminder:1"))
    make_letter(kind=make_kind(still_owed=lambda about, now: "no longer"))
    make_letter(to=make_member(email=None))
    for minutes, rcpt, data in [(0, "", "451 later"), (5, "550 5.1.1 no", ""), (9, "", "drop"), (90, "", "")]:
        sink.rcpt, sink.data = rcpt, data
        for _ in range(3):
            make_letter(now=NOW + timedelta(minutes=minutes))
        ledger = tick(now=NOW + timedelta(minutes=minutes)).ledger
        assert ledger.pop("written") == sum(ledger.values()) == Letter.objects.count()

    assert {state for state, count in ledger.items() if count} >= {"sent", "skipped", "failed", "uncertain"}


def test_the_command_does_a_tick_and_says_what_it_did(sink, no_sweeps):
    make_letter()
    out = StringIO()
    call_command("tick", "--json", stdout=out)
    told = json.loads(out.getvalue())

    assert told["drained"] == {"sent": 1}
    assert told["ledger"]["written"] == told["ledger"]["sent"] == 1
    words = StringIO()
    call_command("tick", stdout=words)
    assert "Ledger: 1 written = 1 sent." in words.getvalue()
