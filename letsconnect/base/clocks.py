"""The clock of work by the hour.

It is the database's, because those of the workers' machines may differ. It runs on where work takes a while: what is
done late in it must not count by the hour at which it began.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Least, Now

Clock = Callable[[], datetime]


def database_now() -> datetime:
    """Return what the clock of the database says: one clock for all workers, so that no lease, letter or reminder
    depends on which of them looks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def from_now(span: timedelta) -> Any:
    """Return, as a value to store, the moment so long from now by the clock of the database."""
    return Now() + span


def no_later_than(moment: datetime, *, now: datetime) -> Any:
    """Return, as a value to store, a moment that was counted from ``now`` by the clock of a page's machine.

    If that is ahead, the same time is counted from now by the clock of the database, which says when the moment has
    come: what is due at once must not wait for an hour.
    """
    return Least(Value(moment), from_now(moment - now))


def running_from(now: datetime) -> Clock:
    """Return a clock that shows ``now`` and goes on from there."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)
