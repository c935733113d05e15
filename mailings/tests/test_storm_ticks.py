"""Two beats: two ticks at the same moment, and one from beginning to end in the middle of another."""

import sys
import time
from collections import Counter
from itertools import count

import pytest
from django.utils import timezone

from letsconnect.tests.at_once import at_once, in_the_middle
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.ledger import draining, letters, sweeping
from mailings.ledger.ticking import tick
from mailings.models import Letter
from mailings.models.letters import LetterQuerySet
from mailings.tests.factories import make_kind
from mailings.tests.storms import assert_every_reader_is_accounted_for, doubles, say, start_issue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_sweeps")]
THIS_FILE = sys.modules[__name__]
PEOPLE = [f"p{number}@example.org" for number in range(5)]
_numbers = count(1)


def tick_now():
    return tick(now=timezone.now())


@pytest.fixture
def reminders(no_sweeps):
    """A sweep that looks who has no reminder yet and then writes to them, with no key that would refuse a second."""
    kind = make_kind()

    def remind(now):
        reminded = set(Letter.objects.filter(kind=kind).values_list("address", flat=True))
        return write(kind, [address for address in PEOPLE if address not in reminded], now)

    kinds.register_sweep("tests.reminders", remind)


def write(kind, addresses, now):
    for address in addresses:
        letters.owe(kind=kind, about=None, key=f"reminder:{next(_numbers)}", address=address, now=now)
    return len(addresses)


def test_a_tick_in_the_middle_of_anothers_sweep_reminds_nobody_twice(sink, reminders, monkeypatch):
    first, second = in_the_middle(monkeypatch, THIS_FILE, "write", of=tick_now, does=tick_now)

    assert (first.swept.ran, second.swept.ran) == (True, False)
    assert Counter(sink.recipients) == Counter(PEOPLE)


def test_control_without_the_lock_of_the_sweep_everybody_is_reminded_twice(sink, reminders, monkeypatch):
    monkeypatch.setattr(sweeping, "_takes_sweep_lock", lambda: True)

    in_the_middle(monkeypatch, THIS_FILE, "write", of=tick_now, does=tick_now)

    assert set(Counter(sink.recipients).values()) == {2}


def test_a_tick_in_the_middle_of_anothers_sending_sends_nothing_twice(sink, settings, monkeypatch):
    issue = start_issue(settings, readers=60)

    first, second = in_the_middle(monkeypatch, draining, "_prepare_group", of=tick_now, does=tick_now)

    say("a tick in another", sink, issue)
    assert (first.drained["sent"], second.drained["sent"]) == (20, 40)
    assert_every_reader_is_accounted_for(sink, issue, readers=60)


def take(keys, token, lease_until):
    Letter.objects.filter(pk__in=keys).update(
        state=LetterState.CLAIMED, claimed_by=token, lease_until=lease_until, sent_at=None
    )


def claim_what_was_read(self, now, *, batch, token, lease_until):
    """What a ledger does that reads what is due, and then takes it, whatever has become of it meanwhile."""
    keys = set(self.due(now).values_list("pk", flat=True)[:batch])
    take(keys, token, lease_until)
    return keys


def test_control_a_ledger_that_takes_what_it_has_read_sends_it_twice(sink, settings, monkeypatch):
    monkeypatch.setattr(LetterQuerySet, "claim_due", claim_what_was_read)
    issue = start_issue(settings, readers=60)

    in_the_middle(monkeypatch, THIS_FILE, "take", of=tick_now, does=tick_now)

    say("a tick in another, control", sink, issue)
    assert len(doubles(sink)) == 20


def test_three_ticks_at_once_send_an_issue_and_remind_everybody_once(sink, settings, reminders):
    issue = start_issue(settings, readers=90)

    at_once(*[tick_now] * 3)
    tick_now()  # what the last sweep owed may have come after the others had looked

    say("three ticks at once", sink, issue)
    assert {count for address, count in Counter(sink.recipients).items() if address in PEOPLE} == {1}
    assert_every_reader_is_accounted_for(sink, issue, readers=90)


@pytest.mark.chaos
def test_four_workers_that_tick_all_the_time_send_an_issue_once(sink, nursery, settings):
    issue = start_issue(settings, readers=5_000)
    began = time.monotonic()
    for _ in range(4):
        nursery.start(does="tick")
    assert sink.wait_for(5_000, seconds=600)
    nursery.finish()

    say("four workers that tick", sink, issue, seconds=round(time.monotonic() - began))
    assert_every_reader_is_accounted_for(sink, issue, readers=5_000)
