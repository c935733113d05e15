"""Two who met outside the portal say so, with the day; the other is told, and can say that it was not so."""

from datetime import date, datetime, timedelta
from typing import TypedDict

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.hours import HOUR
from letsconnect.base.wall_clock import day_begins
from letsconnect.base.zones import in_zone
from mailings.ledger import letters
from matching.domain.feedback import (
    MEETINGS_AN_HOUR,
    DayTaken,
    Happened,
    MayBeTheSame,
    can_tell_of_meeting,
    check_day,
    may_be_one_day,
)
from matching.domain.matches import NotYourMatch, Side, TooOften
from matching.domain.sessions import HELD, NothingToAgree, SessionState
from matching.feedback.settling import settle
from matching.locking import lock_match
from matching.models import Feedback, Match, Session, SessionOutcome
from registrations.domain.registrations import ClosedMeanwhile
from registrations.locking import lock_member
from registrations.models import Member

DAY = timedelta(days=1)


class Days(TypedDict):
    """From the first to the last day on which two can have met, by the clock of who is asked."""

    first: date
    last: date


def days_of(match: Match, member: Member, *, now: datetime) -> Days:
    """Return on which days the two of a match that was connected can have met, by the member's clock."""
    begins, ends = match.connected_at or now, min(match.closed_at or now, now)
    return Days(first=in_zone(begins, member.zone).date(), last=in_zone(ends, member.zone).date())


@transaction.atomic
def tell_of_meeting(*, match: Match, on: date, by: Member, now: datetime, is_another: bool = False) -> Session:
    """Keep that the two met on a day outside the portal; who tells has said with it that they met.

    It counts as a meeting when the other says so too, or nothing for four days. Told twice, it is kept once. Raises
    DayTaken; MayBeTheSame where the other told of nearly the same time as another day, by their own clock, unless the
    person says that it ``is_another`` meeting.
    """
    try:
        lock_member(by)  # what is written while its writer is being erased would stay behind
    except ClosedMeanwhile as closed:
        raise NotYourMatch(str(closed)) from closed
    match = lock_match(match)
    side = match.side_of(by)
    if side is None:
        raise NotYourMatch(_("This match is not yours."))
    _check_match(match, now=now)
    check_day(on, **days_of(match, by, now=now))
    begins, ends = day_begins(on, by.zone), min(day_begins(on + DAY, by.zone), now)
    session_told = _told_already(match, on, by=by, begins=begins, ends=ends, is_another=is_another)
    if session_told is not None:
        return session_told
    if acts.count_recent(by=by, verbs=["tell_of_meeting"], on=match.sessions.all(), now=now, within=HOUR) >= (
        MEETINGS_AN_HOUR
    ):
        raise TooOften(_("You have told of several meetings within an hour. Please wait a little."))
    session = Session.objects.create(
        match=match,
        learner=match.learner,
        sharer=match.sharer,
        state=SessionState.ELSEWHERE,
        met_on=on,
        starts_at=begins,
        ends_at=max(ends, begins + timedelta(seconds=1)),
        confirmed_at=now,
        made_at=now,
        made_by=by,
    )
    SessionOutcome.objects.create(session=session, asked_at=now)
    said = {"happened": Happened.YES, "made_at": now, "changed_at": now}
    Feedback.objects.create(session=session, side=side, registration=session.person(side), **said)
    acts.record(by=by, verb="tell_of_meeting", on=session, now=now, became=session.state)
    settle(session, now=now)
    _tell_the_other(session, side.other, now=now)
    return session


def _check_match(match: Match, *, now: datetime) -> None:
    was_connected = match.connected_at is not None
    is_open = can_tell_of_meeting(state=match.state, was_connected=was_connected, closed_at=match.closed_at, now=now)
    if not is_open or not Match.objects.unbroken().filter(pk=match.pk).exists():
        raise NothingToAgree(_("This match is over."))


def _told_already(
    match: Match, on: date, *, by: Member, begins: datetime, ends: datetime, is_another: bool
) -> Session | None:
    """Return what ``by`` has told of this day already; raise DayTaken where something else of the two is in its way.

    Only who lives by the same clock means the same hours by a day: two meetings on two days running may lie in two days
    that overlap, and one meeting may be told of as two days.
    """
    in_these_hours = list(match.sessions.filter(state__in=HELD, starts_at__lt=ends, ends_at__gt=begins))
    meetings = [session for session in in_these_hours if session.state == SessionState.ELSEWHERE]
    on_that_day = next((session for session in meetings if session.met_on == on), None)
    if on_that_day is not None and on_that_day.made_by_id == by.pk:
        return on_that_day
    if on_that_day is not None:
        raise DayTaken(_("One of you has told of a meeting on that day already."))
    if len(meetings) < len(in_these_hours):
        raise DayTaken(_("You had agreed on an hour on that day. Say there how it went."))
    for session in meetings if not is_another else ():
        if session.met_on and session.starts_at and may_be_one_day(begins, session.starts_at):
            raise MayBeTheSame(
                _("A meeting on %(day)s is noted already, in another time zone. If you met twice, tick the box.")
                % {"day": date_format(session.met_on)}
            )
    return None


def _tell_the_other(session: Session, side: Side, *, now: datetime) -> None:
    to = session.person(side).member
    if to is not None and to.is_active:
        key = f"matching:session:{session.pk}:met_elsewhere:{side}"
        letters.owe(kind=f"matching.met_elsewhere_{side}", to=to, about=session, key=key, now=now)
