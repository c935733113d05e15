"""What can be decided about asking for one sharer, without a database."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from matching.domain.matches import MatchingError

MOST_OPEN_REQUESTS = 3
REQUESTS_AN_HOUR = 12
REQUEST_WHY_AT_MOST = 500
REQUEST_KEPT = timedelta(days=120)


class RequestState(TextChoices):
    OPEN = "open", pgettext_lazy("state of a request", "waits for the next round")
    MATCHED = "matched", pgettext_lazy("state of a request", "matched")
    NOT_THIS_TIME = "not_this_time", pgettext_lazy("state of a request", "not this time")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a request", "withdrawn")
    EXPIRED = "expired", pgettext_lazy("state of a request", "expired")


ANSWERED = (RequestState.MATCHED, RequestState.NOT_THIS_TIME)


class NotThisTime(TextChoices):
    """Why a request did not become a match, as far as it concerns the one who asked; nothing the other side keeps."""

    MATCHED_OTHERWISE = "matched_otherwise", gettext_lazy("The round found somebody else for you.")
    NO_HOURS = "no_hours", gettext_lazy("The two of you had no hour of the week in common.")
    NO_LANGUAGE = "no_language", gettext_lazy("The two of you did not share a language that both speak well enough.")
    MY_REGION_WISH = "my_region_wish", gettext_lazy("You asked for a match from another region than theirs.")
    NOT_EVERYBODY = (
        "not_everybody",
        gettext_lazy("A round looks for what is best for everybody together, and cannot meet every wish."),
    )


class CannotAsk(MatchingError):
    """This person cannot be asked for, or not now."""


class TooManyRequests(CannotAsk):
    """As many requests wait as may."""


def free_place(taken: set[int]) -> int:
    """Return the place a further open request takes; raise TooManyRequests when none is left."""
    for place in range(1, MOST_OPEN_REQUESTS + 1):
        if place not in taken:
            return place
    raise TooManyRequests(
        _("%(most)d of your requests wait for the next round already. Withdraw one of them to ask for somebody else.")
        % {"most": MOST_OPEN_REQUESTS}
    )
