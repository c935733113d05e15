"""Telling a worker that a round waits. Only a nudge: the tick's sweep finds the same row and nudges again."""

import logging

from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def send() -> None:
    """Ask for the queue of rounds to be computed. Never raises: with the broker down the round waits, visibly."""
    if not settings.NUDGES:
        return
    from matching.tasks import solve  # the task imports the actions, which import this

    try:
        solve.apply_async(retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("no worker was told that a round waits, the next tick tries again: %s", error)
