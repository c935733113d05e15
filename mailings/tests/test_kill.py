"""A real worker on a real Redis is killed, again and again, while letters drain into a real mail server."""

import random
import time
from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone

from letsconnect.tests.waiting import wait_until
from mailings.domain.letters import LEASE
from mailings.ledger import letters
from mailings.ledger.sweeping import sweep
from mailings.models import Letter, LetterText
from mailings.tests.factories import make_letter
from mailings.tests.worker.apps import KIND, register_kind
from mailings.tests.worker.running import PROCESSES, Worker, running_redis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def storm_kind():
    """The kind the worker knows, known here too."""
    register_kind()


@pytest.fixture
def worker(sink, storm_kind, tmp_path):
    with running_redis(tmp_path) as broker:
        worker = Worker(broker=broker, smtp_port=sink.port, folder=tmp_path)
        yield worker
        worker.kill()


def storm(sink, worker, *, written, kills, seed=7):
    """Owe, drain, kill at ``kills`` moments spread over the drain, and let a last worker finish.

    Each death leaves uncertain what both processes of the worker had said to be on the wire, so the moments are spread
    over those letters that arrive all the same.
    """
    chance, certain = random.Random(seed), written - kills * most_uncertain_at_a_kill()
    assert certain > kills
    owed = [
        letters.owe(kind=KIND, about=None, key=f"storm:{n}", address=f"p{n}@example.org", now=timezone.now())
        for n in range(written)
    ]
    for number in range(1, kills + 1):
        worker.start()
        goal = certain * number // (kills + 1)
        assert sink.wait_for(goal, seconds=600), worker.said()
        time.sleep(chance.uniform(0, 0.05))  # so that death comes at any step of a letter
        worker.kill()
        # Nobody is alive: the leases of the dead run out now instead of in five minutes.
        sweep(now=timezone.now() + LEASE)
    worker.start()
    wait_until(lambda: are_settled(written), worker.said, seconds=600, every=0.2)
    worker.kill()
    return owed


def most_uncertain_at_a_kill():
    return PROCESSES * settings.EMAIL_TOGETHER


def are_settled(written):
    tally = Letter.objects.tally()
    return tally["sent"] + tally["uncertain"] == written


def assert_every_letter_is_accounted_for(sink, owed):
    arrivals = Counter(sink.message_ids)
    states = dict(Letter.objects.values_list("message_id", "state"))
    tally = Letter.objects.tally()

    assert [one for one, count in arrivals.items() if count > 1] == []
    assert set(states) == {letter.message_id for letter in owed}
    assert {one for one, state in states.items() if state == "sent"} <= set(arrivals)
    assert {states[one] for one in arrivals} <= {"sent", "uncertain"}
    assert texts_kept() == {message_id for message_id, state in states.items() if state == "sent"}
    assert tally["written"] == len(owed) == tally["sent"] + tally["uncertain"]


def texts_kept():
    """Return the Message-IDs of the letters of which it can be read what they said."""
    return set(LetterText.objects.values_list("letter__message_id", flat=True))


def test_two_killed_workers_lose_no_letter_and_send_none_twice(sink, worker):
    sink.pause = 0.02  # a taken letter is not yet known to be taken: the worst moment, and the likeliest
    owed = storm(sink, worker, written=120, kills=2)

    assert_every_letter_is_accounted_for(sink, owed)


def test_control_a_worker_that_keeps_texts_after_the_outcome_dies_between_the_two(sink, storm_kind, nursery):
    owed = [make_letter(kind=KIND, to=None, address=f"{name}@example.org", now=timezone.now()) for name in "ab"]

    nursery.start(keeps_texts_later=True)
    wait_until(lambda: Letter.objects.tally()["sent"] == 2, "the letters to be sent", seconds=600)
    nursery.kill_one(0)

    assert texts_kept() == set()
    with pytest.raises(AssertionError) as failed:
        assert_every_letter_is_accounted_for(sink, owed)
    assert "texts_kept()" in str(failed.traceback[-1].statement)  # the others hold: nobody lost a letter, or got two


@pytest.mark.chaos
def test_thirty_killed_workers_lose_no_letter_and_send_none_twice(sink, worker):
    sink.pause = 0.005
    owed = storm(sink, worker, written=2000, kills=30)

    assert_every_letter_is_accounted_for(sink, owed)
    assert Letter.objects.tally()["uncertain"] <= 30 * most_uncertain_at_a_kill()
