"""Hours that are over, and what was said of them."""

from datetime import timedelta
from typing import Any

from matching.domain.feedback import Happened
from matching.domain.matches import Side
from matching.feedback.giving import give_feedback
from matching.models import Feedback, Match, Session
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW


def make_hour(*, match: Match | None = None, ended: timedelta = timedelta(hours=1), **fields: Any) -> Session:
    """An hour of a connected match that ended some time before NOW."""
    match = match or make_match("connected", connected_at=NOW - timedelta(days=1))
    times = {"starts_at": NOW - ended - timedelta(hours=1), "ends_at": NOW - ended}
    return make_session(match=match, **times, **fields)


def say(session: Session, side: Side | str, happened: str = Happened.YES, **fields: Any) -> Feedback:
    """One side says how it went, as of NOW."""
    by = session.person(side).member
    return give_feedback(**{"session": session, "by": by, "happened": happened, "now": NOW, **fields})
