"""What the page of a match shows of the hours that are over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from matching.domain.feedback import CLOSES_AFTER, can_tell_of_meeting
from matching.domain.matches import Side
from matching.feedback.forms import MeetingForm
from matching.feedback.telling import days_of
from matching.models import Feedback, Match, Session, SessionOutcome, SessionQuerySet
from registrations.models import Member


@dataclass(frozen=True)
class Hour:
    """An hour that is over, as one of the two sees it: their own feedback, and the other's thanks."""

    session: Session
    mine: Feedback | None
    thanks: str
    can_tell: bool


def asked_of_hours(match: Match, *, now: datetime) -> SessionQuerySet:
    """Return what the page of a match asks of the hours that are over."""
    return Session.objects.filter(match=match).over(now=now).prefetch_related("feedback")


def context(match: Match, member: Member, now: datetime, *, asked: Iterable[Session]) -> dict[str, Any]:
    """Return what the page of a match shows of its past hours to one of its two people; ``asked`` is what came of
    `asked_of_hours`."""
    side = match.side_of(member)
    hours = [_hour(session, side, now=now) for session in asked] if side is not None else []
    can_tell = can_tell_of_meeting(
        state=match.state, was_connected=match.connected_at is not None, closed_at=match.closed_at, now=now
    )
    return {
        "meeting_form": MeetingForm(**days_of(match, member, now=now)) if can_tell and side is not None else None,
        "hours": hours,
        "is_to_tell": any(hour.can_tell and hour.mine is None for hour in hours),
    }


def _hour(session: Session, side: Side, *, now: datetime) -> Hour:
    feedback = {row.side: row for row in session.feedback.all()}
    theirs = feedback.get(side.other)
    return Hour(
        session=session,
        mine=feedback.get(side),
        thanks=theirs.thanks if theirs is not None else "",
        can_tell=session.over_since is not None and now < session.over_since + CLOSES_AFTER,
    )


def verdicts_of_hours(match: Match) -> list[tuple[datetime | date | None, str]]:
    """Return for the working group when each hour of a match was, and what came of it: no word, note or mark."""
    rows = SessionOutcome.objects.filter(session__match=match).select_related("session").order_by("session__starts_at")
    return [(row.session.met_on or row.session.starts_at, row.get_verdict_display()) for row in rows]
