"""Sessions for tests: real rows in any state, in a shape the constraints accept."""

from datetime import datetime, timedelta
from typing import Any

from letsconnect.base.zones import in_zone
from matching.domain.matches import Side
from matching.domain.sessions import SessionState, WhyCancelled
from matching.models import Match, ProposedTime, Session
from matching.tests.factories import make_match
from registrations.tests.factories import NOW


def make_session(state: str = SessionState.CONFIRMED, *, match: Match | None = None, **fields: Any) -> Session:
    """A session of a connected match, two days after NOW unless told otherwise, or with times the learner proposed."""
    match = match or make_match("connected")
    values: dict[str, Any] = {
        "match": match,
        "learner": match.learner,
        "sharer": match.sharer,
        "state": state,
        "minutes": 60,
        "made_at": NOW,
        "made_by": match.learner.member,
        **fields,
    }
    if state == SessionState.CONFIRMED:
        values = {"starts_at": NOW + timedelta(days=2), "confirmed_at": NOW, **values}
        values.setdefault("ends_at", values["starts_at"] + timedelta(minutes=values["minutes"]))
    if state == SessionState.PROPOSED:
        values = {"waiting_for": Side.SHARER, **values}
    if state == SessionState.CANCELLED:
        why = WhyCancelled.CANNOT
        values = {"cancelled_at": NOW, "cancelled_why": why, "cancelled_by": match.learner.member, **values}
    times = values.pop("times", None)
    session = Session.objects.create(**values)
    if times is None and session.waiting_for:
        times = [NOW + timedelta(days=day) for day in (3, 4, 5)]
    for number, starts_at in enumerate(times or (), start=1):
        make_time(session, number=number, starts_at=starts_at)
    return session


def make_time(session: Session, *, number: int = 1, starts_at: datetime, zone: str = "UTC") -> ProposedTime:
    """One proposed time, its wall clock read in ``zone``."""
    local = in_zone(starts_at, zone)
    return ProposedTime.objects.create(
        session=session,
        number=number,
        starts_at=starts_at,
        local_date=local.date(),
        local_time=local.time(),
        zone=zone,
    )
