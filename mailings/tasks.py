"""What Celery runs.

The moment is the database's: a worker whose own clock is wrong would send letters of the next hour, or none that are
due, and take over what others are sending.
"""

from celery import shared_task

from letsconnect.base.clocks import database_now
from mailings.ledger import draining, ticking


@shared_task(ignore_result=True)
def tick() -> None:
    ticking.tick(now=database_now())


@shared_task(ignore_result=True)
def drain() -> None:
    draining.drain(now=database_now())
