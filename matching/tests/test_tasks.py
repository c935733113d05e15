"""The worker's one call, the nudge, and what the tick does for a round nobody heard of."""

from datetime import timedelta

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from letsconnect.base import nudges
from mailings.ledger.sweeping import sweep
from matching import tasks
from matching.domain.matches import RoundState
from matching.models import Round
from matching.rounds.rounds import create_round
from matching.tests.factories import make_round
from registrations.tests.factories import NOW, make_coordinator, make_registration


@pytest.fixture
def sent(monkeypatch):
    """What reached the broker, instead of the broker."""
    names = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    nudges.forget_quiet()
    return names


@pytest.mark.django_db
def test_the_task_computes_what_waits():
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])
    round_ = create_round(by=make_coordinator(), now=NOW)

    tasks.solve()

    round_.refresh_from_db()
    assert (round_.state, round_.matches.count()) == (RoundState.PROPOSED, 1)


@pytest.mark.django_db
def test_a_worker_is_woken_when_the_round_is_committed_and_not_for_the_command(
    sent, settings, django_capture_on_commit_callbacks
):
    settings.NUDGES = True
    with django_capture_on_commit_callbacks(execute=True):
        create_round(by=make_coordinator(), now=NOW)
        create_round(by=None, now=NOW, wake_a_worker=False)
        assert sent == []

    assert sent == ["matching.tasks.solve"]


@pytest.mark.django_db
def test_a_dead_broker_leaves_the_round_waiting_and_nobody_with_an_error(
    monkeypatch, settings, caplog, django_capture_on_commit_callbacks
):
    settings.NUDGES = True

    def refused(*args, **options):
        raise OperationalError("nobody listens")

    monkeypatch.setattr(current_app, "send_task", refused)
    with django_capture_on_commit_callbacks(execute=True):
        create_round(by=make_coordinator(), now=NOW)

    assert Round.objects.waiting().count() == 1
    assert "the tick finds it" in caplog.text
    nudges.forget_quiet()


@pytest.mark.django_db(transaction=True)
def test_the_tick_wakes_a_worker_again_for_a_round_nobody_heard_of_and_fails_a_dead_one(sent, settings):
    settings.NUDGES = True
    make_round(RoundState.DRAFT, requested_at=NOW)
    dead = make_round(RoundState.SOLVING)

    swept = sweep(now=NOW + timedelta(seconds=10))
    assert (swept.owed["matching.waiting_rounds"], sent) == (0, [])
    swept = sweep(now=dead.lease_until + timedelta(seconds=1))

    assert swept.errors == {}
    assert (swept.owed["matching.waiting_rounds"], swept.owed["matching.abandoned_rounds"]) == (1, 1)
    assert sent == ["matching.tasks.solve"]
    dead.refresh_from_db()
    assert dead.state == RoundState.FAILED
