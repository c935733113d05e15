"""Hours that are over, and what was said of them."""

from datetime import timedelta
from typing import Any

from matching.domain.feedback import Happened
from matching.domain.matches import Side
from matching.feedback.giving import give_feedback
from matching.feedback.telling import tell_of_meeting
from matching.models import Feedback, Match, Session
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW


def make_hour(*, match: Match | None = None, ended: timedelta = timedelta(hours=1), **fields: Any) -> Session:
    """An hour of a connected match that ended some time before NOW."""
    match = match or make_match("connected", connected_at=NOW - timedelta(days=1))
    times = {"starts_at": NOW - ended - timedelta(hours=1), "ends_at": NOW - ended}
    return make_session(match=match, **times, **fields)


def make_meeting(
    *, match: Match | None = None, ago: timedelta = timedelta(days=1), by: Side | str = Side.LEARNER
) -> Session:
    """A meeting outside the portal some days before NOW, of which one of two has told."""
    match = match or make_match("connected", connected_at=NOW - timedelta(days=30))
    return tell_of_meeting(match=match, on=(NOW - ago).date(), by=match.person(by).member, now=NOW)


def say(session: Session, side: Side | str, happened: str = Happened.YES, **fields: Any) -> Feedback:
    """One side says how it went, as of NOW."""
    by = session.person(side).member
    return give_feedback(**{"session": session, "by": by, "happened": happened, "now": NOW, **fields})
