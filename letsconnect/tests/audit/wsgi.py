"""The portal as gunicorn serves it, at the moment at which the pages of the audit were made."""

import time_machine

from letsconnect.wsgi import application  # first of all: it makes the apps ready
from registrations.tests.factories import NOW

__all__ = ["application"]  # what gunicorn looks for

time_machine.travel(NOW, tick=True).start()
