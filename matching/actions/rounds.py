"""Rounds: asked for, computed outside of any lock, stored whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from matching import engine, facts, nudges
from matching.domain import (
    SOLVING_LEASE,
    ClosedWhy,
    MatchState,
    MoveNotAllowed,
    NotYours,
    RoundState,
    check_round_move,
)
from matching.engine import replay
from matching.engine.errors import ProofFailed
from matching.engine.facts import Proposal, Settings
from matching.models import Match, Round, RoundParticipant, RoundReplay
from registrations.models import Member


@transaction.atomic
def create_round(
    *, by: Member | None, now: datetime, seed: int = 0, settings: Settings | None = None, wake_a_worker: bool = True
) -> Round:
    """Ask for a round. ``by`` None is the command line, which computes it itself and so wakes no worker and leaves
    the round out of the queue; otherwise the row is the queue, and the nudge only says so."""
    if by is not None and not by.is_staff:
        raise NotYours(_("Only the working group begins rounds."))
    round_ = Round.objects.create(
        settings=asdict(settings or Settings()),
        seed=seed,
        created_by=by,
        created_at=now,
        requested_at=now if wake_a_worker else None,
    )
    acts.record(by=by, verb="create_round", on=round_, now=now, became=round_.state)
    if wake_a_worker:
        transaction.on_commit(nudges.send)
    return round_


@transaction.atomic
def cancel_round(*, round_: Round, by: Member, now: datetime) -> Round:
    """Stop a round nobody was asked from yet; its proposals free their places. A running computation is discarded."""
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if not by.is_coordinator and round_.created_by_id != by.pk:
        raise NotYours(_("Only a coordinator or whoever began a round cancels it."))
    was = round_.state
    check_round_move(was, RoundState.CANCELLED)
    # One statement for thousands of proposals; the act on the round stands for all of them.
    Match.objects.filter(round=round_, state__in=[MatchState.PROPOSED, MatchState.APPROVED]).update(
        state=MatchState.WITHDRAWN, closed_at=now, closed_by=by, closed_why=ClosedWhy.ROUND_CANCELLED
    )
    round_.state, round_.cancelled_at, round_.cancelled_by = RoundState.CANCELLED, now, by
    round_.lease_until, round_.phase, round_.preview_requested_at = None, "", None
    round_.save(update_fields=["state", "cancelled_at", "cancelled_by", "lease_until", "phase", "preview_requested_at"])
    acts.record(by=by, verb="cancel_round", on=round_, now=now, was=was, became=round_.state)
    return round_


def solve_waiting_rounds(*, now: datetime) -> int:
    """Compute the rounds in the queue, oldest first, and return how many; stop where one is being computed."""
    solved = 0
    began = perf_counter()
    while (round_ := Round.objects.waiting().first()) is not None:
        try:
            solve_round(round_=round_, now=now + timedelta(seconds=perf_counter() - began))
        except MoveNotAllowed:
            break  # another worker has it, or computes another one: that one goes on with the queue
        solved += 1
    return solved


def solve_round(*, round_: Round, now: datetime) -> Round:
    """Claim, compute, store: three short steps, no lock held while computing.

    What goes wrong ends in `failed` with its reason on the round; a round cancelled meanwhile stays cancelled.
    """
    began = perf_counter()
    round_ = _claim(round_, now=now)
    with _failing_visibly(round_, now=now):
        loaded = facts.load(now=now)
        settings = Settings(**round_.settings)
        proposal = engine.propose(loaded.facts, settings, round_.seed)
        seconds = perf_counter() - began
        _store(round_, loaded, proposal, seconds=seconds, now=now + timedelta(seconds=seconds))
    return Round.objects.get(pk=round_.pk)


def _claim(round_: Round, *, now: datetime) -> Round:
    try:
        with transaction.atomic():
            round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
            check_round_move(round_.state, RoundState.SOLVING)
            round_.state, round_.started_at, round_.lease_until = RoundState.SOLVING, now, now + SOLVING_LEASE
            round_.save(update_fields=["state", "started_at", "lease_until"])
            acts.record(by=None, verb="solve_round", on=round_, now=now, was=RoundState.DRAFT, became=round_.state)
    except IntegrityError as error:
        if "matching_one_round_is_solved_at_a_time" not in str(error):
            raise
        raise MoveNotAllowed(_("Another round is being computed; this one waits for it.")) from error
    return round_


@contextmanager
def _failing_visibly(round_: Round, *, now: datetime) -> Iterator[None]:
    """Mark the round failed if the block is left by any error; only those we did not foresee travel on."""
    finished = False
    try:
        yield
        finished = True
    except ProofFailed as error:
        finished = True
        fail_round(round_=round_, reason=_("The result did not pass its proof: %(why)s") % {"why": error}, now=now)
    except MemoryError:
        finished = True
        fail_round(round_=round_, reason=_("There was not enough memory to compute this round."), now=now)
    finally:
        if not finished:
            kind = getattr(sys.exc_info()[0], "__name__", "")
            fail_round(
                round_=round_,
                reason=_("The computation stopped with an unexpected error (%(kind)s).") % {"kind": kind},
                now=now,
            )


@transaction.atomic
def fail_round(*, round_: Round, reason: str, now: datetime) -> None:
    """Mark a round that is being computed as failed; one that is not any more stays as it is."""
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if round_.state != RoundState.SOLVING:
        return
    round_.state, round_.failure, round_.finished_at = RoundState.FAILED, reason, now
    round_.lease_until, round_.phase = None, ""
    round_.save(update_fields=["state", "failure", "finished_at", "lease_until", "phase"])
    acts.record(by=None, verb="fail_round", on=round_, now=now, was=RoundState.SOLVING, became=round_.state)


@transaction.atomic
def _store(round_: Round, loaded: facts.Loaded, proposal: Proposal, *, seconds: float, now: datetime) -> None:
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if round_.state != RoundState.SOLVING:
        return  # cancelled, or given up by the sweep: nothing of it is kept
    who = loaded.registrations
    Match.objects.bulk_create(
        (
            Match(
                round=round_,
                learner_id=who[pair.learner],
                sharer_id=who[pair.sharer],
                skill_id=pair.skill,
                score=pair.score,
                reasons=_reasons(pair, loaded),
                proposed_at=now,
            )
            for pair in proposal.pairs
        ),
        batch_size=2000,
    )
    RoundReplay.objects.create(
        round=round_,
        data=replay.pack(proposal.instance, proposal.result),
        value=dict(proposal.result.value),
        read_at=round_.started_at,
        stored_at=now,
        asked_by=round_.created_by,
    )
    RoundParticipant.objects.bulk_create(
        (
            RoundParticipant(
                round=round_, number=number, registration_id=key, left_out=proposal.left_out.get(number, "")
            )
            for number, key in enumerate(who)
        ),
        batch_size=5000,
    )
    round_.state, round_.finished_at, round_.lease_until = RoundState.PROPOSED, now, None
    round_.value, round_.is_proven = dict(proposal.result.value), True
    round_.statistics = {**proposal.counts, "seconds": round(seconds, 3)}
    round_.save(update_fields=["state", "finished_at", "lease_until", "value", "is_proven", "statistics"])
    acts.record(by=None, verb="propose_round", on=round_, now=now, was=RoundState.SOLVING, became=round_.state)


def _reasons(pair: Any, loaded: facts.Loaded) -> dict[str, Any]:
    """What the proposal was chosen for, as JSON; who the two are is in the match's own columns."""
    kept = asdict(pair)
    for column in ("learner", "sharer", "skill", "score"):
        del kept[column]
    return {**kept, "from": loaded.start.isoformat()}
