"""Hours of two people by the rules of time zones that are in force now."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.wall_clock import moment_now
from letsconnect.base.zones import Recomputed
from matching.domain.matches import Side
from matching.domain.sessions import SessionState
from matching.locking import lock_match, lock_people
from matching.models import ProposedTime, Session
from matching.sessions.ending import change, locked, tell
from matching.words.reasons import name_of


def recompute_sessions(*, now: datetime) -> Iterator[Recomputed]:
    """Derive the moments of hours to come again from the clock they were chosen by, each in its own transaction; what
    is past stays as it was. Both people get a letter for an hour that moves; who is asked gets the times again."""
    stale = [
        (becomes >= was, session)
        for session in Session.objects.to_come(now=now).with_people()
        for was, becomes in list(_moments(session))[:1]
        if any(moment != mended for moment, mended in _moments(session))
    ]
    # One after another makes room for the next: those that move later from the last, those that move earlier from the
    # first.
    for _later, session in sorted(stale, key=_makes_room):
        with transaction.atomic():
            found = list(_recompute(session, now=now))
        yield from found


def _makes_room(one: tuple[bool, Session]) -> tuple[bool, float, int]:
    later, session = one
    begins = session.starts_at.timestamp() if session.starts_at else 0.0
    return later, -begins if later else begins, session.pk


def _moments(session: Session) -> Iterator[tuple[datetime, datetime]]:
    """Yield each stored moment of a session with what it is now."""
    if session.state == SessionState.CONFIRMED and session.zone:
        yield session.starts_at, _now_of(session)
    for time in session.times.all():
        yield time.starts_at, _now_of(time)


def _now_of(row: Session | ProposedTime) -> datetime:
    wall = datetime.combine(row.local_date, row.local_time)
    return moment_now(wall, row.zone, stored=row.starts_at)


def _recompute(session: Session, *, now: datetime) -> Iterator[Recomputed]:
    match = lock_match(session.match)
    if Session.objects.to_come(now=now).filter(pk=session.pk).exists():
        [session] = locked(match.sessions.filter(pk=session.pk))
        lock_people([match])
        yield from _move_the_hour(session, now=now)
        yield from _move_the_times(session, now=now)


def _move_the_hour(session: Session, *, now: datetime) -> Iterator[Recomputed]:
    if session.state != SessionState.CONFIRMED or not session.zone:
        return
    was, becomes = session.starts_at, _now_of(session)
    if becomes == was:
        return
    hour = {"starts_at": becomes, "ends_at": becomes + timedelta(minutes=session.minutes)}
    try:
        with transaction.atomic():
            change(session, **hour, sequence=session.sequence + 1, last_reminder="")
    except IntegrityError as error:
        if "matching_one_person_one_session_at_a_time" not in str(error):
            raise
        yield _as_recomputed(
            session, was, becomes, trouble=_("one of the two has another session at that time: write to both")
        )
        return
    acts.record(by=None, verb="recompute_session", on=session, now=now, was=session.state, became=session.state)
    for side in Side:
        tell(session, side, letter="moved", occasion=str(session.sequence), now=now)
    yield _as_recomputed(session, was, becomes)


def _move_the_times(session: Session, *, now: datetime) -> Iterator[Recomputed]:
    """Write the proposed times anew; two that have become the same moment are one."""
    times = list(session.times.all())
    moved = [(time.starts_at, _now_of(time)) for time in times]
    if not any(was != becomes for was, becomes in moved):
        return
    session.times.all().delete()
    kept = {becomes: time for time, (_was, becomes) in reversed(list(zip(times, moved, strict=True)))}
    for becomes, time in kept.items():
        time.pk, time.starts_at = None, becomes
    ProposedTime.objects.bulk_create(sorted(kept.values(), key=attrgetter("number")))
    change(session)
    acts.record(by=None, verb="recompute_times", on=session, now=now, was=session.state, became=session.state)
    if session.waiting_for:
        occasion = f"{session.turn}:{session.version}"
        tell(session, Side(session.waiting_for), letter="proposed", occasion=occasion, now=now)
    yield from (_as_recomputed(session, was, becomes) for was, becomes in moved if was != becomes)


def _as_recomputed(session: Session, was: datetime, becomes: datetime, *, trouble: str = "") -> Recomputed:
    people = tuple(name_of(session.person(side)) for side in Side)
    return Recomputed(str(session), was, becomes, people, trouble)
