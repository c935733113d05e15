"""The clock of work by the hour.

It is the database's, because those of the workers' machines may differ. It runs on where work takes a while: what is
done late in it must not count by the hour at which it began.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

Clock = Callable[[], datetime]


def database_now() -> datetime:
    """Return what the clock of the database says: one clock for all workers, so that no lease, letter or reminder
    depends on which of them looks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def running_from(now: datetime) -> Clock:
    """Return a clock that shows ``now`` and goes on from there."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)
