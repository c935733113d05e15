"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from mailings.ledger import draining, ticking


@shared_task(ignore_result=True)
def tick() -> None:
    ticking.tick(now=timezone.now())


@shared_task(ignore_result=True)
def drain() -> None:
    draining.drain(now=timezone.now())
