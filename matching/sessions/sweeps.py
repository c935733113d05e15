"""What is due by the clock about sessions: reminders, and proposed times that have passed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from matching.domain.matches import LIVE, Side
from matching.domain.sessions import (
    DAY,
    SessionState,
    WhyCancelled,
    owes_day_reminder,
    owes_hour_reminder,
)
from matching.models import Match, Session
from matching.sessions.ending import cancel, drop_times, locked, tell

AT_ONCE = 500


@transaction.atomic
def remind_of_sessions(now: datetime) -> int:
    """Owe both sides a letter a day before and an hour before, each once; whether it is still true is asked again
    when it is sent."""
    reminded = 0
    near = Session.objects.filter(state=SessionState.CONFIRMED, starts_at__gt=now, starts_at__lte=now + DAY)
    for session in (
        near.filter(match__state__in=LIVE).select_related("learner__member", "sharer__member").order_by("pk")
    ):
        for name, is_owed in (("day", owes_day_reminder), ("hour", owes_hour_reminder)):
            column = f"{name}_reminded_at"
            agreed_at = session.confirmed_at or now
            if getattr(session, column) is None and is_owed(starts_at=session.starts_at, agreed_at=agreed_at, now=now):
                for side in Side:
                    tell(session, side, letter=name, occasion=str(session.sequence), now=now)
                # Not a version: a reminder changes nothing on anybody's page. Moved meanwhile, it keeps its own.
                same = Session.objects.filter(pk=session.pk, sequence=session.sequence)
                reminded += same.update(**{column: now})
    return reminded


def lapse_proposals(now: datetime) -> int:
    """End what nobody answered before its last time passed, and tell whoever proposed; an agreed hour stays."""
    waiting = Session.objects.exclude(waiting_for="").annotate(last=Max("times__starts_at"))
    overdue = waiting.filter(Q(last__lte=now) | Q(last=None) | Q(starts_at__lte=now))
    done = 0
    for match in Match.objects.filter(pk__in=overdue.values("match_id")).order_by("pk")[:AT_ONCE]:
        done += _lapse(match, now=now)
    return done


@transaction.atomic
def _lapse(match: Match, *, now: datetime) -> int:
    """Under the match's lock, so that nobody confirms one of its times at this moment; busy ones wait for the next
    sweep."""
    if not Match.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=match.pk).first():
        return 0
    done = 0
    for session in locked(match.sessions.exclude(waiting_for="")):
        has_begun = session.starts_at is not None and session.starts_at <= now
        if not has_begun and session.times.filter(starts_at__gt=now).exists():
            continue
        proposer = Side(session.waiting_for).other
        if session.state == SessionState.PROPOSED:
            cancel(session, why=WhyCancelled.LAPSED, by=None, now=now)
            tell(session, proposer, letter="lapsed", occasion="end", now=now)
        else:
            drop_times(session)
        done += 1
    return done
