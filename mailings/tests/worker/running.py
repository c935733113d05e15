"""A real Redis and a real Celery worker, started by a test and killed by it."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import redis
from django.conf import settings
from django.db import connection

from letsconnect.embedded.redis import program
from letsconnect.tests.waiting import PATIENCE, wait_until
from mailings.tests.smtp import free_port

PROCESSES = 2  # of a worker; they die together


class Redis:
    """A Redis of its own, which keeps nothing, and can be told to say nothing."""

    def __init__(self, folder):
        self.port = free_port()
        self.folder = folder
        self._process = None

    @property
    def address(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = [program(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.port) as client:
            wait_until(lambda: _answers(client), "Redis to answer")

    def stop(self):
        """End it, whatever it is doing: from now on its port refuses."""
        self.speak()
        self._process.terminate()
        self._process.wait(PATIENCE)

    def fall_silent(self):
        """From now on the kernel takes calls for it, and nobody answers."""
        self._process.send_signal(signal.SIGSTOP)

    def speak(self):
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def running_redis(folder):
    """Yield the address of a Redis of its own."""
    server = Redis(folder)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


def _answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def environment_of(*, broker, smtp_port):
    """Return the environment of a process that works on the test's database."""
    database = connection.settings_dict
    where = f"{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}"
    if str(database["HOST"]).startswith("/"):
        where = database["HOST"].replace("/", "%2F")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mailings.tests.worker.settings",
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{where}/{database['NAME']}",
        "REDIS_URL": broker,
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "SECRET_KEY": "of-the-worker-" + "7e1f" * 10,
        "SITE_URL": "http://127.0.0.1:8000",
        "LOG_LEVEL": "WARNING",
    }


class Nursery:
    """Starts workers in a moment, each of which can be killed by itself, on the database and mail server of a test."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mailings.tests.worker.nursery"],
            env=environment_of(broker="redis://127.0.0.1:1/0", smtp_port=1),
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a worker says that has lost its database
            text=True,
        )
        self.living = []
        self.smtp_port = 0

    def start(self, *, does="drain", clock_off=0, **lacks):
        """Start one that drains, or does whole ticks; its clock may be wrong by so many seconds. As a control it goes
        by that clock (``trusts_its_clock``), hands letters over without waiting for the disk (``trusts_the_disk``), or
        keeps what they said in a statement of its own (``keeps_texts_later``)."""
        protections = dict.fromkeys(("trusts_its_clock", "trusts_the_disk", "keeps_texts_later"), False)
        given = {"does": does, "clock_off": clock_off, "smtp_port": self.smtp_port, **protections, **lacks}
        given["database"] = {key: str(connection.settings_dict[key]) for key in ("HOST", "PORT", "USER", "NAME")}
        self.process.stdin.write(f"{json.dumps(given)}\n")
        self.process.stdin.flush()
        self.living.append(int(self.process.stdout.readline()))

    def kill_one(self, place):
        os.kill(self.living.pop(place), signal.SIGKILL)

    def finish(self):
        """Let the living send what is due, and wait until they have ended."""
        for worker in self.living:
            os.kill(worker, signal.SIGTERM)
        wait_until(lambda: not any(map(_is_running, self.living)), "the workers to end", seconds=600)
        self.living = []

    def kill_all(self):
        while self.living:
            self.kill_one(0)

    def close(self):
        self.kill_all()
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def nursery_process(django_db_setup):
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def nursery(nursery_process, sink):
    """Workers of this test, which send to its sink; reading the portal's code takes them longer than most tests."""
    nursery_process.smtp_port = sink.port
    yield nursery_process
    nursery_process.kill_all()


def _is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


class Worker:
    """Worker, its children and beat, in a process group of its own; its clock may be wrong by so many seconds."""

    def __init__(self, *, broker, smtp_port, folder, has_beat=True, clock_off=0):
        self.environment = environment_of(broker=broker, smtp_port=smtp_port) | {"CLOCK_OFF": str(clock_off)}
        self.folder = folder
        self.beat = ["--beat"] if has_beat else []
        self.process = None

    def start(self):
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "letsconnect",
            "worker",
            "--concurrency",
            str(PROCESSES),
            *self.beat,
        ]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        with (self.folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *quiet],
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self):
        """SIGKILL to every process of the worker at once, as when a machine is lost."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
            self.process = None

    def said(self):
        return (self.folder / "worker.log").read_text()
