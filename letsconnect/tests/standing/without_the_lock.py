"""The settings of a portal in which signing up does not lock the clinic's row: what the control of the rush runs."""

from letsconnect.tests.whole.settings import *  # noqa: F403
from letsconnect.tests.whole.settings import MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "letsconnect.tests.standing.seats_without_the_lock.install"]
