"""What can be decided about topic requests: wishes for a clinic, who supports them, and what comes of them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import ClinicError


class TopicRequestState(TextChoices):
    OPEN = "open", pgettext_lazy("state of a topic request", "open")
    PLANNED = "planned", pgettext_lazy("state of a topic request", "a clinic is planned")
    ANSWERED = "answered", pgettext_lazy("state of a topic request", "answered")
    DECLINED = "declined", pgettext_lazy("state of a topic request", "declined")
    MERGED = "merged", pgettext_lazy("state of a topic request", "merged into another")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a topic request", "withdrawn")


REQUESTS_A_MONTH = 5  # by one person: a wish is read by volunteers
SMALLEST_COUNT_SHOWN = 5  # on pages; the working group sees all numbers

_ALLOWED = {
    TopicRequestState.OPEN: {
        TopicRequestState.PLANNED,
        TopicRequestState.ANSWERED,
        TopicRequestState.DECLINED,
        TopicRequestState.MERGED,
        TopicRequestState.WITHDRAWN,
    },
    TopicRequestState.PLANNED: {TopicRequestState.ANSWERED, TopicRequestState.OPEN},
    TopicRequestState.ANSWERED: {TopicRequestState.OPEN},
    TopicRequestState.DECLINED: {TopicRequestState.OPEN},
    TopicRequestState.MERGED: {TopicRequestState.OPEN},
    TopicRequestState.WITHDRAWN: set(),
}


class RequestMoveNotAllowed(ClinicError):
    """The topic request is not in a state from which this can be done."""


class TooManyTopicRequests(ClinicError):
    """The person has asked for several topics lately."""


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
