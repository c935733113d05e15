"""The project: settings, urls, the Celery app, embedded services and the pages that belong to no app."""

from letsconnect.zone_rules import use_the_pinned_rules

use_the_pinned_rules()  # before anything reads a zone: this package is the first of ours in every process

from letsconnect.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
