"""Workers are killed, again and again, while they send an issue of the newsletter."""

import random
import time

import pytest
from django.conf import settings as portal
from django.utils import timezone

from mailings.domain.letters import LEASE
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.tests.storms import (
    assert_every_reader_is_accounted_for,
    doubles,
    moment_of,
    queue_again,
    say,
    start_issue,
)

pytestmark = pytest.mark.django_db(transaction=True)


def storm(sink, nursery, *, readers, kills, pause=0.02, give_back=sweep, seed=7):
    """Let two workers send, kill one of them at ``kills`` moments, and send what is left when its leases are over."""
    chance = random.Random(seed)
    sink.pause = pause  # a taken letter is not yet known to be taken: the worst moment, and the likeliest
    nursery.start()
    nursery.start()
    for number in range(1, kills + 1):
        assert sink.wait_for(moment_of(number, readers=readers, deaths=kills), seconds=600)
        time.sleep(chance.uniform(0, 0.05))  # so that death comes at any step of a letter
        nursery.kill_one(chance.randrange(2))
        nursery.start()
    sink.pause = 0.0
    nursery.finish()
    give_back(now=timezone.now() + LEASE)
    drain(now=timezone.now())


def test_two_workers_killed_in_turn_give_no_reader_an_issue_twice(sink, nursery, settings):
    issue = start_issue(settings, readers=300)

    storm(sink, nursery, readers=300, kills=2)

    say("workers killed", sink, issue, kills=2)
    assert_every_reader_is_accounted_for(sink, issue, readers=300, most_uncertain=2 * portal.EMAIL_TOGETHER)


@pytest.mark.chaos
def test_control_a_ledger_that_does_not_know_uncertain_sends_an_issue_twice(sink, nursery, settings):
    issue = start_issue(settings, readers=500)

    storm(sink, nursery, readers=500, kills=4, give_back=queue_again)

    say("workers killed, control", sink, issue, kills=4)
    assert doubles(sink) != []


@pytest.mark.chaos
def test_fifty_kills_give_none_of_ten_thousand_readers_an_issue_twice(sink, nursery, settings):
    issue = start_issue(settings, readers=10_000)
    began = time.monotonic()

    storm(sink, nursery, readers=10_000, kills=50, pause=0.001)

    say("workers killed", sink, issue, kills=50, seconds=round(time.monotonic() - began))
    assert_every_reader_is_accounted_for(sink, issue, readers=10_000, most_uncertain=50 * portal.EMAIL_TOGETHER)


@pytest.mark.chaos
def test_control_fifty_kills_of_a_ledger_that_does_not_know_uncertain(sink, nursery, settings):
    issue = start_issue(settings, readers=10_000)

    storm(sink, nursery, readers=10_000, kills=50, pause=0.001, give_back=queue_again)

    say("workers killed, control", sink, issue, kills=50)
    assert doubles(sink) != []
