"""Settling what came of an hour: both are asked once, what they say is judged, and who missed whom gets a letter."""

from datetime import datetime

from django.db import transaction

from letsconnect.base import acts
from mailings.ledger import letters
from matching.domain.feedback import Verdict, is_settled, judge
from matching.domain.matches import Side
from matching.domain.sessions import SessionState
from matching.feedback.concerns import check_absences
from matching.models import Feedback, Match, Session, SessionOutcome
from matching.models.feedback import to_ask
from registrations.models import Registration

AT_ONCE = 200


def feedback_on(session: Session) -> dict[Side, Feedback]:
    """Return what each side has said of an hour so far."""
    return {Side(feedback.side): feedback for feedback in Feedback.objects.filter(session=session)}


@transaction.atomic
def ask_how_it_went(now: datetime) -> int:
    """Ask both sides, once, about each hour that is over."""
    due = to_ask(now=now).select_related("learner__member", "sharer__member").order_by("pk")
    asked = list(due.select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE])
    for session in asked:
        SessionOutcome.objects.get_or_create(session=session, defaults={"asked_at": now})
        for side in Side:
            _owe_letter(session, side, letter="did_you_meet", now=now)
    return len(asked)


@transaction.atomic
def settle_sessions(now: datetime) -> int:
    """Settle the hours of which one side's silence has lasted long enough."""
    due = SessionOutcome.objects.to_settle(now=now).order_by("session__match_id", "pk")
    unsettled = list(due.values_list("session__match", "session")[:AT_ONCE])
    matches = Match.objects.filter(pk__in={match for match, _session in unsettled}).order_by("pk")
    locked = set(matches.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True))
    keys = [session for match, session in unsettled if match in locked]
    sessions = list(Session.objects.filter(pk__in=keys).select_related("learner__member", "sharer__member"))
    people = {key for session in sessions for key in (session.learner_id, session.sharer_id)}
    # Absences are counted while the people's rows are locked: all of them at once, by id, as everywhere.
    list(Registration.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True, of=("self",)))
    for session in sessions:
        settle(session, now=now)
    return len(keys)


def settle(session: Session, *, now: datetime) -> None:
    """Judge an hour by what was said so far, if that is enough to act on; the caller has locked the match.

    Each letter is owed once. What somebody changes later changes the verdict, and takes back an absence that was none.
    """
    feedback = feedback_on(session)
    learner, sharer = (feedback[side].happened if side in feedback else "" for side in (Side.LEARNER, Side.SHARER))
    outcome, _is_new = SessionOutcome.objects.get_or_create(session=session, defaults={"asked_at": now})
    since = session.over_since
    if since is None or not is_settled(learner=learner, sharer=sharer, over_since=since, now=now):
        return
    judged = judge(learner=learner, sharer=sharer)
    stored = (outcome.settled_at is not None, outcome.verdict, outcome.learner_absent, outcome.sharer_absent)
    absent = (Side.LEARNER in judged.absent, Side.SHARER in judged.absent)
    if stored == (True, judged.verdict, *absent):
        return
    was = outcome.verdict if outcome.settled_at else ""
    outcome.settled_at, outcome.verdict = outcome.settled_at or now, judged.verdict
    outcome.learner_absent, outcome.sharer_absent = absent
    outcome.save(update_fields=["settled_at", "verdict", "learner_absent", "sharer_absent"])
    acts.record(by=None, verb="settle_session", on=session, now=now, was=was, became=judged.verdict)
    _owe_missed_letters(session, judged.verdict, judged.absent, now=now)
    for person in sorted((session.learner, session.sharer), key=lambda person: person.pk):
        check_absences(registration=person, now=now)


def _owe_missed_letters(session: Session, verdict: Verdict, absent: frozenset[Side], *, now: datetime) -> None:
    """Write kindly to both of those who missed each other; nobody is told what the other said."""
    if session.state == SessionState.ELSEWHERE:
        return  # nobody waited for anybody
    for side in Side:
        if verdict == Verdict.CROSSED:
            _owe_letter(session, side, letter="missed_each_other", now=now)
        elif verdict == Verdict.MISSED:
            _owe_letter(session, side, letter="missed_absent" if side in absent else "missed_waiting", now=now)


def _owe_letter(session: Session, side: Side, *, letter: str, now: datetime) -> None:
    to = session.person(side).member
    if to is not None and to.is_active:
        key = f"matching:session:{session.pk}:{letter}:{side}"
        letters.owe(kind=f"matching.{letter}_{side}", to=to, about=session, key=key, now=now)
