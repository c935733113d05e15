"""Work by the clock on sessions: reminders, and proposed times that have passed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from matching.domain.matches import LIVE, Side
from matching.domain.sessions import (
    REMINDERS,
    SessionState,
    WhyCancelled,
)
from matching.models import Match, Session
from matching.sessions.changing import cancel, drop_times, locked, owe_letter

AT_ONCE = 500


@transaction.atomic
def remind_of_sessions(now: datetime) -> int:
    """Owe both sides each reminder of the ladder, once; whether it is still true is asked again when it is sent."""
    reminded = 0
    near = Session.objects.filter(state=SessionState.CONFIRMED, starts_at__gt=now, starts_at__lte=now + REMINDERS.reach)
    for session in (
        near.filter(match__state__in=LIVE).select_related("learner__member", "sharer__member").order_by("pk")
    ):
        if session.starts_at is None:
            continue  # agreed sessions have one
        step = REMINDERS.due(starts_at=session.starts_at, settled_at=session.confirmed_at or now, now=now)
        if step is None or step.letter == session.last_reminder:
            continue
        for side in Side:
            owe_letter(session, side, letter=step.letter, occasion=str(session.sequence), now=now)
        # Not a version: a reminder changes nothing on anybody's page. Moved meanwhile, it keeps its own.
        same = Session.objects.filter(pk=session.pk, sequence=session.sequence)
        reminded += same.update(last_reminder=step.letter)
    return reminded


def lapse_proposals(now: datetime) -> int:
    """End proposals that nobody answered before their last time passed, and tell who proposed; an agreed hour stays."""
    unanswered = Session.objects.exclude(waiting_for="").annotate(last=Max("times__starts_at"))
    overdue = unanswered.filter(Q(last__lte=now) | Q(last=None) | Q(starts_at__lte=now))
    lapsed = 0
    for match in Match.objects.filter(pk__in=overdue.values("match_id")).order_by("pk")[:AT_ONCE]:
        lapsed += _lapse(match, now=now)
    return lapsed


@transaction.atomic
def _lapse(match: Match, *, now: datetime) -> int:
    """End the unanswered proposals of one match, locked, so that nobody confirms one of the times at this moment.

    A match that somebody is acting on waits for the next sweep.
    """
    if not Match.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=match.pk).first():
        return 0
    lapsed = 0
    for session in locked(match.sessions.exclude(waiting_for="")):
        has_begun = session.starts_at is not None and session.starts_at <= now
        if not has_begun and session.times.filter(starts_at__gt=now).exists():
            continue
        proposer = Side(session.waiting_for).other
        if session.state == SessionState.PROPOSED:
            cancel(session, why=WhyCancelled.LAPSED, by=None, now=now)
            owe_letter(session, proposer, letter="lapsed", occasion="end", now=now)
        else:
            drop_times(session)
        lapsed += 1
    return lapsed
