"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from letsconnect.readable import without_riddles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
application = without_riddles(get_wsgi_application())
