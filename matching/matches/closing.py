"""Ending a match: every way a match can end goes through here, so that none forgets the hours agreed for later."""

from datetime import datetime

from letsconnect.base import acts
from matching.domain.matches import ClosedWhy, MatchState, check_match_move
from matching.models import Match
from matching.sessions.changing import end_sessions
from registrations.models import Member


def close_match(
    match: Match,
    *,
    becomes: MatchState,
    why: ClosedWhy,
    note: str,
    by: Member | None,
    now: datetime,
    verb: str,
    by_the_portal: bool = False,
) -> None:
    """End a locked match: store when, why and by whom, log it, and cancel the hours agreed for later.

    ``by_the_portal``: it ends because of ``by`` (time has passed since they said something, or the trust team closed
    their account), but they did not end it; the log does not call it their act.
    """
    check_match_move(match.state, becomes)
    was = match.state
    match.state, match.closed_at, match.closed_by = becomes, now, by
    match.closed_why, match.closed_note, match.done_said_by = why, note.strip(), ""
    match.version += 1
    match.save(
        update_fields=["state", "closed_at", "closed_by", "closed_why", "closed_note", "done_said_by", "version"]
    )
    actor = None if by_the_portal else by
    acts.record(by=actor, verb=verb, on=match, now=now, was=was, became=match.state, reason=note.strip())
    end_sessions(match, by=actor, now=now)
