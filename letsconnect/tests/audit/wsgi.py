"""The portal as gunicorn serves it, at the moment at which the pages of the audit were made."""

import time_machine

from letsconnect.wsgi import application  # noqa: F401  it makes the apps ready
from registrations.tests.factories import NOW

time_machine.travel(NOW, tick=True).start()
