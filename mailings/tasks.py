"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from mailings import actions


@shared_task(ignore_result=True)
def tick() -> None:
    actions.tick(now=timezone.now())


@shared_task(ignore_result=True)
def drain() -> None:
    actions.drain(now=timezone.now())
