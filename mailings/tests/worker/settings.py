"""The portal's settings for a worker under test: a beat so quick that the test need not wait for it."""

from datetime import timedelta

from letsconnect.settings import *  # noqa: F403
from letsconnect.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "mailings.tests.worker"]
CELERY_BEAT_SCHEDULE = {"tick": {**CELERY_BEAT_SCHEDULE["tick"], "schedule": timedelta(seconds=0.3)}}
