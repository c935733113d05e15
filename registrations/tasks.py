"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from registrations.actions import skill_merging, uploads


@shared_task(ignore_result=True)
def work_uploads() -> None:
    uploads.work_waiting(now=timezone.now())


@shared_task(ignore_result=True)
def work_merges() -> None:
    skill_merging.work_merges(now=timezone.now())
