"""Storms on a real web process, each with a control: the process as it was fails what is asserted of the one that is.

Run with `-s` to read the figures.
"""

import signal
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.tests.factories import make_clinic
from letsconnect.tests.standing import storms
from letsconnect.tests.standing.site import NO_LIMITS, PATIENT, SYNC, Watch, load, serving, silent_mail_server
from mailings.models import LastTick
from mailings.tests.worker.running import Worker, running_redis
from registrations.tests.factories import make_member

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
# What somebody uninvolved may wait, on a machine that has other things to do.
PATIENCE = 5.0
SECONDS = 12


def told(what, *figures):
    print(f"\n{what}: " + "; ".join(str(figure) for figure in figures))  # noqa: T201 - the figures of the storm


@pytest.fixture
def world():
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3))
    return clinic, [make_member() for _ in range(8)]


@pytest.fixture
def mail():
    with silent_mail_server() as port:
        yield {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}


def storm(name, site, world):
    clinic, members = world
    if name == "bodies":
        return storms.unfinished_bodies(site, count=100, seconds=SECONDS)
    if name == "clinic":
        return storms.held_clinic(site, clinic, members, seconds=SECONDS)
    return storms.silent_mail(site, count=8, seconds=SECONDS)


@pytest.mark.parametrize("name", ["bodies", "clinic", "mail"])
def test_somebody_uninvolved_is_served_through_the_storm(name, world, mail, tmp_path):
    with serving(tmp_path, PATIENT, **mail) as site:
        before = site.memory()
        seen, involved = storm(name, site, world)
        after = site.memory()
    told(f"{name}, now", seen, f"memory {before} → {after} MB", f"involved: {[one.status for one in involved]}")

    assert seen.worst < PATIENCE
    assert seen.failed == []
    if name == "clinic":
        assert {(one.status, one.headers["Retry-After"]) for one in involved} == {(503, "5")}
        assert max(one.seconds for one in involved) < 5 + PATIENCE


@pytest.mark.parametrize("name", ["bodies", "clinic", "mail"])
def test_control_the_process_as_it_was_serves_nobody_meanwhile(name, world, mail, tmp_path):
    with serving(tmp_path, SYNC, **NO_LIMITS, **mail) as site:
        before = site.memory()
        seen, involved = storm(name, site, world)
        after = site.memory()
    told(f"{name}, as it was", seen, f"memory {before} → {after} MB", f"involved: {[one.status for one in involved]}")

    assert seen.worst > PATIENCE


def test_plain_load_is_no_slower_than_it_was(world, tmp_path):
    """Turn by turn in one run, because the machine has other things to do."""
    rates = {"as it was": [], "now": []}
    with serving(tmp_path, SYNC, **NO_LIMITS) as old, serving(tmp_path, PATIENT) as new:
        for site in (old, new):
            load(site, "/clinics/", seconds=2)
        for _turn in range(3):
            for name, site in (("as it was", old), ("now", new)):
                answers, rate = load(site, "/clinics/", seconds=4)
                assert answers.failed == []
                rates[name].append(rate)
                told(f"load, {name}", f"{rate:.0f} pages a second", answers, f"memory {site.memory()} MB")
    ratio = sum(rates["now"]) / sum(rates["as it was"])
    told("load", f"ratio now to then {ratio:.2f}")

    assert ratio > 0.75


class OwnPostgres:
    """A PostgreSQL of the test's own, which may be killed: the checkout's serves others too."""

    def __init__(self, folder):
        from letsconnect.embedded.postgres import Postgres

        self.server = Postgres(folder)
        self.server.start()

    def kill(self):
        self.server._process.send_signal(signal.SIGQUIT)  # at once, connections cut, nothing written down
        self.server._process.wait(30)

    def start(self):
        self.server.start()


def test_a_killed_database_is_503_while_away_and_nothing_when_back(world, tmp_path, monkeypatch):
    from django.core.management import call_command
    from django.db import connection

    own = OwnPostgres(tmp_path / "own")
    here = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {
        "HOST": str(own.server._folder),
        "PORT": "5432",
        "USER": "postgres",
        "NAME": "letsconnect",
    }
    try:
        call_command("migrate", verbosity=0)
        with serving(tmp_path, PATIENT) as site, working(tmp_path) as worker:
            seen, back_at = through_a_restart(site, own)
            lived, said = worker.process.poll() is None, worker.said()
            connection.close()  # of the server that was killed
            ticked_at = LastTick.objects.get().at
    finally:
        connection.close()
        connection.settings_dict |= here
        own.server.stop()
    statuses = {status: sum(one.status == status for _at, one in seen) for status in {one.status for _at, one in seen}}
    after = [one for at, one in seen if at > back_at]
    told("database killed and started", statuses, f"worst wait {max(one.seconds for _at, one in seen):.2f} s")

    assert lived, said
    assert said.count("raised unexpected") < 40  # a line per tick missed, of which there are three a second here
    assert ticked_at > timezone.now() - timedelta(seconds=30)
    assert set(statuses) <= {200, 503}
    assert statuses[503] > 0
    assert all(one.headers.get("Retry-After") for _at, one in seen if one.status == 503)
    assert len(after) > 10
    assert Watch(after).failed == []


@contextmanager
def working(folder):
    """A worker and a quick beat beside it, on the same database."""
    with running_redis(folder) as broker:
        worker = Worker(broker=broker, smtp_port=1, folder=folder)
        worker.start()
        try:
            yield worker
        finally:
            worker.kill()


def through_a_restart(site, own):
    """Let four people ask all the time while the database is killed, stays away and comes back."""
    seen, enough = [], threading.Event()

    def look():
        while not enough.is_set():
            began = time.monotonic()
            seen.append((began, site.ask("/clinics/")))

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    time.sleep(2)
    own.kill()
    time.sleep(3)
    own.start()
    back_at = time.monotonic()
    time.sleep(8)
    enough.set()
    for looker in lookers:
        looker.join()
    return seen, back_at
