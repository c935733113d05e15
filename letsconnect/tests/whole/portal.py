"""Start and stop the portal's own processes on the database of the test."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from letsconnect.tests.waiting import PATIENCE, wait_until
from mailings.tests.smtp import free_port

SECRET = "of-the-whole-portal-" + "7e1f" * 10


def environment(**extra: str) -> dict[str, str]:
    """Name the test's database to a process of its own."""
    database = connection.settings_dict
    host = str(database["HOST"]).replace("/", "%2F") or "localhost"
    place = f"{host}:{database['PORT']}" if database["PORT"] else host
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}/{database['NAME']}",
        "SECRET_KEY": SECRET,
        "LOG_LEVEL": "WARNING",
        **extra,
    }


@contextmanager
def running(folder: Path, *, broker: str) -> Iterator[str]:
    """Yield the address of a portal: gunicorn, a Celery worker with beat, and the mailbox; end them all."""
    web, smtp = free_port(), free_port()
    (folder / "mailbox").mkdir()
    address = f"http://127.0.0.1:{web}"
    known = environment(
        DJANGO_SETTINGS_MODULE="letsconnect.tests.whole.settings",
        REDIS_URL=broker,
        EMAIL_URL=f"smtp://127.0.0.1:{smtp}",
        MAILBOX_DIR=str(folder / "mailbox"),
        SITE_URL=address,
    )
    celery = ["celery", "-A", "letsconnect", "worker", "--beat", "-c", "2"]
    patient = ["--workers", "2", "--preload", "--worker-class", "letsconnect.serving.PatientWorker", "--threads", "16"]
    commands = [
        ["manage.py", "mailbox"],
        ["-m", "gunicorn", "letsconnect.wsgi", "--bind", f"127.0.0.1:{web}", *patient, "--no-control-socket"],
        ["-m", *celery, "--without-gossip", "--without-mingle", "--loglevel", "WARNING"],
    ]
    with (folder / "portal.log").open("ab") as log:
        processes = [
            subprocess.Popen([sys.executable, *command], env=known, cwd=settings.BASE_DIR, stdout=log, stderr=log)
            for command in commands
        ]
    try:
        wait_for(address)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(PATIENCE)


def wait_for(address: str) -> None:
    """Return when a page is served."""

    def serves() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):
                return True
        except OSError:
            return False

    wait_until(serves, f"a page at {address}", seconds=2 * PATIENCE, every=0.1)
