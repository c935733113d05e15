"""Telling a worker that there is work now. Only a nudge: the beat's tick finds the same rows half a minute later."""

import logging
import time

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
QUIET_SECONDS = 30.0
# kombu tries for four seconds unless it is told otherwise, and a person's click waits for it.
NO_WAITING = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
_quiet_until = 0.0


def on_commit() -> None:
    """Nudge once when the current transaction commits, however many letters it owes."""
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is send for entry in waiting):
        transaction.on_commit(send)


def send() -> None:
    """Ask for a drain now. Never raises: with the broker down it says so once and keeps quiet for half a minute,
    so that people do not wait on a dead broker at every click."""
    global _quiet_until
    if not settings.NUDGES or time.monotonic() < _quiet_until:
        return
    from mailings.tasks import drain  # the task imports the actions, which import the models

    try:
        with current_app.connection_for_write(transport_options=NO_WAITING) as broker:
            drain.apply_async(connection=broker, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("no nudge for half a minute, the tick will find the letters: %s", error)
