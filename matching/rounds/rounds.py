"""Ask for a round, cancel it, and let go of what was left undecided in it."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from matching.domain.matches import (
    ClosedWhy,
    MatchMoveNotAllowed,
    MatchState,
    NotYourMatch,
    RoundState,
    check_round_move,
)
from matching.engine.settings import Settings
from matching.inputs.scope import Scope
from matching.models import Match, MatchQuerySet, Round
from matching.rounds.drafts import under_the_rules
from registrations.models import Member


@transaction.atomic
def create_round(
    *, by: Member | None, now: datetime, seed: int = 0, settings: Settings | None = None, wake_a_worker: bool = True
) -> Round:
    """Ask for a round. ``by`` None is the command line, which computes it itself and so wakes no worker and leaves
    the round out of the queue; otherwise the row is the queue, and the nudge only says so."""
    if by is not None and not by.is_staff:
        raise NotYourMatch(_("Only the working group begins rounds."))
    round_ = Round.objects.create(
        settings=asdict(settings or under_the_rules(Settings())),
        scope=Scope().as_json(),
        seed=seed,
        created_by=by,
        created_at=now,
        requested_at=now if wake_a_worker else None,
    )
    acts.record(by=by, verb="create_round", on=round_, now=now, became=round_.state)
    if wake_a_worker:
        nudges.on_commit("matching.tasks.solve")
    return round_


@transaction.atomic
def cancel_round(*, round_: Round, by: Member, now: datetime) -> Round:
    """Stop a round nobody was asked from yet; its proposals free their places. A running computation is discarded."""
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if not round_.can_be_steered_by(by):
        raise NotYourMatch(_("Only a coordinator or whoever began a round cancels it."))
    was = round_.state
    check_round_move(was, RoundState.CANCELLED)
    withdraw_undecided(Match.objects.filter(round=round_).undecided(), why=ClosedWhy.ROUND_CANCELLED, by=by, now=now)
    round_.state, round_.cancelled_at, round_.cancelled_by = RoundState.CANCELLED, now, by
    round_.lease_until, round_.phase, round_.preview_requested_at = None, "", None
    round_.save(update_fields=["state", "cancelled_at", "cancelled_by", "lease_until", "phase", "preview_requested_at"])
    acts.record(by=by, verb="cancel_round", on=round_, now=now, was=was, became=round_.state)
    return round_


@transaction.atomic
def release_undecided(*, round_: Round, by: Member, now: datetime) -> int:
    """Let go of the proposals of a computed round that nobody decided, so that their places are free for the next
    round; what is approved stays. Return how many.

    Where nothing of the round is approved either, this ends it: it counts as published, and who got nothing has news.
    """
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if not round_.can_be_steered_by(by):
        raise NotYourMatch(_("Only a coordinator or whoever began a round lets go of what is undecided in it."))
    if not round_.is_decidable:
        raise MatchMoveNotAllowed(_("There is nothing to decide in this round."))
    released = withdraw_undecided(
        Match.objects.filter(round=round_).to_decide(), why=ClosedWhy.LEFT_UNDECIDED, by=by, now=now
    )
    if released:
        acts.record(by=by, verb="release_undecided", on=round_, now=now, was=round_.state, became=round_.state)
    if round_.state == RoundState.PROPOSED and not Match.objects.filter(round=round_).undecided().exists():
        mark_published(round_, by=by, now=now)
    return released


def mark_published(round_: Round, *, by: Member, now: datetime) -> None:
    """Say of a locked round that its outcome is told from now on."""
    round_.state, round_.published_at, round_.published_by = RoundState.PUBLISHED, now, by
    round_.save(update_fields=["state", "published_at", "published_by"])
    acts.record(by=by, verb="publish_round", on=round_, now=now, was=RoundState.PROPOSED, became=RoundState.PUBLISHED)


def withdraw_undecided(matches: MatchQuerySet, *, why: ClosedWhy, by: Member, now: datetime) -> int:
    """Withdraw matches nobody was told about, thousands in one statement: the act on the round stands for all."""
    ids = list(matches.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    return Match.objects.filter(pk__in=ids).update(
        state=MatchState.WITHDRAWN, closed_at=now, closed_by=by, closed_why=why, version=F("version") + 1
    )
