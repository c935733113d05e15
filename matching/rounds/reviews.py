"""Approve or refuse proposals, one or many: what the working group decides."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from matching.domain.matches import (
    HOURS_CLASH,
    WHY_REFUSED,
    ClosedWhy,
    HoursClash,
    MatchingError,
    MatchMoveNotAllowed,
    MatchState,
    NotYourMatch,
    RoundState,
    Side,
    check_match_move,
    check_reason,
    check_seen,
)
from matching.locking import lock_match, lock_people, people_who_agreed
from matching.matches.closing import close_match
from matching.models import Match, MatchApproval, MatchingRules
from matching.rounds.both_roles import Pair, check_places, over_both_roles
from registrations.models import Member


@dataclass
class ReviewOutcome:
    """What became of many matches: those done, those that wait for another region's approval too, and those not, each
    with the sentence that says why."""

    done: list[Match] = field(default_factory=list)
    waiting: list[Match] = field(default_factory=list)
    not_done: list[tuple[Match, str]] = field(default_factory=list)


def check_may_decide(match: Match, *, by: Member) -> None:
    """Raise NotYourMatch unless ``by`` looks after a side's region and is neither of the two people."""
    if match.side_of(by) is not None:
        raise NotYourMatch(_("You are one of the two people: somebody else decides about this match."))
    if not (by.looks_after(match.learner.region) or by.looks_after(match.sharer.region)):
        raise NotYourMatch(_("Neither of the two people is of a region you look after."))


@transaction.atomic
def approve_match(*, match: Match, by: Member, now: datetime, seen_version: int | None = None) -> Match:
    """Approve a proposal if both sides can be matched and have a place and an hour left; it sends nothing.

    Where the rules want both regions of a pair to approve, the first approval is recorded and the match stays proposed.
    ``seen_version`` is the version the person decided about: if it changed since, they are told and nothing else.
    """
    match = lock_match(match)
    check_seen(match.version, seen_version)
    check_may_decide(match, by=by)
    check_match_move(match.state, MatchState.APPROVED)
    rules = MatchingRules.objects.current()
    lock_people([match])
    agreed = people_who_agreed([match], on=now.date())
    both_roles = over_both_roles([Pair.of(match)], stored=[match.pk])
    check_places(match, both_roles, most=rules.most_at_once, agreed=agreed, on=now.date())
    for side in Side:
        if both_roles[match.person(side).pk].hours_clash:
            raise HoursClash(HOURS_CLASH[side])
    both = takes_both(match, rules)
    if _record_approvals(match, takes_both=both, by=by, now=now) or not both:
        match.state, match.approved_at, match.approved_by = MatchState.APPROVED, now, by
    match.version += 1
    match.save(update_fields=["state", "approved_at", "approved_by", "version"])
    acts.record(by=by, verb="approve_match", on=match, now=now, was=MatchState.PROPOSED, became=match.state)
    return match


def takes_both(match: Match, rules: MatchingRules) -> bool:
    """Whether both regions of the pair have to approve it."""
    # Who has no region is looked after by coordinators, as beside anybody else: an empty word agrees with nobody.
    return rules.both_must_approve and match.learner.region != match.sharer.region


def _record_approvals(match: Match, *, takes_both: bool, by: Member, now: datetime) -> bool:
    """Write an approval for each side ``by`` looks after, and tell whether every side has one."""
    recorded = set(match.approvals.values_list("side", flat=True))
    mine = {side for side in Side if by.looks_after(match.person(side).region)} - recorded
    if recorded and not mine and takes_both:
        if "" in (match.learner.region, match.sharer.region):
            refusal = _(
                "Your region has approved this match already. The other person has no region, and a coordinator has "
                "not approved for them yet."
            )
            raise MatchMoveNotAllowed(refusal)
        raise MatchMoveNotAllowed(_("Your region has approved this match already; the other region has not yet."))
    MatchApproval.objects.bulk_create(
        MatchApproval(match=match, side=side, region=match.person(side).region, approved_by=by, approved_at=now)
        for side in sorted(mine)
    )
    return set(Side) <= recorded | mine


@transaction.atomic
def refuse_match(
    *, match: Match, by: Member, why: ClosedWhy | str, note: str = "", now: datetime, seen_version: int | None = None
) -> Match:
    """Refuse a proposal, or an approved match that nobody was told about yet; the two people never hear of it. While
    nobody of the round was asked, a worker then computes the rest again (see ``repairing``)."""
    check_reason(why=why, note=note, allowed=WHY_REFUSED)
    match = lock_match(match)
    check_seen(match.version, seen_version)
    check_may_decide(match, by=by)
    close_match(match, becomes=MatchState.REFUSED, why=ClosedWhy(why), note=note, by=by, now=now, verb="refuse_match")
    if match.round.state == RoundState.PROPOSED:
        nudges.on_commit("matching.tasks.solve")
    return match


def approve_matches(*, matches: Iterable[Match], by: Member, now: datetime) -> ReviewOutcome:
    """Approve each that can be, in its own transaction, so that one that cannot does not stop the others."""
    outcome = ReviewOutcome()
    with nudges.gathering():
        for match in sorted(matches, key=lambda match: match.pk):
            try:
                done = approve_match(match=match, by=by, now=now)
            except MatchingError as refusal:
                outcome.not_done.append((match, str(refusal)))
            else:
                (outcome.waiting if done.state == MatchState.PROPOSED else outcome.done).append(done)
    return outcome
