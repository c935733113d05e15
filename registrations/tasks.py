"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from registrations.oldform import uploads
from registrations.skills import merging_in_steps


@shared_task(ignore_result=True)
def work_uploads() -> None:
    uploads.work_waiting(now=timezone.now())


@shared_task(ignore_result=True)
def work_merges() -> None:
    merging_in_steps.work_merges(now=timezone.now())
