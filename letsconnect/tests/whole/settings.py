"""The portal's settings for a whole portal beside a test: a quick beat, its own mailbox, sheets from the checkout."""

from datetime import timedelta
from pathlib import Path

from letsconnect import env
from letsconnect.settings import *  # noqa: F403
from letsconnect.settings import CELERY_BEAT_SCHEDULE, STORAGES

EMBEDDED_MAILBOX = True
MAILBOX_DIR = Path(env.text("MAILBOX_DIR"))
CELERY_BEAT_SCHEDULE = {"tick": {**CELERY_BEAT_SCHEDULE["tick"], "schedule": timedelta(seconds=2)}}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
