"""A nudge reaches a worker, and nobody ever waits for it."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.conf import settings as project
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from letsconnect.base import nudges
from mailings.tests.worker.running import running_redis
from matching.domain.matches import ClosedWhy, MatchState
from matching.rounds.reviews import refuse_matches
from matching.tests.factories import make_match, make_round
from registrations.tests.factories import NOW, make_coordinator

DRAIN, SOLVE = "mailings.tasks.drain", "matching.tasks.solve"


@pytest.fixture(autouse=True)
def _nudging(settings):
    settings.NUDGES = True
    nudges.forget_quiet()
    yield
    nudges.forget_quiet()


@pytest.fixture
def sent(monkeypatch):
    """The names that were handed to Celery, in place of a broker."""
    names = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    return names


def seconds(*tasks):
    began = time.monotonic()
    for task in tasks:
        nudges.send(task)
    return time.monotonic() - began


def test_a_nudge_is_a_message_by_the_tasks_name_that_grows_stale(tmp_path, monkeypatch):
    with running_redis(tmp_path) as address:
        monkeypatch.setattr(current_app.conf, "broker_write_url", address)
        nudges.send(SOLVE)
        with redis.Redis.from_url(address) as broker:
            _queue, message = broker.blpop("celery", timeout=5)

    headers = json.loads(message)["headers"]
    assert headers["task"] == SOLVE
    assert headers["expires"] is not None


@pytest.mark.parametrize("where", ["redis+socket://{folder}/nobody.sock", "redis://127.0.0.1:1/0"])
def test_a_broker_that_refuses_costs_a_blink_once_for_all_tasks(monkeypatch, caplog, tmp_path, where):
    monkeypatch.setattr(current_app.conf, "broker_write_url", where.format(folder=tmp_path))

    tries = []
    for _ in range(3):  # the machine of a test may be busy for a moment; the broker is not what makes it so
        nudges.forget_quiet()
        caplog.clear()
        tries.append(seconds(DRAIN))
    assert min(tries) < 0.1
    assert seconds(SOLVE, DRAIN, "registrations.tasks.work_uploads", *[SOLVE] * 20) < 0.01
    assert len(caplog.records) == 1


def test_a_broker_that_takes_the_call_and_says_nothing_costs_no_more_than_our_patience(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

        assert seconds(DRAIN, SOLVE) < nudges.PATIENCE + 0.25


def test_a_name_that_nobody_looks_up_costs_no_more_than_our_patience(monkeypatch):
    answered = threading.Event()

    def looked_up(*args, **options):
        answered.wait(20)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://redis.invalid:6379/0")
    try:
        assert seconds(DRAIN, SOLVE) < nudges.PATIENCE + 0.25
    finally:
        answered.set()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_nudges_each_task_once_and_only_when_it_commits(sent):
    class Fails(Exception):
        pass

    with pytest.raises(Fails), transaction.atomic():
        nudges.on_commit(DRAIN)
        raise Fails
    with transaction.atomic():
        for task in (DRAIN, SOLVE, DRAIN):
            nudges.on_commit(task)
        assert sent == []

    assert sent == [DRAIN, SOLVE]


@pytest.mark.django_db(transaction=True)
def test_refusing_many_matches_is_one_action_and_one_nudge(sent):
    coordinator = make_coordinator()
    matches = [make_match(MatchState.PROPOSED, round=make_round("proposed")) for _ in range(3)]
    sent.clear()

    outcome = refuse_matches(matches=matches, by=coordinator, why=ClosedWhy.POOR_FIT, now=NOW)

    assert len(outcome.done) == 3
    assert sent == [SOLVE]


def test_a_request_nudges_once_however_much_it_does_and_also_when_it_fails(sent):
    def page(request):
        for _ in range(3):
            nudges.send(DRAIN)
        if request.path == "/broken/":
            raise ZeroDivisionError
        return HttpResponse(",".join(sent))

    answer = nudges.once_per_request(page)(RequestFactory().get("/"))
    assert (answer.content, sent) == (b"", [DRAIN])
    with pytest.raises(ZeroDivisionError):
        nudges.once_per_request(page)(RequestFactory().get("/broken/"))
    assert sent == [DRAIN, DRAIN]


def test_where_nudges_are_off_nothing_asks_the_broker(sent, settings):
    settings.NUDGES = False

    nudges.send(DRAIN)

    assert sent == []


def test_every_task_that_is_named_anywhere_is_one_a_worker_knows():
    current_app.loader.import_default_modules()
    code = [path for path in Path(project.BASE_DIR).glob("*/**/*.py") if "tests" not in path.parts]
    named = {
        name
        for path in code
        if not {".venv", "node_modules", "var"} & set(path.parts)
        for name in re.findall(r'"((?:[a-z_]+\.)+tasks\.[a-z_]+)"', path.read_text())
    }

    assert named >= {DRAIN, SOLVE, "registrations.tasks.work_uploads", "mailings.tasks.tick"}
    assert named - set(current_app.tasks) == set()
