"""The one place where any error of another app's code is caught.

One letter that cannot be rendered must not keep all the others from being sent, nor one failing sweep the others from
running.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from letsconnect.base.database_waits import reason_of

logger = logging.getLogger(__name__)


@dataclass
class Fence:
    """What became of a fenced block: ``error`` says what went wrong in it, and is empty when nothing did."""

    error: str = ""


@contextmanager
def fenced(what: str, *, comes_again: bool = False) -> Iterator[Fence]:
    """Run a block in a savepoint of its own: an error undoes what the block wrote, is logged, and stands in ``error``.

    A lost database is not the block's fault and is raised, as are Ctrl-C and the end of the worker. So is the error of
    a lock that somebody else held for too long, except for blocks that are run again anyway (``comes_again``).
    """
    fence = Fence()
    try:
        with transaction.atomic():
            yield fence
    except Exception as error:
        reason = reason_of(error)
        if reason and not (comes_again and reason == "busy"):
            raise
        fence.error = f"{type(error).__name__}: {error}"[:180]
        logger.exception("%s: %s", what, fence.error)
