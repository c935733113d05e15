"""Workers are killed, again and again, while they send an issue of the newsletter."""

import random
import time
from collections import Counter

import pytest
from django.conf import settings as portal
from django.utils import timezone

from mailings.domain.letters import LEASE, OPEN, LetterState
from mailings.ledger.draining import drain
from mailings.ledger.sweeping import sweep
from mailings.models import Letter, Subscription
from mailings.newsletters import sending
from mailings.tests.factories import make_newsletter
from mailings.tests.worker.running import Nursery
from registrations.tests.factories import make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nursery(sink):
    nursery = Nursery(smtp_port=sink.port)
    yield nursery
    nursery.close()


def start_issue(settings, *, readers):
    """Count so many readers of an issue in two languages, and start sending it."""
    settings.NEWSLETTER_NEEDS_TWO = False
    now = timezone.now()
    Subscription.objects.bulk_create(
        Subscription(
            address=f"reader-{number}@example.org",
            language=("en", "ar", "fr")[number % 3],
            state="confirmed",
            confirmed_at=now,
            source="page",
            agreed_at=now,
            wants_newsletter=True,
        )
        for number in range(readers)
    )
    newsletter = make_newsletter(languages=("en", "ar"))
    return sending.ask_to_send(newsletter=newsletter, by=make_coordinator(), now=now)


def storm(sink, nursery, *, readers, kills, give_back=sweep, seed=7):
    """Let two workers send, kill one of them at ``kills`` moments, and send what is left when its leases are over."""
    chance = random.Random(seed)
    nursery.start()
    nursery.start()
    for number in range(1, kills + 1):
        assert sink.wait_for(readers * number // (kills + 2), seconds=600)
        time.sleep(chance.uniform(0, 0.05))  # so that death comes at any step of a letter
        nursery.kill_one(chance.randrange(2))
        nursery.start()
    nursery.finish()
    give_back(now=timezone.now() + LEASE)
    drain(now=timezone.now())


def states_of(newsletter):
    return Counter(Letter.objects.of_issue(newsletter).values_list("state", flat=True))


def twice(sink):
    return [one for one, count in Counter(sink.message_ids).items() if count > 1]


def assert_every_reader_is_accounted_for(sink, newsletter, *, readers, kills):
    states, arrived = states_of(newsletter), set(sink.message_ids)
    sent = Letter.objects.of_issue(newsletter).filter(state=LetterState.SENT)

    assert twice(sink) == []
    assert newsletter.recipients == readers == sum(states.values()) == states["sent"] + states["uncertain"]
    assert not OPEN & set(states)
    assert states["uncertain"] <= kills * portal.EMAIL_TOGETHER
    assert set(sent.values_list("message_id", flat=True)) <= arrived
    assert len(arrived) >= readers - states["uncertain"]


def test_two_workers_killed_in_turn_give_no_reader_an_issue_twice(sink, nursery, settings):
    sink.pause = 0.005  # a taken letter is not yet known to be taken: the worst moment, and the likeliest
    newsletter = start_issue(settings, readers=240)

    storm(sink, nursery, readers=240, kills=4)

    assert_every_reader_is_accounted_for(sink, newsletter, readers=240, kills=4)


def queue_again(*, now):
    """What a ledger would do that does not know "uncertain"."""
    abandoned = Letter.objects.abandoned(now)
    abandoned.update(state=LetterState.QUEUED, claimed_by="", lease_until=None)


def test_the_storm_sees_readers_who_get_an_issue_twice(sink, nursery, settings):
    sink.pause = 0.005
    start_issue(settings, readers=240)

    storm(sink, nursery, readers=240, kills=6, give_back=queue_again)

    assert twice(sink) != []


@pytest.mark.chaos
def test_fifty_kills_give_none_of_ten_thousand_readers_an_issue_twice(sink, nursery, settings):
    newsletter = start_issue(settings, readers=10_000)

    storm(sink, nursery, readers=10_000, kills=50)

    assert_every_reader_is_accounted_for(sink, newsletter, readers=10_000, kills=50)
