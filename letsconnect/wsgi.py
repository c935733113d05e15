"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from letsconnect import limits
from letsconnect.readable import without_riddles

limits.be("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
application = without_riddles(get_wsgi_application())
