"""Pairs put together by hand: before a round is computed, beside its proposals, or in the place of one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from matching import engine, facts
from matching.actions.computing import reasons_of
from matching.actions.drafts import settings_of
from matching.actions.locking import close_match, lock_match
from matching.actions.reviews import Outcome, check_may_decide
from matching.domain import (
    WHY_NOT_A_PAIR,
    CannotPair,
    ClosedWhy,
    MatchingError,
    MatchState,
    MoveNotAllowed,
    ReasonMissing,
    RoundState,
    check_seen,
)
from matching.engine.errors import FixedPairsBreakRules
from matching.engine.facts import ProposedPair
from matching.models import Match, Round
from registrations.models import Member, Registration, Skill

_OPEN = (RoundState.DRAFT, RoundState.PROPOSED, RoundState.PUBLISHED)


@dataclass(frozen=True)
class Swap:
    """A proposal, and whom its learner shall learn from instead; the skill stays unless another one is named."""

    match: Match
    sharer: Registration
    skill: Skill | None = None
    seen: int | None = None


def make_match_by_hand(
    *, round_: Round, learner: Registration, sharer: Registration, skill: Skill, why: str, by: Member, now: datetime
) -> Match:
    """Put two people together in a round: the solver leaves them so, and somebody approves them as any proposal.

    The hard rules hold for them as for anybody. Not for a learner who has a proposal in this round: swap that one.
    """
    if not why.strip():
        raise ReasonMissing(_("Say the reason in a few words."))
    with transaction.atomic():
        round_ = _lock_round(round_)
        return _make(round_, learner, sharer, skill.heir, why=why, by=by, now=now)


@transaction.atomic
def unmake_match_by_hand(*, match: Match, by: Member, now: datetime) -> Match:
    """Take a pair made by hand out of a draft again. Nobody judged it, so the two are not kept apart."""
    round_ = _lock_round(match.round)
    match = lock_match(match)
    check_may_decide(match, by=by)
    if round_.state != RoundState.DRAFT or not match.made_by_hand:
        raise MoveNotAllowed(_("Only a pair put together by hand is taken out of a draft; refuse or swap any other."))
    close_match(
        match,
        becomes=MatchState.WITHDRAWN,
        why=ClosedWhy.LEFT_UNDECIDED,
        note="",
        by=by,
        now=now,
        verb="unmake_match_by_hand",
    )
    return match


def swap_match(
    *,
    match: Match,
    sharer: Registration,
    skill: Skill | None = None,
    why: str = "",
    by: Member,
    now: datetime,
    seen: int | None = None,
) -> Match:
    """Put another sharer in the place of a proposal's, and return the new proposal. The old pair is not kept apart:
    nobody judged it. What both sharers' places mean for the others is for a repair to work out."""
    with transaction.atomic():
        round_ = _lock_round(match.round)
        match = lock_match(match)
        check_seen(match.version, seen)
        check_may_decide(match, by=by)
        close_match(
            match, becomes=MatchState.WITHDRAWN, why=ClosedWhy.SWAPPED, note=why, by=by, now=now, verb="swap_match"
        )
        return _make(round_, match.learner, sharer, (skill or match.skill).heir, why=why, by=by, now=now)


def swap_matches(*, swaps: Iterable[Swap], why: str = "", by: Member, now: datetime) -> Outcome:
    """Swap each that can be, in its own transaction."""
    outcome = Outcome()
    for swap in sorted(swaps, key=lambda swap: swap.match.pk):
        try:
            done = swap_match(
                match=swap.match, sharer=swap.sharer, skill=swap.skill, why=why, by=by, now=now, seen=swap.seen
            )
        except MatchingError as refusal:
            outcome.not_done.append((swap.match, str(refusal)))
        else:
            outcome.done.append(done)
    return outcome


def _lock_round(round_: Round) -> Round:
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if round_.state not in _OPEN:
        raise MoveNotAllowed(_("Nothing can be changed in this round."))
    return round_


def _make(
    round_: Round, learner: Registration, sharer: Registration, skill: Skill, *, why: str, by: Member, now: datetime
) -> Match:
    pair, loaded = pair_up(round_, learner, sharer, skill, now=now)
    match = Match(
        round=round_,
        learner=learner,
        sharer=sharer,
        skill=skill,
        score=pair.score,
        reasons=reasons_of(pair, loaded),
        proposed_at=now,
        made_by_hand=True,
        made_by=by,
        made_why=why.strip(),
    )
    check_may_decide(match, by=by)
    try:
        with transaction.atomic():
            match.save()
    except IntegrityError as error:
        if "matching_one_live" not in str(error):
            raise
        raise CannotPair(_("The learner has a proposal in this round, or the two are matched already.")) from error
    acts.record(by=by, verb="make_match_by_hand", on=match, now=now, became=match.state, reason=why.strip())
    return match


def pair_up(
    round_: Round, learner: Registration, sharer: Registration, skill: Skill, *, now: datetime
) -> tuple[ProposedPair, facts.Loaded]:
    """Weigh one pair as the round would, by the facts of this moment; raise CannotPair with every hard rule it breaks.
    The round's own undecided matches take no place here: approving counts them."""
    if learner.pk == sharer.pk:
        raise CannotPair(_("Choose two different people."))
    loaded = facts.load(now=now, round_=round_, only=(learner.pk, sharer.pk))
    if len(loaded.registrations) < 2:
        raise CannotPair(WHY_NOT_A_PAIR["not_taking_part"])
    one, other = (loaded.registrations.index(person.pk) for person in (learner, sharer))
    known = replace(loaded.facts, fixed=np.array([[one, other, skill.pk]], dtype=np.int64))
    try:
        proposal = engine.propose(known, settings_of(round_), round_.seed)
    except FixedPairsBreakRules as refusal:
        raise CannotPair(" ".join(str(WHY_NOT_A_PAIR[code]) for code in refusal.broken[0][3])) from refusal
    return next(pair for pair in proposal.pairs if (pair.learner, pair.sharer) == (one, other)), loaded
