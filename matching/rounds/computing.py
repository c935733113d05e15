"""Computing a round: outside of any lock, phase by phase, stored whole or not at all."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.clocks import running_from
from letsconnect.base.copying import copy_in
from matching import engine
from matching.domain.matches import NO_ROOM, MatchMoveNotAllowed, RoundPhase, RoundState, check_round_move
from matching.engine import replay, stored_facts
from matching.engine.errors import BrokenPair, FixedPairsBreakRules, ProofFailed
from matching.engine.facts import Facts, Proposal, ProposedPair
from matching.engine.settings import Settings
from matching.inputs import loading
from matching.models import Match, Round, RoundFacts, RoundParticipant, RoundReplay
from matching.rounds.drafts import settings_of
from matching.rounds.leases import Lease, Stopped, take_lease
from registrations.models import Member

logger = logging.getLogger(__name__)
MOST_WAITED = 32_767  # what the column holds


class ParticipantRow(NamedTuple):
    """One of a round's people as they are stored; each is named as its column of ``RoundParticipant``."""

    number: int
    registration_id: int
    is_learner: bool
    left_out: str  # why they got nothing; "" for who did, or wished nothing
    waited: int  # rounds
    advice: list[dict[str, Any]]


class NewMatchRow(NamedTuple):
    """One new proposal as it is stored; each is named as its column of ``Match``."""

    round_id: int
    learner_id: int
    sharer_id: int
    skill_id: int
    score: int
    reasons: dict[str, Any]
    proposed_at: datetime


@dataclass(frozen=True, eq=False)
class Computed:
    """The engine's result, and the facts it was computed from."""

    loaded: loading.NumberedRound
    proposal: Proposal
    broken: list[BrokenPair]  # pairs that were to stay all the same: they do, and the engine went around them
    on: date

    @cached_property
    def left_out(self) -> dict[int, str]:
        """Why each learner got nothing, by number. The engine only sees that somebody has no place to learn; the
        reason is what they said themselves, or what became of them."""
        by_engine = self.proposal.left_out
        without = [self.loaded.registrations[number] for number, why in by_engine.items() if why == "learning_enough"]
        codes = loading.why_no_room(without, on=self.on) if without else {}
        paired = {pair.learner for pair in self.broken}
        return {
            number: why
            if why != "learning_enough"
            else codes.get(self.loaded.registrations[number], "pair_broken" if number in paired else why)
            for number, why in by_engine.items()
        }


def solve_waiting_rounds(*, now: datetime) -> int:
    """Compute the rounds in the queue, oldest first, and return how many; stop where one is being computed."""
    solved, clock = 0, running_from(now)
    while (round_ := Round.objects.waiting().first()) is not None:
        try:
            solve_round(round_=round_, now=clock())
        except MatchMoveNotAllowed:
            break  # another worker has it, or computes another one: that one goes on with the queue
        solved += 1
    return solved


def solve_round(*, round_: Round, now: datetime) -> Round:
    """Compute a draft and store its proposals; whatever goes wrong is written on the round."""
    lease = _claim(round_, now=now)
    with _failing_visibly(round_, now=now):
        computed = compute(round_, lease)
        lease.enter(RoundPhase.STORING)
        _store(computed, lease)
    return Round.objects.get(pk=round_.pk)


def compute(round_: Round, lease: Lease) -> Computed:
    """Read a round's facts and ask the engine."""
    round_ = Round.objects.get(pk=round_.pk)
    loaded = loading.load(now=lease.now, round_=round_)
    proposal, broken = ask_the_engine(loaded.facts, settings_of(round_), round_.seed, lease)
    return Computed(loaded, proposal, broken, lease.now.date())


def ask_the_engine(facts: Facts, settings: Settings, seed: int, lease: Lease) -> tuple[Proposal, list[BrokenPair]]:
    """Return the best round; a pair that was to stay but breaks a hard rule by now gives its people up to nobody."""
    broken: list[BrokenPair] = []
    while True:
        try:
            return engine.propose(facts, settings, seed, lambda phase: lease.enter(RoundPhase(phase))), broken
        except FixedPairsBreakRules as refusal:
            broken += refusal.broken
            facts = loading.around(facts, refusal.broken)


def _claim(round_: Round, *, now: datetime) -> Lease:
    """Mark a draft as being computed and take the lease."""
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
        check_round_move(round_.state, RoundState.SOLVING)
        lease = take_lease(round_, now=now, state=RoundState.SOLVING, started_at=now, preview_requested_at=None)
        acts.record(by=None, verb="solve_round", on=round_, now=now, was=RoundState.DRAFT, became=round_.state)
    return lease


@contextmanager
def _failing_visibly(round_: Round, *, now: datetime) -> Iterator[None]:
    """Mark the round failed if the block is left by any error; only those we did not foresee travel on."""
    try:
        yield
    except Stopped:
        return
    except ProofFailed as error:
        fail_round(round_=round_, reason=_("The result did not pass its proof: %(why)s") % {"why": error}, now=now)
    except MemoryError:
        fail_round(round_=round_, reason=_("There was not enough memory to compute this round."), now=now)
    except BaseException as error:  # Ctrl-C and the end of a worker too: nobody waits until the lease runs out
        logger.exception("round %s could not be computed", round_.pk)
        words = {"kind": type(error).__name__}
        reason = _("The computation stopped with an unexpected error (%(kind)s).") % words
        fail_round(round_=round_, reason=reason, now=now)
        raise


