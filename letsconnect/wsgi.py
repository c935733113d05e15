"""The WSGI entry point for gunicorn."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from letsconnect import database_timeouts
from letsconnect.request_encoding import with_plain_content_type

database_timeouts.set_process_kind("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
_logger = logging.getLogger(__name__)
application = with_plain_content_type(get_wsgi_application())

from letsconnect.base.checks import a_proxy_ends_https  # noqa: E402  it needs the apps, which are ready now

for _warning in a_proxy_ends_https():
    _logger.warning("%s %s", _warning.msg, _warning.hint)
