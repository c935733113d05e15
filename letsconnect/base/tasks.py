"""What Celery runs."""

from celery import shared_task

from letsconnect.base import mass_acts
from letsconnect.base.clocks import database_now


@shared_task(ignore_result=True)
def work_mass_acts() -> None:
    mass_acts.work_waiting(now=database_now())
