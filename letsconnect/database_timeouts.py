"""How long each kind of process may wait for the database.

A page must not wait long, because somebody looks at it. A worker may wait longer, and a command (a migration, a large
export) longer still. The limits are options of the connection, so they hold for every connection, whoever opens it.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from letsconnect import env

PROCESS = "LETSCONNECT_PROCESS"
# Seconds; 0 is no limit. A lock is given up long before a statement: who waits for one does no work.
DEFAULTS: dict[str, dict[str, int]] = {
    "web": {"statement_timeout": 15, "lock_timeout": 3, "idle_in_transaction_session_timeout": 30},
    "worker": {"statement_timeout": 300, "lock_timeout": 10, "idle_in_transaction_session_timeout": 120},
    "command": {"statement_timeout": 0, "lock_timeout": 60, "idle_in_transaction_session_timeout": 1800},
}
# Seconds a connection is kept from one request to the next: to begin one takes PostgreSQL longer than most pages ask.
KEEPS_FOR: dict[str, int] = {"web": 60}
_PREFIXES = {"web": "WEB", "worker": "WORKER", "command": "COMMAND"}
_NAMES = {
    "statement_timeout": "STATEMENT_SECONDS",
    "lock_timeout": "LOCK_SECONDS",
    "idle_in_transaction_session_timeout": "IDLE_IN_TRANSACTION_SECONDS",
}
_DAY = 24 * 60 * 60
_kind = ""


def process_kind(argv: Sequence[str], *, environ: Mapping[str, str] = os.environ) -> str:
    """Return what this process is: `web`, `worker` or `command`."""
    named = env.text(PROCESS, environ=environ)
    if named:
        if named not in DEFAULTS:
            raise ImproperlyConfigured(f"{PROCESS}={named!r} is none of {', '.join(DEFAULTS)}.")
        return named
    program = Path(argv[0]) if argv else Path()
    is_celery = program.name == "celery" or program.parts[-2:] == ("celery", "__main__.py")
    return "worker" if is_celery else "command"


def set_process_kind(kind: str) -> None:
    """Say what kind of process this is, before the settings are read; an environment variable that says so wins."""
    global _kind
    _kind = kind


def this_process() -> str:
    return process_kind(sys.argv) if env.text(PROCESS) or not _kind else _kind


def limits_of(kind: str, *, environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Return the limits of a kind of process in seconds, each of which `WEB_LOCK_SECONDS` and the like replace."""
    return {
        limit: env.integer(f"{_PREFIXES[kind]}_{_NAMES[limit]}", seconds, low=0, high=_DAY, environ=environ)
        for limit, seconds in DEFAULTS[kind].items()
    }


def with_limits(options: Mapping[str, object], limits: Mapping[str, int]) -> dict[str, object]:
    """Return libpq's options with the limits added; options that were set already come last and win.

    A server that vanished without a word (a pulled cable, a firewall) is also given up after seconds.
    """
    words = [*(f"-c {name}={seconds}s" for name, seconds in limits.items()), str(options.get("options", ""))]
    patience = {"connect_timeout": 3, "tcp_user_timeout": 10_000, "keepalives_idle": 30}
    return {**patience, **options, "options": " ".join(word for word in words if word)}
