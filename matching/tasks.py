"""What Celery runs."""

from celery import shared_task

from letsconnect.base.clocks import database_now
from matching.rounds.queue import compute_queue


@shared_task(ignore_result=True)
def solve() -> None:
    compute_queue(now=database_now())
