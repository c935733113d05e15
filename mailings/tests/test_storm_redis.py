"""Redis is emptied, again and again: what was owed is sent, because rows are the queue and the beat looks at them."""

import time
from itertools import count

import pytest
import redis
from celery import current_app
from django.utils import timezone
from kombu import Connection

from letsconnect.tests.waiting import wait_until
from mailings.ledger import letters
from mailings.models import Letter
from mailings.tests.storms import assert_every_reader_is_accounted_for, doubles, say, start_issue
from mailings.tests.worker.apps import KIND, register_kind
from mailings.tests.worker.running import Worker, running_redis

pytestmark = pytest.mark.django_db(transaction=True)
_numbers = count(1)


@pytest.fixture
def broker(tmp_path):
    register_kind()
    with running_redis(tmp_path) as address:
        yield address


@pytest.fixture
def start_worker(sink, broker, tmp_path):
    started = []

    def start(**options):
        started.append(Worker(broker=broker, smtp_port=sink.port, folder=tmp_path, **options))
        started[-1].start()
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


def owe(many):
    for number in (next(_numbers) for _ in range(many)):
        letters.owe(kind=KIND, about=None, key=f"storm:{number}", address=f"p{number}@example.org", now=timezone.now())


def publish(broker, task, **options):
    """Say to a worker what beat and nudges say."""
    with Connection(broker) as line:
        current_app.send_task(task, connection=line, retry=False, **options)


def empty(broker):
    with redis.Redis.from_url(broker) as client:
        client.flushall()


def is_taken(broker):
    """Tell whether no task waits in Redis for a worker."""
    with redis.Redis.from_url(broker) as client:
        return not client.llen("celery")


def test_an_emptied_redis_loses_no_letter_and_sends_none_twice(sink, broker, start_worker):
    worker = start_worker()
    for wave in range(1, 5):
        owe(10)
        publish(broker, "mailings.tasks.drain")
        empty(broker)
        assert sink.wait_for(wave * 10), worker.said()
    wait_until(lambda: Letter.objects.tally()["sent"] == 40, worker.said)

    say("redis emptied", sink, times=4)
    assert doubles(sink) == []
    assert Letter.objects.tally()["written"] == 40


def test_control_without_the_beat_an_emptied_redis_loses_letters(sink, broker, start_worker):
    owe(10)
    publish(broker, "mailings.tasks.drain")
    empty(broker)
    worker = start_worker(has_beat=False)
    publish(broker, "matching.tasks.solve")
    wait_until(lambda: is_taken(broker), "the worker to take what is there")

    assert Letter.objects.tally()["queued"] == 10
    say("redis emptied, control", sink, times=1)
    publish(broker, "mailings.tasks.tick")
    assert sink.wait_for(10), worker.said()


def test_a_worker_whose_clock_is_an_hour_ahead_does_what_the_beat_asks(sink, broker, start_worker, settings):
    """Celery drops what is stale by the worker's clock: as a control, beside it, a task that is so in 25 seconds."""
    options = settings.CELERY_BEAT_SCHEDULE["tick"]["options"]
    owe(10)
    worker = start_worker(has_beat=False, clock_off=3600)
    publish(broker, "mailings.tasks.tick", expires=25)
    publish(broker, "matching.tasks.solve")
    wait_until(lambda: is_taken(broker), "the worker to take what is there")
    assert Letter.objects.tally()["queued"] == 10

    publish(broker, "mailings.tasks.tick", **options)
    assert sink.wait_for(10), worker.said()


@pytest.mark.chaos
def test_an_issue_is_sent_by_two_workers_and_two_beats_while_redis_is_emptied_all_the_time(
    sink, broker, start_worker, settings
):
    issue = start_issue(settings, readers=3_000)
    began, times = time.monotonic(), 0
    worker, _other = start_worker(), start_worker()
    while Letter.objects.of_issue(issue).exclude(state="sent").exists():
        empty(broker)
        times += 1
        assert time.monotonic() - began < 600, worker.said()
        time.sleep(0.05)

    say("redis emptied, two beats", sink, issue, times=times, seconds=round(time.monotonic() - began))
    assert_every_reader_is_accounted_for(sink, issue, readers=3_000)
