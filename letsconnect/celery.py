"""The Celery application: hands only, the database is the queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
app = Celery("letsconnect")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
