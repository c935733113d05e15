"""Work by the clock on matches: reminders, expiry, and matches of people who left."""

from datetime import datetime

from django.db import transaction

from matching.domain.matches import ClosedWhy, MatchState, Side
from matching.matches.closing import close_match
from matching.matches.emails import owe_letter
from matching.models import Match, MatchQuerySet, people
from registrations.models import Block, Member

AT_ONCE = 500


def _locked(matches: MatchQuerySet) -> MatchQuerySet:
    """Return some of these matches, locked, without those that somebody is acting on; the next sweep takes the rest."""
    return (
        matches.select_related("learner__member", "sharer__member")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .order_by("pk")[:AT_ONCE]
    )


@transaction.atomic
def remind_unanswered(now: datetime) -> int:
    """Owe one reminder to each side that has not answered for `REMIND_AFTER`."""
    reminded = 0
    for match in _locked(Match.objects.live().owed_reminder(now=now)):
        for side in Side:
            if match.accepted_at(side) is None:
                owe_letter(match, side, letter="reminder", now=now)
                reminded += 1
        match.reminded_at = now
        match.save(update_fields=["reminded_at"])
    return reminded


@transaction.atomic
def expire_overdue(now: datetime) -> int:
    """End the matches not answered by their day (`answer_by`), and tell both kindly."""
    expired = list(_locked(Match.objects.live().overdue(now=now)))
    for match in expired:
        close_match(
            match,
            becomes=MatchState.EXPIRED,
            why=ClosedWhy.NO_ANSWER,
            note="",
            by=None,
            now=now,
            verb="expire_match",
        )
        for side in Side:
            owe_letter(match, side, letter="expired", now=now)
    return len(expired)


@transaction.atomic
def close_fallen(now: datetime) -> int:
    """End the matches of people who left the programme or block the other; the other side is told, if it was asked.

    What follows from a decision that can still be undone waits.
    """
    closed = 0
    for match in _locked(Match.objects.fallen().exclude(people.may_be_undone(now))):
        side, leaver, why = _who_left(match)
        if leaver is None:
            continue
        connected = match.state == MatchState.CONNECTED
        close_match(
            match,
            becomes=MatchState.ENDED if connected else MatchState.WITHDRAWN,
            why=why,
            note="",
            by=leaver,
            now=now,
            verb="close_fallen_match",
            by_the_portal=True,
        )
        if match.asked_at is not None:
            owe_letter(match, side.other, letter="closed", now=now)
        closed += 1
    return closed


def _who_left(match: Match) -> tuple[Side, Member | None, ClosedWhy]:
    """Return the side that left or blocks the other, by whom the match ends therefore, and why."""
    for side in Side:
        person = match.person(side)
        if person.has_left:
            return side, person.member or person.reviewed_by, ClosedWhy.LEFT
    learner, sharer = match.learner.member, match.sharer.member
    by_learner = Block.objects.filter(member=learner, blocked=sharer).exists()
    return (Side.LEARNER, learner, ClosedWhy.BLOCKED) if by_learner else (Side.SHARER, sharer, ClosedWhy.BLOCKED)
