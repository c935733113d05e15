"""What can be decided about clinics and seats, without a database.

Who is next on the waiting list is the order of rows: ``RsvpQuerySet.waiting`` in ``clinics/models.py``.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClinicState(TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a clinic", "draft")
    ANNOUNCED = "announced", pgettext_lazy("state of a clinic", "announced")
    HELD = "held", pgettext_lazy("state of a clinic", "held")
    ARCHIVED = "archived", pgettext_lazy("state of a clinic", "archived")
    CANCELLED = "cancelled", pgettext_lazy("state of a clinic", "cancelled")


class ClinicPhase(TextChoices):
    """What a reader sees of the state of a clinic: computed from state, clock and rows, never stored."""

    DRAFT = "draft", pgettext_lazy("state of a clinic", "draft")
    OPEN = "open", pgettext_lazy("state of a clinic", "open for sign-up")
    FULL = "full", pgettext_lazy("state of a clinic", "full, with a waiting list")
    CLOSED = "closed", pgettext_lazy("state of a clinic", "sign-up has closed")
    LIVE = "live", pgettext_lazy("state of a clinic", "happening now")
    OVER = "over", pgettext_lazy("state of a clinic", "over")
    CANCELLED = "cancelled", pgettext_lazy("state of a clinic", "cancelled")


class ForWhom(TextChoices):
    """For whom a clinic is; anybody may come to it all the same."""

    ALL = "all", pgettext_lazy("for whom a clinic is", "everybody")
    REGION = "region", pgettext_lazy("for whom a clinic is", "its region")
    REGIONS = "regions", pgettext_lazy("for whom a clinic is", "several regions")


class ClinicFormat(TextChoices):
    CLINIC = "clinic", pgettext_lazy("format of a clinic", "clinic")
    CONNECTATHON = "connectathon", pgettext_lazy("format of a clinic", "connectathon")
    COMMUNITY_CALL = "community_call", pgettext_lazy("format of a clinic", "community call")


class Venue(TextChoices):
    CALL = "call", pgettext_lazy("where a clinic is", "in a call")
    IN_PERSON = "in_person", pgettext_lazy("where a clinic is", "in person")


class RsvpState(TextChoices):
    GOING = "going", pgettext_lazy("state of an RSVP", "going")
    WAITING = "waiting", pgettext_lazy("state of an RSVP", "on the waiting list")
    OFFERED = "offered", pgettext_lazy("state of an RSVP", "offered a seat")
    CANCELLED = "cancelled", pgettext_lazy("state of an RSVP", "cancelled")
    EXPIRED = "expired", pgettext_lazy("state of an RSVP", "expired")


HOLDING_A_SEAT = (RsvpState.GOING, RsvpState.OFFERED)
TOOK_PLACE = (ClinicState.HELD, ClinicState.ARCHIVED)
ACTIVE = (RsvpState.GOING, RsvpState.WAITING, RsvpState.OFFERED)


MAX_CAPACITY = 2000
SEVERAL = 2  # regions, at least
MIN_MINUTES, MAX_MINUTES = 15, 24 * 60
USUAL_MINUTES = {ClinicFormat.CLINIC: 120, ClinicFormat.CONNECTATHON: 60, ClinicFormat.COMMUNITY_CALL: 60}
DOORS_OPEN = timedelta(minutes=30)
DAY = timedelta(days=1)
HOST_READS_FOR = timedelta(days=7)  # after the end: to thank people, or to send what was promised
HOUR = timedelta(hours=1)

# Clinics announced within a day come in one letter; one that begins soon is not kept back so long, but for a few
# minutes, in which a mistake can be taken back.
GATHER_FOR, SOON, SETTLES_IN = DAY, 2 * DAY, timedelta(minutes=10)
DIGEST_AT, DIGEST_LATE_AFTER = time(9), DAY  # of the reader's Monday
# An announcement counts from the moment at which it was made, and is seen a little later, once it is committed.
COMMITTED_WITHIN = timedelta(minutes=10)
FIRST_DIGEST_REACH = timedelta(days=7)
SIGN_UPS_AN_HOUR = 6  # by one person for one clinic; signing off is never refused

_ALLOWED_MOVES = {
    ClinicState.DRAFT: {ClinicState.ANNOUNCED, ClinicState.CANCELLED},
    ClinicState.ANNOUNCED: {ClinicState.HELD, ClinicState.CANCELLED},
    ClinicState.HELD: {ClinicState.ARCHIVED},
    ClinicState.ARCHIVED: set(),
    ClinicState.CANCELLED: set(),
}


class ClinicError(Exception):
    """An expected refusal; its text can be shown to the person."""


class ClinicMoveNotAllowed(ClinicError):
    """The clinic is not in a state from which this can be done."""


class NotYourClinic(ClinicError):
    """The clinic is of a region that the person does not look after."""


class ClinicNotReady(ClinicError):
    """The clinic lacks something people must be told before it can be announced."""


class PlannedTwice(ClinicError):
    """The same clinic was planned for the same hour a moment ago: somebody pressed the button twice."""


class ClinicClosed(ClinicError):
    """Sign-up is not open yet, or not open any more."""


class ClinicBusy(ClinicError):
    """Too many people took the same seat at the same time; trying again helps."""


class SignUpTooOften(ClinicError):
    """Somebody signed up for the same clinic so often within an hour that more letters would only disturb."""


class CancelReasonMissing(ClinicError):
    """A clinic is cancelled without a reason, but the people who signed up must be told why."""


class DeskSeats(NamedTuple):
    """The seats in the working group by which a reader looks after clinics.

    Besides who they are nothing else may decide it: lists keep their SQL by this (`letsconnect/base/statements.py`).
    """

    are_some: bool = False
    are_for_all_regions: bool = False
    regions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reader: Any) -> Self:
        if not reader.is_staff:
            return cls()
        if reader.is_coordinator:
            return cls(are_some=True, are_for_all_regions=True)
        return cls(are_some=True, regions=reader.seat_regions)

    @property
    def ask_who_made_it(self) -> bool:
        """Whether it matters which clinics the reader created."""
        return self.are_some and not self.are_for_all_regions


def may_become(was: str, becomes: str) -> bool:
    """Tell whether a clinic may go from ``was`` to ``becomes``."""
    return ClinicState(becomes) in _ALLOWED_MOVES[ClinicState(was)]


def check_move(was: str, becomes: str) -> None:
    """Raise ClinicMoveNotAllowed unless a clinic may go from ``was`` to ``becomes``."""
    if not may_become(was, becomes):
        raise ClinicMoveNotAllowed(
            _("A clinic that is %(was)s cannot become %(becomes)s.")
            % {"was": ClinicState(was).label, "becomes": ClinicState(becomes).label}
        )


def may_be_cancelled(*, state: str, starts_at: datetime, now: datetime) -> bool:
    """Tell whether a clinic can still be cancelled at ``now``: one that people are to come to until it begins."""
    return may_become(state, ClinicState.CANCELLED) and (state == ClinicState.DRAFT or now < starts_at)


def phase(
    *, state: str, starts_at: datetime, ends_at: datetime, closes_at: datetime, is_full: bool, now: datetime
) -> ClinicPhase:
    """Return the phase of a clinic that a reader sees at ``now``."""
    if state in (ClinicState.DRAFT, ClinicState.CANCELLED):
        return ClinicPhase(state)
    if state in (ClinicState.HELD, ClinicState.ARCHIVED) or now >= ends_at:
        return ClinicPhase.OVER
    if now >= starts_at:
        return ClinicPhase.LIVE
    if now >= closes_at:
        return ClinicPhase.CLOSED
    return ClinicPhase.FULL if is_full else ClinicPhase.OPEN


def check_open(*, state: str, closes_at: datetime, now: datetime) -> None:
    """Raise ClinicClosed, saying why, unless people may sign up at ``now``."""
    if state == ClinicState.CANCELLED:
        raise ClinicClosed(_("This clinic has been cancelled."))
    if state != ClinicState.ANNOUNCED:
        raise ClinicClosed(_("This clinic is not open for sign-up."))
    if now >= closes_at:
        raise ClinicClosed(_("Sign-up for this clinic has closed."))


def may_be_hosted(*, state: str, ends_at: datetime, now: datetime) -> bool:
    """Tell whether its host still sees who comes to a clinic: until a week after the end, unless it is cancelled."""
    return state not in (ClinicState.CANCELLED, ClinicState.ARCHIVED) and now < ends_at + HOST_READS_FOR


def next_free_seat(*, capacity: int, taken: Collection[int]) -> int | None:
    """Return the lowest seat number of 1..capacity that nobody has, or None.

    Seats are taken from this range only, so the unique constraint on them alone keeps a clinic from overbooking.
    """
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), None)


def may_still_take_part(*, state: str, ends_at: datetime, now: datetime) -> bool:
    """Tell whether an announced clinic is neither over nor cancelled, so that people still come to it."""
    return state in (ClinicState.ANNOUNCED, ClinicState.HELD) and now < ends_at


def doors_are_open(*, state: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether people with a seat get the meeting link at ``now``."""
    return state in (ClinicState.ANNOUNCED, ClinicState.HELD) and starts_at - DOORS_OPEN <= now < ends_at


def announcement_due_at(*, starts_at: datetime, now: datetime) -> datetime:
    """Return when a letter that announces this clinic goes out at the latest: after a day, sooner if it begins soon."""
    return min(now + GATHER_FOR, max(now + SETTLES_IN, starts_at - SOON))


def digest_week(zone: str, *, now: datetime) -> date | None:
    """Return the Monday of the weekly list that readers in ``zone`` get at ``now``, or None.

    It is due at 09:00 of their own clock, summer time or not, and for a day after that: a list that is later than this
    waits for the next Monday.
    """
    here = ZoneInfo(zone)
    for day in (now.astimezone(here).date(), now.astimezone(here).date() - DAY):
        if day.weekday() == 0:
            due_at = datetime.combine(day, DIGEST_AT, tzinfo=here).astimezone(now.tzinfo)
            return day if due_at <= now < due_at + DIGEST_LATE_AFTER else None
    return None


def digest_since(*, last_until: datetime | None, until: datetime) -> datetime:
    """Return from when on a reader's next list counts: the end of their last one, or a week ago.

    Never after ``until``, even if the clock of the portal was put back.
    """
    return min(last_until or until - FIRST_DIGEST_REACH, until)
