"""A nudge reaches a worker, and nobody ever waits for it."""

import json
import re
import socket
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.conf import settings as project
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from letsconnect.base import mass_acts, nudges
from letsconnect.tests.counting import slow_lookups
from letsconnect.tests.waiting import PATIENCE, couriers, join_couriers
from mailings.tests.worker.running import running_redis
from matching.admin.mass_acts import REFUSE
from matching.domain.matches import ClosedWhy, MatchState
from matching.models import Match
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


def test_a_nudge_is_a_message_by_the_tasks_name_that_grows_stale(tmp_path, monkeypatch):
    with running_redis(tmp_path) as address:
        monkeypatch.setattr(current_app.conf, "broker_write_url", address)
        nudges.send(SOLVE)
        with redis.Redis.from_url(address) as broker:
            _queue, message = broker.blpop("celery", timeout=PATIENCE)

    headers = json.loads(message)["headers"]
    assert headers["task"] == SOLVE
    assert headers["expires"] is not None


@pytest.mark.parametrize("where", ["redis+socket://{folder}/nobody.sock", "redis://127.0.0.1:1/0"])
def test_a_broker_that_refuses_is_asked_at_most_twice_and_then_left_alone_whatever_the_task(
    monkeypatch, caplog, tmp_path, where, connects
):
    """kombu would go on trying for four seconds; with time enough for that, it is the refusal that ends the wait."""
    monkeypatch.setattr(nudges, "PATIENCE", PATIENCE)
    monkeypatch.setattr(nudges, "QUIET_SECONDS", 10 * PATIENCE)
    monkeypatch.setattr(current_app.conf, "broker_write_url", where.format(folder=tmp_path))

    nudges.send(DRAIN)
    assert 1 <= len(connects) <= 2
    connects.clear()
    for task in (SOLVE, DRAIN, "registrations.tasks.work_uploads", *[SOLVE] * 20):
        nudges.send(task)

    assert connects == []
    assert len(caplog.records) == 1


def test_a_broker_that_takes_the_call_and_says_nothing_is_given_up_and_left_alone(monkeypatch, connects):
    monkeypatch.setattr(nudges, "PATIENCE", 0.05)
    monkeypatch.setattr(nudges, "QUIET_SECONDS", 10 * PATIENCE)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

        nudges.send(DRAIN)  # it comes back, though nobody ever answers
        join_couriers()  # nor does the thread that asked stay for ever
        assert 1 <= len(connects) <= 2
        connects.clear()
        nudges.send(SOLVE)

    assert connects == []


def test_a_name_that_nobody_looks_up_costs_no_more_than_our_patience_and_that_once(monkeypatch):
    assert nudges.PATIENCE <= 0.25
    monkeypatch.setattr(nudges, "QUIET_SECONDS", 10 * PATIENCE)
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://redis.invalid:6379/0")

    with slow_lookups(monkeypatch) as ended:
        for task in (DRAIN, SOLVE):
            nudges.send(task)
        assert ended == []  # the page went on before the name was looked up
        assert len(couriers()) == 1


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

    act = mass_acts.prepare(kind=REFUSE, rows=matches, by=coordinator, now=NOW)
    with nudges.gathering():  # as in each request
        act = mass_acts.begin(act=act, note="", reason=ClosedWhy.POOR_FIT, by=coordinator, now=NOW)
        mass_acts.do_few(act, now=NOW)

    assert set(Match.objects.values_list("state", flat=True)) == {"refused"}
    assert sent == sorted([SOLVE, mass_acts._TASK])


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
