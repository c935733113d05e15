"""`make run` as a whole, in a copy of the checkout: it serves demo data, and leaves nothing behind when told to end."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from letsconnect.embedded import leftovers
from letsconnect.embedded.postgres import command_line
from letsconnect.tests.test_embedded import processes_of
from letsconnect.tests.waiting import PATIENCE, wait_until
from mailings.tests.smtp import free_port

PARTS = ("letsconnect", "registrations", "mailings", "matching", "clinics", "trust", "reports")
PARTS += ("templates", "static", "locale")


@pytest.fixture
def copy(tmp_path):
    """The checkout without its data, with the packages it has."""
    base = tmp_path / "portal"
    for part in PARTS:
        shutil.copytree(Path(settings.BASE_DIR) / part, base / part)
    for name in ("Procfile", "node_modules"):
        (base / name).symlink_to(Path(settings.BASE_DIR) / name)
    shutil.copy(Path(settings.BASE_DIR) / "manage.py", base)
    return base


def environment(port):
    named = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in named} | {"PORT": str(port)}


def started_from(base):
    """The servers, which name the folder in their command line, and the processes that carry its mark."""
    return {*processes_of(base), *leftovers.marked(base)}


def beat_of(base):
    """The process that is beat itself, not what watches over it."""
    lines = {number: command_line(number).split() for number in started_from(base)}
    beats = [number for number, words in lines.items() if "beat" in words and "restarting.py" not in str(words)]
    return min(beats, default=None)


_TOLD_AT_ONCE = """
import os
import signal
from honcho.process import Process
from letsconnect.embedded.run import Processes

class ToldAtOnce(Process):
    def run(self, *words):
        os.killpg(0, signal.SIGINT)
        os.killpg(0, signal.SIGTERM)
        super().run(*words)

manager = Processes()
manager._process_ctor = ToldAtOnce
for name in ("web", "worker", "beat"):
    manager.add_process(name, "exec sleep 300")
manager.loop()
manager.end()
"""


def test_processes_that_are_told_to_end_with_their_parent_before_they_have_begun_end():
    run = subprocess.Popen([sys.executable, "-c", _TOLD_AT_ONCE], cwd=settings.BASE_DIR, start_new_session=True)
    try:
        assert run.wait(timeout=PATIENCE) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)


def test_run_serves_the_demo_until_it_is_told_to_stop_and_stops_all_it_started_even_half_started(copy):
    port = free_port()
    known = environment(port)
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=copy, env=known, check=True)
    start = [sys.executable, "-m", "letsconnect.embedded.run"]
    run = subprocess.Popen(start, cwd=copy, env=known, stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "Starting PostgreSQL …\n"
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=PATIENCE)
    assert started_from(copy) == set()

    run = subprocess.Popen(start, cwd=copy, env=known, stdout=subprocess.PIPE, text=True)
    try:
        said = []
        while "Ctrl-C stops everything." not in "".join(said):
            said.append(run.stdout.readline())
            assert said[-1], "".join(said)
        assert "volunteer@demo.example" in "".join(said)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/clinics/", timeout=PATIENCE) as page:
            assert page.status == 200
        assert len(started_from(copy)) > 5
        wait_until(lambda: beat_of(copy) is not None, "beat to be started")  # pages may be served before it
        first = beat_of(copy)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: beat_of(copy) not in (None, first), "beat to be started again")
    finally:
        run.send_signal(signal.SIGTERM)
        rest = run.communicate(timeout=PATIENCE)[0]

    assert rest.endswith("Everything is stopped.\n")
    wait_until(lambda: started_from(copy) == set(), "the end of all that was started")
