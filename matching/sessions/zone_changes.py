"""New moments of agreed hours and proposed times after the rules of a time zone have changed."""

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
from matching.sessions.changing import change, locked, owe_letter
from matching.words.reasons import name_of


def recompute_sessions(*, now: datetime) -> Iterator[Recomputed]:
    """Derive the moments of hours to come again from the wall clock they were chosen by, each in its own transaction.

    What is past stays as it was. Both people get a letter about an hour that moves; who has to answer proposed times
    gets them again.
    """
    stale = [
        (becomes >= was, session)
        for session in Session.objects.to_come(now=now).with_people()
        for was, becomes in list(_moments(session))[:1]
        if any(moment != mended for moment, mended in _moments(session))
    ]
    # One after another makes room for the next: those that move later from the last, those that move earlier from the
    # first.
    for _moves_later, session in sorted(stale, key=_makes_room):
        with transaction.atomic():
            recomputed = list(_recompute(session, now=now))
        yield from recomputed


def _makes_room(stale: tuple[bool, Session]) -> tuple[bool, float, int]:
    moves_later, session = stale
    begins = session.starts_at.timestamp() if session.starts_at else 0.0
    return moves_later, -begins if moves_later else begins, session.pk


def _moments(session: Session) -> Iterator[tuple[datetime, datetime]]:
    """Yield each stored moment of a session with what it is now."""
    if (agreed := _agreed_moment(session)) is not None:
        yield agreed
    for time in session.times.all():
        yield time.starts_at, _proposed_moment_now(time)


def _agreed_moment(session: Session) -> tuple[datetime, datetime] | None:
    """Return the stored moment of the agreed hour with what it is now; None without one, or without its wall clock."""
    if session.state != SessionState.CONFIRMED or not session.zone:
        return None
    if session.starts_at is None or session.local_date is None or session.local_time is None:
        return None
    wall = datetime.combine(session.local_date, session.local_time)
    return session.starts_at, moment_now(wall, session.zone, stored=session.starts_at)


def _proposed_moment_now(time: ProposedTime) -> datetime:
    wall = datetime.combine(time.local_date, time.local_time)
    return moment_now(wall, time.zone, stored=time.starts_at)


def _recompute(session: Session, *, now: datetime) -> Iterator[Recomputed]:
    match = lock_match(session.match)
    if Session.objects.to_come(now=now).filter(pk=session.pk).exists():
        [session] = locked(match.sessions.filter(pk=session.pk))
        lock_people([match])
        yield from _move_the_hour(session, now=now)
        yield from _move_the_times(session, now=now)


def _move_the_hour(session: Session, *, now: datetime) -> Iterator[Recomputed]:
    agreed = _agreed_moment(session)
    if agreed is None:
        return
    was, becomes = agreed
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
        owe_letter(session, side, letter="moved", occasion=str(session.sequence), now=now)
    yield _as_recomputed(session, was, becomes)


def _move_the_times(session: Session, *, now: datetime) -> Iterator[Recomputed]:
    """Write the proposed times anew; two that have become the same moment are one."""
    times = list(session.times.all())
    moved = [(time.starts_at, _proposed_moment_now(time)) for time in times]
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
        owe_letter(session, Side(session.waiting_for), letter="proposed", occasion=occasion, now=now)
    yield from (_as_recomputed(session, was, becomes) for was, becomes in moved if was != becomes)


def _as_recomputed(session: Session, was: datetime, becomes: datetime, *, trouble: str = "") -> Recomputed:
    people = tuple(name_of(session.person(side)) for side in Side)
    return Recomputed(str(session), was, becomes, people, trouble)
