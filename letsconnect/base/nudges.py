"""Tell a worker that there is work now.

A nudge only saves time: the row is the queue, and the tick finds the same row at most half a minute later. So a page
never waits for the broker longer than ``PATIENCE``, even if the broker refuses, hangs or has no address. After one such
wait this process asks the broker nothing for ``QUIET_SECONDS``, whatever the task.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from kombu import Connection

from letsconnect.base.broker import ask

logger = logging.getLogger(__name__)
PATIENCE = 0.25  # seconds
QUIET_SECONDS = 30.0
STALE_SECONDS = 60  # by then the tick has told the workers, who need not hear it a thousand times when they come back
_gathered: ContextVar[set[str] | None] = ContextVar("nudges_gathered", default=None)
_quiet_until = 0.0


def on_commit(task: str) -> None:
    """Nudge the task of this name once when the current transaction commits, however often this is called in it."""
    nudge = sender(task)
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is nudge for entry in waiting):
        transaction.on_commit(nudge)


@cache
def sender(task: str) -> Callable[[], None]:
    """Return the function that nudges this task, always the same one."""
    return partial(send, task)


def send(task: str) -> None:
    """Nudge now, or at the end of a `gathering` block. Never raises, and hardly ever waits."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered.add(task)
    elif settings.NUDGES and time.monotonic() >= _quiet_until:
        _hand_over(task)


@contextmanager
def gathering() -> Iterator[None]:
    """Send each task's nudges once, when the block ends, however many transactions it has."""
    gathered: set[str] = set()
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
        for task in sorted(gathered):
            send(task)


def once_per_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Gather the nudges of a request: a button for many rows makes many transactions but needs one nudge."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with gathering():
            return get_response(request)

    return middleware


def forget_quiet() -> None:
    """Ask the broker again at the next nudge, even after a failure."""
    global _quiet_until
    _quiet_until = 0.0


def _hand_over(task: str) -> None:
    def publish(broker: Connection) -> None:
        current_app.send_task(task, connection=broker, retry=False, ignore_result=True, expires=STALE_SECONDS)

    reason = ask(publish, patience=PATIENCE)
    if reason:
        _keep_quiet(reason)


def _keep_quiet(reason: str) -> None:
    global _quiet_until
    _quiet_until = time.monotonic() + QUIET_SECONDS
    logger.warning("no worker is told of new work for half a minute, the tick finds it: %s", reason)
