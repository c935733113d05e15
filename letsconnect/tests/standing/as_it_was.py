"""The settings of a portal as it was before one wait could no longer stop everybody: what the controls run.

A page waits for the mail server as long as a worker does and for Redis as long as Celery does, and an error of the
database is an error of ours.
"""

from letsconnect.settings import EMAIL_TIMEOUT, MIDDLEWARE
from letsconnect.tests.whole.settings import *  # noqa: F403

SMTP_PATIENCE = EMAIL_TIMEOUT
MIDDLEWARE = [one for one in MIDDLEWARE if one != "letsconnect.database_unavailable.DatabaseUnavailable"]
MIDDLEWARE.append("letsconnect.tests.standing.nudges_as_they_were.install")
ROOT_URLCONF = "letsconnect.tests.standing.urls_as_they_were"
