"""Telling a worker that a file waits. Only a nudge: the tick's sweep finds the same row and nudges again."""

import logging

from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def send() -> None:
    """Ask for the waiting files to be read. Never raises: with the broker down they wait, visibly."""
    if not settings.NUDGES:
        return
    from registrations.tasks import work_uploads  # the task imports the actions, which import this

    try:
        work_uploads.apply_async(retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("no worker was told that a file waits, the next tick tries again: %s", error)
