"""What Celery runs."""

from celery import shared_task
from django.utils import timezone

from registrations.actions import uploads


@shared_task(ignore_result=True)
def work_uploads() -> None:
    uploads.work_waiting(now=timezone.now())