@transaction.atomic
def fail_round(*, round_: Round, reason: str, now: datetime) -> None:
    """Mark a round that is being computed as failed; a preview or a repair given up leaves the round as it was."""
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    round_.lease_until, round_.phase = None, ""
    if round_.state != RoundState.SOLVING:
        round_.preview_requested_at = round_.repair_requested_at = None
        round_.save(update_fields=["lease_until", "phase", "preview_requested_at", "repair_requested_at"])
        return
    round_.state, round_.failure, round_.finished_at = RoundState.FAILED, reason, now
    round_.save(update_fields=["state", "failure", "finished_at", "lease_until", "phase"])
    acts.record(by=None, verb="fail_round", on=round_, now=now, was=RoundState.SOLVING, became=round_.state)


@transaction.atomic
def _store(computed: Computed, lease: Lease) -> None:
    """Store everything a computed round keeps, and mark it as proposed."""
    round_ = lease.lock()
    loaded, proposal, now = computed.loaded, computed.proposal, lease.now
    by_hand = {(match.learner_id, match.sharer_id): match for match in round_.matches.undecided()}
    write_matches(round_, proposal.pairs, loaded, by_hand=by_hand, now=now)
    write_participants(round_, computed)
    RoundFacts.objects.create(
        round=round_, data=stored_facts.pack_facts(loaded.facts, settings_of(round_)), stored_at=now
    )
    write_replay(round_, proposal, number=1, read_at=round_.started_at or now, asked_by=round_.created_by, now=now)
    round_.state, round_.finished_at = RoundState.PROPOSED, now
    round_.lease_until, round_.phase, round_.preview, round_.preview_before = None, "", None, None
    round_.value, round_.is_proven = dict(proposal.result.value), True
    round_.statistics = statistics_of(computed, seconds=lease.seconds)
    round_.save(
        update_fields=[
            "state",
            "finished_at",
            "lease_until",
            "phase",
            "preview",
            "preview_before",
            "value",
            "is_proven",
            "statistics",
        ]
    )
    acts.record(by=None, verb="propose_round", on=round_, now=now, was=RoundState.SOLVING, became=round_.state)


def write_matches(
    round_: Round,
    pairs: tuple[ProposedPair, ...] | list[ProposedPair],
    loaded: loading.NumberedRound,
    *,
    by_hand: dict[tuple[int, int], Match],
    now: datetime,
) -> None:
    """Store proposals; a pair made by hand is there already, and gets its score and reasons as of this moment."""
    registrations = loaded.registrations
    new, made_by_hand = [], []
    for pair in pairs:
        learner, sharer = registrations[pair.learner], registrations[pair.sharer]
        match = by_hand.get((learner, sharer))
        if match is None:
            new.append(
                NewMatchRow(
                    round_id=round_.pk,
                    learner_id=learner,
                    sharer_id=sharer,
                    skill_id=pair.skill,
                    score=pair.score,
                    reasons=reasons_of(pair, loaded),
                    proposed_at=now,
                )
            )
        else:
            match.score, match.reasons = pair.score, reasons_of(pair, loaded)
            made_by_hand.append(match)
    copy_in(Match, NewMatchRow._fields, new)
    Match.objects.bulk_update(made_by_hand, ["score", "reasons"], batch_size=500)


def reasons_of(pair: ProposedPair, loaded: loading.NumberedRound) -> dict[str, Any]:
    """What the proposal was chosen for, as JSON; who the two are is in the match's own columns."""
    # Spelt out: `dataclasses.asdict` took a quarter of a large round.
    return {
        "reasons": [
            {"criterion": part.criterion, "value": part.value, "weight": part.weight, "points": part.points}
            for part in pair.reasons
        ],
        "languages": list(pair.languages),
        "minutes_a_week": list(pair.minutes_a_week),
        "hours": [list(stretch) for stretch in pair.hours],
        "from": loaded.start.isoformat(),
    }


def write_participants(round_: Round, computed: Computed) -> None:
    """Store whose number each is, and what the round means for them; those of a preview before it make way."""
    round_.participants.all().delete()
    columns = ("round_id", *ParticipantRow._fields)
    copy_in(RoundParticipant, columns, ((round_.pk, *row) for row in participants(computed)))


def participants(computed: Computed) -> Iterator[ParticipantRow]:
    """Everybody of a round, by number."""
    proposal, loaded = computed.proposal, computed.loaded
    waited, learners = np.asarray(loaded.facts.people.waited).tolist(), loaded.learners
    left_out = computed.left_out
    for number, key in enumerate(loaded.registrations):
        why, advice = left_out.get(number, ""), proposal.advice.get(number, [])
        yield ParticipantRow(number, key, number in learners, why, min(waited[number], MOST_WAITED), advice)


def write_replay(
    round_: Round, proposal: Proposal, *, number: int, read_at: datetime, asked_by: Member | None, now: datetime
) -> None:
    """Store what it takes to solve and prove this solve again."""
    RoundReplay.objects.create(
        round=round_,
        number=number,
        data=replay.pack(proposal.instance, proposal.result),
        value=dict(proposal.result.value),
        read_at=read_at,
        stored_at=now,
        asked_by=asked_by,
    )


def statistics_of(computed: Computed, *, seconds: float) -> dict[str, Any]:
    """The figures of a round, as JSON."""
    counts = {code: count for code, count in computed.proposal.counts.items() if code not in NO_ROOM}
    why = Counter(code for code in computed.left_out.values() if code in NO_ROOM)
    return {
        **counts,
        **dict.fromkeys(NO_ROOM, 0),
        **why,
        **computed.proposal.statistics,
        "by_hand_against_rules": computed.broken,
        "weeks_from": computed.loaded.start.isoformat(),
        "seconds": round(seconds, 3),
    }
