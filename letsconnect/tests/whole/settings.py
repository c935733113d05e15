"""The settings of a whole portal beside a test: a quick beat, a short quiet, its own mailbox, unbuilt sheets."""

from datetime import timedelta
from pathlib import Path

from letsconnect import env
from letsconnect.settings import *  # noqa: F403
from letsconnect.settings import CELERY_BEAT_SCHEDULE, STORAGES

EMBEDDED_MAILBOX = True
MAILBOX_DIR = Path(env.text("MAILBOX_DIR"))
CELERY_BEAT_SCHEDULE = {"tick": {**CELERY_BEAT_SCHEDULE["tick"], "schedule": timedelta(seconds=1)}}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LETTERS_GATHER_FOR = timedelta(seconds=1)
