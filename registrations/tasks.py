"""What Celery runs."""

from celery import shared_task

from letsconnect.base.clocks import database_now
from registrations.oldform import uploads
from registrations.skills import merging_in_steps


@shared_task(ignore_result=True)
def work_uploads() -> None:
    uploads.work_waiting(now=database_now())


@shared_task(ignore_result=True)
def work_merges() -> None:
    merging_in_steps.work_merges(now=database_now())
