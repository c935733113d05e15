"""What can be decided about topic requests: wishes for a clinic, who supports them, and what comes of them."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import ClinicError
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN


class TopicRequestState(TextChoices):
    OPEN = "open", pgettext_lazy("state of a topic request", "open")
    PLANNED = "planned", pgettext_lazy("state of a topic request", "a clinic is planned")
    ANSWERED = "answered", pgettext_lazy("state of a topic request", "answered")
    DECLINED = "declined", pgettext_lazy("state of a topic request", "declined")
    MERGED = "merged", pgettext_lazy("state of a topic request", "merged into another")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a topic request", "withdrawn")


GOING_ON = (TopicRequestState.OPEN, TopicRequestState.PLANNED)  # others can support it
REQUESTS_A_MONTH = 5  # by one person: a wish is read by volunteers
MONTH = timedelta(days=31)
SUPPORTS_AN_HOUR = 30  # by one person; taking one's support back is never refused

_ALLOWED = {
    TopicRequestState.OPEN: {
        TopicRequestState.PLANNED,
        TopicRequestState.ANSWERED,
        TopicRequestState.DECLINED,
        TopicRequestState.MERGED,
        TopicRequestState.WITHDRAWN,
    },
    TopicRequestState.PLANNED: {
        TopicRequestState.ANSWERED,
        TopicRequestState.OPEN,
        TopicRequestState.WITHDRAWN,  # the only person who wanted it is gone
    },
    TopicRequestState.ANSWERED: {TopicRequestState.OPEN},
    TopicRequestState.DECLINED: {TopicRequestState.OPEN},
    TopicRequestState.MERGED: {TopicRequestState.OPEN},
    TopicRequestState.WITHDRAWN: set(),
}


class RequestMoveNotAllowed(ClinicError):
    """The topic request is not in a state from which this can be done."""


class TooManyTopics(ClinicError):
    """The person has asked for several topics lately, or supported very many."""


class TopicRefused(ClinicError):
    """What was asked for is no topic, or lacks what the working group must know."""


class NotYourRequest(ClinicError):
    """The topic request is of a region that the person does not look after."""


def check_request_move(was: str, becomes: str) -> None:
    """Raise RequestMoveNotAllowed unless a request may go from one state to another."""
    if TopicRequestState(becomes) not in _ALLOWED[TopicRequestState(was)]:
        raise RequestMoveNotAllowed(
            _("This request is “%(was)s”: it cannot become “%(becomes)s”.")
            % {"was": TopicRequestState(was).label, "becomes": TopicRequestState(becomes).label}
        )


def shown_count(count: int) -> int | None:
    """Return a number as pages show it: None for a small one, which would tell who is meant."""
    return count if count >= SMALLEST_COUNT_SHOWN else None
