"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from matching.rounds.queue import compute_queue


@shared_task(ignore_result=True)
def solve() -> None:
    compute_queue(now=timezone.now())
