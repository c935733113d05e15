"""Connections in which nothing happens are ended in steps, so that nobody keeps a place for ever.

First both get a kind letter, then a liaison is asked to look after them, then the match ends.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, DateTimeField, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from mailings.ledger import letters
from matching.domain.feedback import END_AFTER, NUDGE_AFTER, TELL_AFTER, ConcernKind, Happened
from matching.domain.matches import ClosedWhy, MatchState, Side
from matching.domain.sessions import HELD, SessionState
from matching.feedback.concerns import raise_concern, take_back_concern
from matching.feedback.giving import completes_match
from matching.locking import lock_match
from matching.matches.answering import complete
from matching.matches.closing import close_match
from matching.matches.emails import owe_letter
from matching.models import Concern, Feedback, Match, MatchQuerySet, QuietSpell, Session

AT_ONCE = 200
_OVER_SINCE = Case(When(state=SessionState.ELSEWHERE, then="made_at"), default="ends_at")


def quiet_connections(*, now: datetime, before: datetime) -> MatchQuerySet:
    """Return the connections in which nothing has happened since ``before`` and no hour is agreed for later.

    ``quiet_since`` is when they were connected, or when their last hour ended or was cancelled, whatever is later.
    """
    sessions = Session.objects.filter(match=OuterRef("pk")).values("match")
    ended = sessions.filter(state__in=HELD).annotate(last=Max(_OVER_SINCE)).values("last")
    cancelled = sessions.annotate(last=Max("cancelled_at")).values("last")
    since = [Coalesce(Subquery(last, output_field=DateTimeField()), "connected_at") for last in (ended, cancelled)]
    open_ = Session.objects.open(now=now).values("match")
    return (
        Match.objects.live()
        .filter(Q(connected_at__lte=before), state=MatchState.CONNECTED)
        .exclude(pk__in=open_)
        .quiet(since=Greatest("connected_at", *since), before=before)
    )


def _locked(matches: MatchQuerySet) -> Iterable[Match]:
    """Return some of these matches, locked and read again, without those that somebody is acting on."""
    rows = matches.select_related("learner__member", "sharer__member").order_by("pk")
    return list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:AT_ONCE])


@transaction.atomic
def nudge_quiet(now: datetime) -> int:
    """Write kindly to both sides of a connection that has been quiet for two weeks, once for each spell."""
    nudged = QuietSpell.objects.filter(match=OuterRef("pk"), since=OuterRef("quiet_since"))
    count = 0
    for match in _locked(quiet_connections(now=now, before=now - NUDGE_AFTER).exclude(pk__in=nudged.values("match"))):
        spell = QuietSpell.objects.create(match=match, since=match.quiet_since, nudged_at=now)
        for side in Side:
            to = match.person(side).member
            key = f"matching:{match.pk}:quiet:{spell.pk}:{side}"
            letters.owe(kind=f"matching.quiet_{side}", to=to, about=match, key=key, now=now)
        count += 1
    return count


@transaction.atomic
def raise_quiet_concerns(now: datetime) -> int:
    """Ask the liaisons to look after two who have not met for four weeks."""
    nudged = QuietSpell.objects.filter(match=OuterRef("pk"), since=OuterRef("quiet_since"), told_at=None)
    count = 0
    for match in _locked(quiet_connections(now=now, before=now - TELL_AFTER).filter(pk__in=nudged.values("match"))):
        QuietSpell.objects.filter(match=match, since=match.quiet_since).update(told_at=now)
        raise_concern(kind=ConcernKind.NOT_MEETING, match=match, now=now)
        count += 1
    return count


@transaction.atomic
def take_back_quiet_concerns(now: datetime) -> int:
    """Take the two off the liaisons' list who agree on an hour by now, have met, or are connected no more."""
    still_quiet = quiet_connections(now=now, before=now - TELL_AFTER)
    settled = Concern.objects.open().filter(kind=ConcernKind.NOT_MEETING).exclude(match__in=still_quiet.values("pk"))
    concerns = list(settled.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE])
    for concern in concerns:
        take_back_concern(concern, now=now)
    return len(concerns)


@transaction.atomic
def end_quiet(now: datetime) -> int:
    """End connections that were quiet for six weeks, and tell both people.

    A match is completed where one of them said that they met, and has expired otherwise.
    """
    count = 0
    for match in _locked(quiet_connections(now=now, before=now - END_AFTER)):
        spell = QuietSpell.objects.filter(match=match, since=match.quiet_since).first()
        if spell is None or spell.nudged_at > now - (END_AFTER - NUDGE_AFTER):
            continue  # after weeks in which the portal stood still, the kind letter comes first
        they_met = (
            Feedback.objects.filter(session__match=match, happened=Happened.YES).order_by("-changed_at", "-pk").first()
        )
        member = they_met.registration.member if they_met is not None else None
        if member is not None:
            complete(match, by=member, now=now, by_the_portal=True)
        else:
            close_match(
                match,
                becomes=MatchState.EXPIRED,
                why=ClosedWhy.NO_HOUR,
                note="",
                by=None,
                now=now,
                verb="expire_connection",
            )
            for side in Side:
                owe_letter(match, side, letter="quiet_end", now=now)
        count += 1
    return count


@transaction.atomic
def complete_done(now: datetime) -> int:
    """Complete the matches of which one side said "done" a week ago, and the other did not say otherwise."""
    due = Feedback.objects.completing(now=now).select_related("session__match", "registration__member")
    count = 0
    for feedback in due.order_by("session__match_id", "pk")[:AT_ONCE]:
        match = lock_match(feedback.session.match)
        member = feedback.registration.member
        if match.state == MatchState.CONNECTED and member is not None and completes_match(match, feedback, now=now):
            complete(match, by=member, now=now, by_the_portal=True)
            count += 1
    return count
