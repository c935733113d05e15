"""The embedded servers as this process uses them.

Programs that start servers (`manage.py`, `make run`, the tests) call `arm`; settings never do. From then on the first
connection to the embedded database starts it, so a command that needs no database starts nothing.
"""

import atexit
from functools import cache
from pathlib import Path

from letsconnect.embedded.paths import run_folder
from letsconnect.embedded.postgres import Postgres
from letsconnect.embedded.redis import Redis
from letsconnect.embedded.shared_servers import Share

BASE_DIR = Path(__file__).resolve().parent.parent.parent
_armed = False


@cache
def postgres() -> Share:
    """Return this process's part in the checkout's PostgreSQL."""
    return Share(Postgres(BASE_DIR), run_folder(BASE_DIR))


@cache
def redis() -> Share:
    """Return this process's part in the checkout's Redis."""
    return Share(Redis(BASE_DIR), run_folder(BASE_DIR))


def arm() -> None:
    """Let the first database connection start the embedded server, and the end of this process leave it."""
    global _armed
    if not _armed:
        _armed = True
        atexit.register(leave)


def before_connecting() -> None:
    """Have the embedded PostgreSQL running, if this process is one that starts servers."""
    if _armed:
        postgres().join()


def leave(*, patience: float = 0.0) -> None:
    """Close our connections and leave the servers; the last process to leave stops them.

    ``patience`` is how many seconds to wait for the other processes.
    """
    if postgres().is_joined:
        from django.db import connections  # only now: a command that fails early may have no settings at all

        connections.close_all()
    redis().leave(patience=patience)
    postgres().leave(patience=patience)
