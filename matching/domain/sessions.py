"""What can be decided about the hours two people agree on, without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.hours import HOUR, Span, without
from letsconnect.base.reminders import Ladder, Reminder
from letsconnect.base.zones import in_zone
from matching.domain.matches import MatchingError

MAX_TIMES = 3
MINUTES = (30, 45, 60, 90)
USUAL_MINUTES = 60
# The other has to see the question and say yes; and what lies months ahead, nobody knows yet.
SOONEST = timedelta(hours=2)
LATEST = timedelta(weeks=6)
WEEKS_SHOWN = 4
DAY = timedelta(days=1)

# What both are told before an agreed hour. In the last two hours before it, the reminder of the day would be followed
# by that of the hour within an hour.
REMINDERS = Ladder(
    Reminder("day", before=DAY, too_late=2 * HOUR),
    Reminder("hour", before=HOUR),
)

CHOOSING = ("agree_on_session", "move_session")  # acts of who chose an hour, at first or instead

# Within an hour, by one person and for one match; cancelling and answering are never refused.
PROPOSALS_AN_HOUR, LINKS_AN_HOUR = 6, 10
PACE = timedelta(hours=1)


class SessionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("state of a session", "times proposed")
    CONFIRMED = "confirmed", pgettext_lazy("state of a session", "agreed")
    CANCELLED = "cancelled", pgettext_lazy("state of a session", "cancelled")
    # Not agreed on here: one of the two told afterwards on which day they met.
    ELSEWHERE = "elsewhere", pgettext_lazy("state of a session", "held outside the portal")


HELD = (SessionState.CONFIRMED, SessionState.ELSEWHERE)


class WhyCancelled(TextChoices):
    """Why a session is not held, as a code; the words beside it go to the other person."""

    CANNOT = "cannot", _("I cannot at that time after all")
    NO_TIME_FITS = "no_time_fits", _("No time suits both of us")
    NOT_NEEDED = "not_needed", _("We no longer need it")
    LAPSED = "lapsed", _("Every proposed time has passed without an answer")
    MATCH_OVER = "match_over", _("The match is over")
    PAUSED = "paused", _("One of the two is taking a break")


WHY_CANCELLED_BY_PERSON = (WhyCancelled.CANNOT, WhyCancelled.NO_TIME_FITS, WhyCancelled.NOT_NEEDED)


class TimeNotPossible(MatchingError):
    """This time cannot be proposed or agreed on."""


class HourTaken(TimeNotPossible):
    """One of the two is in another session at that time."""


class SessionChanged(MatchingError):
    """The page somebody acted on shows what is not so any more."""


class LinkChanged(SessionChanged):
    """The other person, or another window, has set another link to the call since the page was opened."""


class NothingToAgree(MatchingError):
    """There is no session in a state in which this can be done."""


@dataclass(frozen=True)
class ChosenTime:
    """A moment as somebody chose it: by the clock of their zone."""

    starts_at: datetime
    zone: str

    @property
    def local_date(self) -> date:
        return in_zone(self.starts_at, self.zone).date()

    @property
    def local_time(self) -> time:
        return in_zone(self.starts_at, self.zone).time()


def check_time(starts_at: datetime, *, now: datetime) -> None:
    """Raise TimeNotPossible unless there is time enough to agree on it, and it is near enough to be known."""
    if starts_at <= now:
        raise TimeNotPossible(_("This time is past."))
    if starts_at < now + SOONEST:
        raise TimeNotPossible(_("This is too soon: leave the other person at least two hours to see it and answer."))
    if starts_at > now + LATEST:
        raise TimeNotPossible(_("This is too far ahead: choose a time within the next six weeks."))


def check_times(times: Sequence[ChosenTime], *, now: datetime) -> None:
    """Raise TimeNotPossible unless these are one to three different times that can be proposed."""
    if not times:
        raise TimeNotPossible(_("Choose at least one time."))
    if len({chosen.starts_at for chosen in times}) != len(times):
        raise TimeNotPossible(_("You have chosen the same time twice."))
    if len(times) > MAX_TIMES:
        raise TimeNotPossible(_("Choose at most three times."))
    for chosen in times:
        check_time(chosen.starts_at, now=now)


def check_still_ahead(starts_at: datetime, *, now: datetime) -> None:
    """Raise TimeNotPossible once a proposed time has begun: until then it can be agreed on."""
    if starts_at <= now:
        raise TimeNotPossible(_("This time has passed in the meantime. Choose another one, or propose new times."))


def check_not_begun(starts_at: datetime | None, *, now: datetime) -> None:
    """Raise NothingToAgree once an agreed hour has begun: it can no longer be moved or cancelled."""
    if starts_at is not None and starts_at <= now:
        raise NothingToAgree(_("This session has begun. Once it is over, you can agree on another one."))


def starts(
    spans: Iterable[Span], *, taken: Sequence[Span], now: datetime, minutes: int = USUAL_MINUTES
) -> list[datetime]:
    """Return the times to choose from: each hour from the beginning of a stretch while ``minutes`` still fit."""
    moments: list[datetime] = []
    length = timedelta(minutes=minutes)
    for span in spans:
        for begin, end in without(span, taken):
            at = begin
            while at + length <= end:
                if now + SOONEST <= at <= now + LATEST:
                    moments.append(at)
                at += HOUR
    return moments
