"""The two people answer: accept, decline, withdraw, and say that they are done."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from letsconnect.base import acts
from matching.domain.feedback import Happened, Verdict
from matching.domain.matches import (
    WHY_DECLINED,
    WHY_WITHDRAWN,
    ClosedWhy,
    MatchMoveNotAllowed,
    MatchState,
    NotYourMatch,
    Side,
    check_can_accept,
    check_match_move,
    check_reason,
)
from matching.domain.sessions import SessionState
from matching.locking import is_blocked, lock_match, lock_people, standing
from matching.matches.closing import close_match
from matching.matches.emails import owe_letter
from matching.models import Feedback, Match, Session, SessionOutcome, SessionQuerySet
from registrations.models import Member


def _side(match: Match, by: Member) -> Side:
    side = match.side_of(by)
    if side is None or match.asked_at is None:
        raise NotYourMatch(_("This match is not yours."))
    return side


@transaction.atomic
def accept_match(*, match: Match, by: Member, now: datetime) -> Match:
    """Say yes for one side; the second yes connects the two and owes each a letter. A repeated yes changes nothing."""
    match = lock_match(match)
    side = _side(match, by)
    if match.state in (MatchState.ASKED, MatchState.CONNECTED) and match.accepted_at(side) is not None:
        return match
    check_match_move(match.state, MatchState.CONNECTED)
    if match.answer_by is not None and now >= match.answer_by:
        raise MatchMoveNotAllowed(_("The days to answer are over, so this match cannot go ahead."))
    lock_people([match])
    check_can_accept(
        me=standing(match, side, on=now.date(), agreed=()),
        other=standing(match, side.other, on=now.date(), agreed=()),
        is_blocked=is_blocked(match),
    )
    if side == Side.LEARNER:
        match.learner_accepted_at = now
    else:
        match.sharer_accepted_at = now
    if match.accepted_at(side.other) is not None:
        match.state, match.connected_at = MatchState.CONNECTED, now
        for each in Side:
            owe_letter(match, each, letter="connected", now=now)
    match.save(update_fields=["state", "learner_accepted_at", "sharer_accepted_at", "connected_at"])
    acts.record(by=by, verb="accept_match", on=match, now=now, was=MatchState.ASKED, became=match.state)
    return match


@transaction.atomic
def decline_match(*, match: Match, by: Member, why: ClosedWhy | str, note: str = "", now: datetime) -> Match:
    """Say no for one side, with a reason the other never sees; the other is told kindly."""
    check_reason(why=why, note=note, allowed=WHY_DECLINED)
    match = lock_match(match)
    side = _side(match, by)
    if match.accepted_at(side) is not None:
        raise MatchMoveNotAllowed(_("You have said yes already. You can withdraw from the match instead."))
    close_match(match, becomes=MatchState.DECLINED, why=ClosedWhy(why), note=note, by=by, now=now, verb="decline_match")
    owe_letter(match, side.other, letter="closed", now=now)
    return match


@transaction.atomic
def withdraw_from_match(*, match: Match, by: Member, why: ClosedWhy | str, note: str = "", now: datetime) -> Match:
    """Step back after saying yes, or end a connection; the other is told kindly."""
    check_reason(why=why, note=note, allowed=WHY_WITHDRAWN)
    match = lock_match(match)
    side = _side(match, by)
    becomes = MatchState.ENDED if match.state == MatchState.CONNECTED else MatchState.WITHDRAWN
    close_match(match, becomes=becomes, why=ClosedWhy(why), note=note, by=by, now=now, verb="withdraw_from_match")
    owe_letter(match, side.other, letter="closed", now=now)
    return match


@transaction.atomic
def complete_match(*, match: Match, by: Member, now: datetime) -> Match:
    """Say that the two have met and are done, which completes the match where that is enough.

    After an hour that took place it is enough that one of them says so. Otherwise both have to, and the match goes on
    until the other says it too.
    """
    match = lock_match(match)
    side = _side(match, by)
    check_match_move(match.state, MatchState.COMPLETED)
    if match.done_said_by == side.other or have_met(match, now=now):
        return complete(match, by=by, now=now)
    if match.done_said_by != side:
        match.done_said_by = side
        match.save(update_fields=["done_said_by"])
        acts.record(by=by, verb="say_done", on=match, now=now, was=match.state, became=match.state)
    return match


def have_met(match: Match, *, now: datetime) -> bool:
    """Tell whether an agreed hour of these two is over and nobody has said that it did not take place."""
    return hours_met(match, now=now).exists()


def hours_met(match: Match, *, now: datetime) -> SessionQuerySet:
    """Return the agreed hours that are over, without those of which somebody has said that they did not take place."""
    denied = Feedback.objects.exclude(happened=Happened.YES).values("session")
    settled = SessionOutcome.objects.filter(settled_at__isnull=False)
    missed = settled.exclude(verdict__in=[Verdict.MET, Verdict.UNKNOWN]).values("session")
    # Of a meeting outside the portal one alone has told: it counts once the other has agreed, or kept silent about it.
    agreed = Q(state=SessionState.CONFIRMED) | Q(outcome__settled_at__isnull=False, outcome__verdict=Verdict.MET)
    over = Session.objects.filter(agreed, match=match).over(now=now)
    return over.exclude(pk__in=denied).exclude(pk__in=missed)


def complete(match: Match, *, by: Member, now: datetime, by_the_portal: bool = False) -> Match:
    """End a locked match well: both have a place free again and get a thank-you."""
    close_match(
        match,
        becomes=MatchState.COMPLETED,
        why=ClosedWhy.DONE,
        note="",
        by=by,
        now=now,
        verb="complete_match",
        by_the_portal=by_the_portal,
    )
    for side in Side:
        owe_letter(match, side, letter="completed", now=now)
    return match
