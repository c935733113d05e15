"""Telling a worker that there is work now. Only a nudge: the beat's tick finds the same rows half a minute later."""

import logging
import time

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
QUIET_SECONDS = 30.0
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
        drain.apply_async(retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("no nudge for half a minute, the tick will find the letters: %s", error)
