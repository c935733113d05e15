"""Tables whose rows wait for a worker: the row is the queue, and a nudge only makes it quicker.

A worker notes each step in the column ``worked_at``. So a long silence means that it died, and the next worker goes on.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import OperationalError, models, transaction
from django.db.models import Q

from letsconnect.base import nudges
from letsconnect.base.clocks import running_from
from letsconnect.base.database_waits import reason_of, try_again_while_busy

Row = TypeVar("Row", bound="WaitsForWorker")
Done = TypeVar("Done")

SILENT_AFTER = timedelta(minutes=1)  # without a step for so long, a worker has died
NUDGED_WITHIN = timedelta(minutes=1)  # who has waited longer was forgotten by the broker
PATIENCE, TRIES = 1.0, 5  # seconds between two tries of a step, and how often it is tried before the next worker


class WaitsForWorker(models.Model):
    """A row that waits for a worker: since when, and when a worker did its last step."""

    asked_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class WorkerQueueQuerySet(models.QuerySet[Row]):
    """Such rows; those that fit ``unfinished`` are still to be done."""

    unfinished: ClassVar[Q]

    def waiting(self) -> Self:
        """Those a worker is to finish, the oldest first, whether or not one works on them."""
        return self.filter(self.unfinished).order_by("asked_at", "pk")

    def free(self, *, now: datetime) -> Self:
        """Those that wait and that no worker is working on."""
        return self.waiting().filter(Q(worked_at=None) | Q(worked_at__lt=now - SILENT_AFTER))

    def overlooked(self, *, now: datetime) -> Self:
        """Those that have waited longer than a nudge takes: the broker lost it, or the worker died."""
        return self.free(now=now).filter(asked_at__lt=now - NUDGED_WITHIN)


def work_through(queue: WorkerQueueQuerySet[Row], work_on: Callable[[Row, datetime], bool], *, now: datetime) -> int:
    """Work on each row that waits and that no other worker is at; return how many rows were finished.

    ``work_on(row, now)`` tells whether it finished the row. A row whose step others keep from its locks is left to the
    next worker.
    """
    finished, tried, clock = 0, set[Any](), running_from(now)
    while (row := _take_next(queue.exclude(pk__in=tried), now=clock())) is not None:
        tried.add(row.pk)
        try:
            finished += work_on(row, clock())
        except OperationalError as error:
            if reason_of(error) != "busy":
                raise
    return finished


def do_step(step: Callable[[], Done]) -> Done:
    """Do one step, its own transaction; try it a few times while others have its locks, then raise what they cause."""
    return try_again_while_busy(step, tries=TRIES, pause=PATIENCE)


def nudge_overlooked(queue: WorkerQueueQuerySet[Any], task: str, *, now: datetime) -> int:
    """Wake a worker if rows wait although one was called, as when the broker lost the call; return how many wait."""
    overlooked = queue.overlooked(now=now).count()
    if overlooked:
        nudges.on_commit(task)
    return overlooked


@transaction.atomic
def _take_next(queue: WorkerQueueQuerySet[Row], *, now: datetime) -> Row | None:
    """Return the row that has waited longest and that no worker is at, and note that a worker is at it now."""
    row = queue.free(now=now).select_for_update(skip_locked=True, of=("self",)).first()
    if row is not None:
        row.worked_at = now
        row.save(update_fields=["worked_at"])
    return row
