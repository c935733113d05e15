"""The project: settings, urls, the Celery app, embedded services and the pages that belong to no app."""

from letsconnect.celery import app as celery_app

__all__ = ["celery_app"]
