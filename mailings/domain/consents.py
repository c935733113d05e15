"""What a list of people who agreed elsewhere says of each of them, and what may come of it. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

EARLIEST = 2001  # no Wikipedia before: an earlier year is a mistake
LONGEST_SOURCE = 200
_DAY = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+[\d:.,]+ ?(?:Z|UTC|[+-]\d\d:?\d\d)?)?\s*")
_FURTHEST_EAST = timedelta(hours=14)  # there it may be tomorrow


class ConsentOutcome(TextChoices):
    """What comes of one line; all but the first leave everything as it is."""

    TAKEN = "taken", _("gets the newsletter")
    NO_ADDRESS = "no_address", _("no address that emails can be sent to")
    NO_DAY = "no_day", _("no day of the consent that can be read: write it like 2026-01-31")
    IN_FUTURE = "in_future", _("the day of the consent is still to come")
    NO_SOURCE = "no_source", _("no word on where they agreed")
    LONG_SOURCE = "long_source", _("more than 200 characters on where they agreed")
    NO_SUCH_LANGUAGE = "no_such_language", _("a language that no emails are written in: use its code, or leave it out")
    DOUBLED = "doubled", _("stands above already")
    REFUSED = "refused", _("has left: that is a refusal")
    SUPPRESSED = "suppressed", _("the address is suppressed")
    SUBSCRIBED = "subscribed", _("gets the newsletter already")
    CHOSE = "chose", _("has chosen here what they get, and not the newsletter")
    WAITING = "waiting", _("has still to confirm what was said here in their name")
    CLOSED = "closed", _("the account is closed, or nobody knows whose address it is")


@dataclass(frozen=True)
class ConsentRow:
    """One line that can be taken. ``language`` is "" where the list says none."""

    number: int
    address: str
    language: str
    source: str
    agreed_at: datetime


def moment_of(text: str, *, now: datetime) -> datetime | ConsentOutcome:
    """Return the day of a consent, as its first moment in UTC, or what is wrong with it.

    Only the year comes first without doubt: whether 3/4/2026 is in March or April, nobody can tell.
    """
    match = _DAY.fullmatch(text)
    if match is None or int(match[1]) < EARLIEST:
        return ConsentOutcome.NO_DAY
    try:
        moment = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:  # the 31st of February
        return ConsentOutcome.NO_DAY
    if moment > now + _FURTHEST_EAST:
        return ConsentOutcome.IN_FUTURE
    return min(moment, now)
