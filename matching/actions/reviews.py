"""The working group decides: approve or refuse, one or many."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from matching.actions.locking import close_match, is_blocked, lock_match, lock_people, standing
from matching.domain import (
    TAKES_A_PLACE,
    WHY_REFUSED,
    ClosedWhy,
    MatchingError,
    MatchState,
    NotYours,
    Side,
    check_match_move,
    check_reason,
    check_standing,
)
from matching.models import Match
from registrations.models import Member


@dataclass
class Outcome:
    """What became of many matches: those done, and those not, each with the sentence that says why."""

    done: list[Match] = field(default_factory=list)
    not_done: list[tuple[Match, str]] = field(default_factory=list)


def check_may_decide(match: Match, *, by: Member) -> None:
    """Raise NotYours unless ``by`` looks after a side's region and is neither of the two people."""
    if match.side_of(by) is not None:
        raise NotYours(_("You are one of the two people: somebody else decides about this match."))
    if not (by.looks_after(match.learner.region) or by.looks_after(match.sharer.region)):
        raise NotYours(_("Neither of the two people is of a region you look after."))


@transaction.atomic
def approve_match(*, match: Match, by: Member, now: datetime) -> Match:
    """Approve a proposal if both sides can be matched and have a place left; it sends nothing."""
    match = lock_match(match)
    check_may_decide(match, by=by)
    check_match_move(match.state, MatchState.APPROVED)
    lock_people([match])
    check_standing(
        *(standing(match, side, on=now.date(), counting=TAKES_A_PLACE) for side in Side),
        is_blocked=is_blocked(match),
        needs_place=True,
    )
    match.state, match.approved_at, match.approved_by = MatchState.APPROVED, now, by
    match.save(update_fields=["state", "approved_at", "approved_by"])
    acts.record(by=by, verb="approve_match", on=match, now=now, was=MatchState.PROPOSED, became=match.state)
    return match


@transaction.atomic
def refuse_match(*, match: Match, by: Member, why: ClosedWhy | str, note: str = "", now: datetime) -> Match:
    """Refuse a proposal, or an approved match that nobody was told about yet; the two people never hear of it."""
    check_reason(why=why, note=note, allowed=WHY_REFUSED)
    match = lock_match(match)
    check_may_decide(match, by=by)
    close_match(match, becomes=MatchState.REFUSED, why=ClosedWhy(why), note=note, by=by, now=now, verb="refuse_match")
    return match


def approve_matches(*, matches: Iterable[Match], by: Member, now: datetime) -> Outcome:
    """Approve each that can be, in its own transaction, so that one that cannot does not stop the others."""
    return _each(matches, lambda match: approve_match(match=match, by=by, now=now))


def refuse_matches(
    *, matches: Iterable[Match], by: Member, why: ClosedWhy | str, note: str = "", now: datetime
) -> Outcome:
    """Refuse each that can be, in its own transaction; a missing reason stops all of them at once."""
    check_reason(why=why, note=note, allowed=WHY_REFUSED)
    return _each(matches, lambda match: refuse_match(match=match, by=by, why=why, note=note, now=now))


def _each(matches: Iterable[Match], act: Callable[[Match], Match]) -> Outcome:
    outcome = Outcome()
    for match in sorted(matches, key=lambda match: match.pk):
        try:
            outcome.done.append(act(match))
        except MatchingError as refusal:
            outcome.not_done.append((match, str(refusal)))
    return outcome
