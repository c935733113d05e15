"""Changing and cancelling locked sessions, and owing the letters about them: what every action on an hour needs."""

from datetime import datetime
from typing import Any

from letsconnect.base import acts
from mailings.ledger import letters
from matching.domain.matches import Side
from matching.domain.sessions import SessionState, WhyCancelled
from matching.models import Match, Session, SessionQuerySet
from registrations.models import Member


def owe_letter(session: Session, side: Side, *, letter: str, occasion: str, now: datetime) -> None:
    """Owe one letter about a session to one side; ``occasion`` tells this letter from later ones of the same kind.

    Letters about one hour, or about the times two people propose to each other, gather: of several within a minute only
    the last is sent.
    """
    member = session.person(side).member
    if member is not None:
        letters.owe(
            kind=f"matching.session_{letter}_{side.value}",
            to=member,
            about=session,
            key=f"session:{session.pk}:{letter}:{occasion}:{side.value}",
            gather=gathering_of(session, side, letter),
            now=now,
        )


_ABOUT_TIMES = ("proposed", "dropped", "kept", "lapsed")
_ABOUT_THE_HOUR = ("agreed", "moved", "cancelled")


def gathering_of(session: Session, side: Side, letter: str) -> str:
    """Return with which letters this one gathers: proposals by match, an hour in people's calendars by session, where
    they talk by itself; reminders never."""
    if letter in _ABOUT_TIMES:
        return f"match:{session.match_id}:times:{side.value}"
    if letter in ("link", "unlinked"):
        return f"session:{session.pk}:link:{side.value}"
    return f"session:{session.pk}:hour:{side.value}" if letter in _ABOUT_THE_HOUR else ""


def locked(sessions: SessionQuerySet) -> list[Session]:
    """Return these sessions as they are now, locked, by id; hold their match's lock first."""
    return list(to_lock(sessions))


def to_lock(sessions: SessionQuerySet) -> SessionQuerySet:
    """Read these sessions with their people, by id, and lock them."""
    rows = sessions.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return rows.select_related("learner__member", "sharer__member", "match__skill")


def change(session: Session, **columns: Any) -> None:
    """Write some columns of a session, as a new version of it."""
    for name, value in columns.items():
        setattr(session, name, value)
    session.version += 1
    session.save(update_fields=[*columns, "version"])


def drop_times(session: Session, **columns: Any) -> None:
    """Delete the proposed times, so that nobody has to answer any more."""
    session.times.all().delete()
    change(session, waiting_for="", **columns)


def cancel(session: Session, *, why: WhyCancelled, by: Member | None, now: datetime, note: str = "") -> None:
    """Cancel a locked session; where an hour was agreed, both get a letter that takes it out of their calendars."""
    was, agreed = session.state, session.state == SessionState.CONFIRMED
    drop_times(
        session,
        state=SessionState.CANCELLED,
        sequence=session.sequence + 1 if agreed else session.sequence,
        cancelled_at=now,
        cancelled_by=by,
        cancelled_why=why,
        cancelled_note=note.strip(),
    )
    acts.record(by=by, verb="cancel_session", on=session, now=now, was=was, became=session.state)
    if agreed:
        for side in Side:
            owe_letter(session, side, letter="cancelled", occasion="end", now=now)


def end_sessions(match: Match, *, by: Member | None, now: datetime) -> int:
    """Cancel the sessions that a match which ends had still ahead, and delete the links to calls; return how many.

    The caller has locked the match.
    """
    match.sessions.exclude(call_link="").update(call_link="")
    ahead = locked(match.sessions.ahead(now=now))
    for session in ahead:
        cancel(session, why=WhyCancelled.MATCH_OVER, by=by, now=now)
    return len(ahead)
