"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from matching import actions


@shared_task(ignore_result=True)
def solve() -> None:
    actions.compute_what_waits(now=timezone.now())
