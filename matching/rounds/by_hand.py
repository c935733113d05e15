"""Pairs put together by hand: before a round is computed, beside its proposals, or in the place of one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.lines import has_something_to_see
from matching import engine
from matching.domain.matches import (
    DECIDABLE,
    WHY_NOT_A_PAIR,
    CannotPair,
    ClosedWhy,
    MatchingError,
    MatchMoveNotAllowed,
    MatchState,
    ReasonMissing,
    RoundState,
    check_seen,
)
from matching.engine.facts import ProposedPair
from matching.engine.network import rows_of
from matching.engine.reading import NumberedFacts, read
from matching.engine.rules import forbidding
from matching.inputs import loading
from matching.locking import lock_match
from matching.matches.closing import close_match
from matching.models import Match, Round
from matching.rounds.computing import reasons_of
from matching.rounds.drafts import settings_of
from matching.rounds.reviews import check_may_decide
from matching.words import reasons
from registrations.models import Member, Registration, Skill

_OPEN = (RoundState.DRAFT, *DECIDABLE)


@dataclass(frozen=True)
class Swap:
    """A proposal, and whom its learner shall learn from instead; the skill stays unless another one is named."""

    match: Match
    sharer: Registration
    skill: Skill | None = None


def make_match_by_hand(
    *, round_: Round, learner: Registration, sharer: Registration, skill: Skill, why: str, by: Member, now: datetime
) -> Match:
    """Put two people together in a round: the solver leaves them so, and somebody approves them as any proposal.

    The hard rules hold for them as for anybody. Not for a learner who has a proposal in this round: swap that one.
    """
    if not has_something_to_see(why):
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
        raise MatchMoveNotAllowed(
            _("Only a pair put together by hand is taken out of a draft; refuse or swap any other.")
        )
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
    seen_version: int | None = None,
) -> Match:
    """Put another sharer in the place of a proposal's, and return the new proposal. The old pair is not kept apart:
    nobody judged it. What both sharers' places mean for the others is for a repair to work out."""
    with transaction.atomic():
        round_ = _lock_round(match.round)
        match = lock_match(match)
        check_seen(match.version, seen_version)
        check_may_decide(match, by=by)
        close_match(
            match, becomes=MatchState.WITHDRAWN, why=ClosedWhy.SWAPPED, note=why, by=by, now=now, verb="swap_match"
        )
        return _make(round_, match.learner, sharer, (skill or match.skill).heir, why=why, by=by, now=now)


def _lock_round(round_: Round) -> Round:
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if round_.state not in _OPEN:
        raise MatchMoveNotAllowed(_("Nothing can be changed in this round."))
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
) -> tuple[ProposedPair, loading.NumberedRound]:
    """Weigh one pair as the round would, by the facts of this moment; raise CannotPair with every hard rule it breaks.
    The round's own undecided matches take no place here: approving counts them."""
    loaded = loading.load(now=now, round_=round_, only=(learner.pk, sharer.pk))
    _check_pair(loaded, read(loaded.facts, settings_of(round_)), learner, sharer, skill)
    learner_number, sharer_number = (loaded.registrations.index(person.pk) for person in (learner, sharer))
    with_this_pair = replace(loaded.facts, fixed=np.array([[learner_number, sharer_number, skill.pk]], dtype=np.int64))
    proposal = engine.propose(with_this_pair, settings_of(round_), round_.seed)
    numbers = (learner_number, sharer_number)
    return next(pair for pair in proposal.pairs if (pair.learner, pair.sharer) == numbers), loaded


def _check_pair(
    loaded: loading.NumberedRound, numbered: NumberedFacts, learner: Registration, sharer: Registration, skill: Skill
) -> None:
    """Raise CannotPair with every hard rule these two break, as those facts have it."""
    if learner.pk == sharer.pk:
        raise CannotPair(_("Choose two different people."))
    if not {learner.pk, sharer.pk} <= set(loaded.registrations):
        raise CannotPair(WHY_NOT_A_PAIR["not_taking_part"])
    learner_number, sharer_number = (loaded.registrations.index(person.pk) for person in (learner, sharer))
    skill_number = rows_of(np.array([skill.pk], dtype=np.int64), numbered.skill_ids).tolist()[0]
    if codes := forbidding(numbered, learner_number, sharer_number, skill_number):
        raise CannotPair(" ".join(reasons.why_not_a_pair(codes, learner, sharer)))


def swaps_that_can_be(swaps: Iterable[Swap], *, by: Member | None, now: datetime) -> list[Swap]:
    """Return those of these swaps that would be accepted now: what is offered is decided by what accepts it. ``by``
    None asks whether anybody could make them.

    Facts are read once for each round, however many swaps there are.
    """
    by_round: dict[Round, list[Swap]] = {}
    for swap in swaps:
        by_round.setdefault(swap.match.round, []).append(swap)
    return [
        swap
        for round_, swaps_of_round in by_round.items()
        for swap in _accepted(round_, swaps_of_round, by=by, now=now)
    ]


def _accepted(round_: Round, swaps: list[Swap], *, by: Member | None, now: datetime) -> Iterator[Swap]:
    """Those of the swaps of one round that would be accepted now."""
    if round_.state not in _OPEN:
        return
    people = {key for swap in swaps for key in (swap.match.learner_id, swap.sharer.pk)}
    loaded = loading.load(now=now, round_=round_, only=people)
    numbered = read(loaded.facts, settings_of(round_))
    for swap in swaps:
        skill = (swap.skill or swap.match.skill).heir
        new_match = Match(round=round_, learner=swap.match.learner, sharer=swap.sharer, skill=skill)
        try:
            if by is not None:
                check_may_decide(swap.match, by=by)
                check_may_decide(new_match, by=by)
            _check_pair(loaded, numbered, swap.match.learner, swap.sharer, skill)
        except MatchingError:
            continue
        yield swap
