"""The one place where any error of another app's code is caught, so that what comes after it still runs.

One letter that cannot be rendered must not keep all the others from being sent, nor one failing sweep the others from
running.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from django.db import transaction

from letsconnect.base.database_waits import reason_of

logger = logging.getLogger(__name__)


@dataclass
class CaughtError:
    """What went wrong in a block that ran in `catching_errors`; ``text`` is empty when nothing did."""

    text: str = ""


@contextmanager
def catching_errors(doing: str, *, runs_again: bool = False, writes: bool = True) -> Iterator[CaughtError]:
    """Run a block in a savepoint of its own: an error undoes what the block wrote and is logged, and its text is kept
    for the caller. ``doing`` says in the log what the block does; one that ``writes`` nothing needs no savepoint.

    A lost database is not the block's fault and is raised, as are Ctrl-C and the end of the worker. So is the error of
    a lock that somebody else held for too long, except for blocks that run again at the next tick (``runs_again``).
    """
    caught = CaughtError()
    try:
        with transaction.atomic() if writes else nullcontext():
            yield caught
    except Exception as error:
        reason = reason_of(error)
        if reason and not (runs_again and reason == "busy"):
            raise
        caught.text = f"{type(error).__name__}: {error}"[:180]
        logger.exception("%s: %s", doing, caught.text)
