"""How matching and registrations told a worker of new work: each transaction waited for Redis as long as Celery does.

Mailings had a patience of its own already, so its nudges stay as they are now.
"""

import logging
from contextlib import nullcontext
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from letsconnect.base import nudges

logger = logging.getLogger(__name__)
_now = nudges.on_commit


def install(get_response):
    """Replace the nudges of this process; a middleware, because those are made when the process starts."""
    nudges.on_commit = on_commit
    nudges.gathering = nullcontext
    return get_response


def on_commit(task):
    if task.startswith("mailings."):
        _now(task)
    elif settings.NUDGES:
        transaction.on_commit(partial(send, task))


def send(task):
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("no worker was told of new work: %s", error)
