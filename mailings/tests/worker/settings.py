"""The portal's settings for a worker under test: a beat so quick that the test need not wait for it, and a clock that
may be wrong (CLOCK_OFF, in seconds)."""

import os
from datetime import UTC, datetime, timedelta

import time_machine

from letsconnect.settings import *  # noqa: F403
from letsconnect.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "mailings.tests.worker"]
CELERY_BEAT_SCHEDULE = {"tick": {**CELERY_BEAT_SCHEDULE["tick"], "schedule": timedelta(seconds=0.3)}}

if clock_off := float(os.environ.get("CLOCK_OFF", "0")):
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=clock_off), tick=True).start()
