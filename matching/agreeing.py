"""What can be decided about the hours two people agree on, without a database."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MAX_TIMES = 3
MINUTES = (30, 45, 60, 90)
USUAL_MINUTES = 60
# The other has to see the question and say yes; and what lies months ahead, nobody knows yet.
SOONEST = timedelta(hours=2)
LATEST = timedelta(weeks=6)


class SessionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("state of a session", "times proposed")
    CONFIRMED = "confirmed", pgettext_lazy("state of a session", "agreed")
    CANCELLED = "cancelled", pgettext_lazy("state of a session", "cancelled")


class WhyCancelled(TextChoices):
    """Why a session is not held, as a code; the words beside it go to the other person."""

    CANNOT = "cannot", _("I cannot at that time after all")
    NO_TIME_FITS = "no_time_fits", _("No time suits both of us")
    NOT_NEEDED = "not_needed", _("We no longer need it")
    LAPSED = "lapsed", _("Every proposed time has passed without an answer")
    MATCH_OVER = "match_over", _("The match is over")
    PAUSED = "paused", _("One of the two is taking a break")


WHY_CANCELLED_BY_PERSON = (WhyCancelled.CANNOT, WhyCancelled.NO_TIME_FITS, WhyCancelled.NOT_NEEDED)
