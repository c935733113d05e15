"""Repair a round: after a refusal, choose the rest of it again from the facts it was computed from.

What is approved or made by hand stays; proposals stay where that serves as many people, as fairly. Who has left, who is
kept apart by now and whose places others have taken are taken out. While nobody of a round was asked, a worker repairs
it by itself after each refusal, swap or pair made by hand; once somebody was, a button does.
"""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from letsconnect.base.clocks import running_from
from matching.domain.matches import ClosedWhy, MatchMoveNotAllowed, NotYourMatch, RoundPhase, TooOld
from matching.engine import stored_facts
from matching.engine.facts import ProposedPair
from matching.inputs import loading
from matching.models import Match, Round, RoundFacts, RoundParticipant
from matching.models.matches import rounds_to_repair
from matching.rounds.computing import (
    Computed,
    ask_the_engine,
    participants,
    statistics_of,
    write_matches,
    write_replay,
)
from matching.rounds.drafts import settings_of
from matching.rounds.leases import Lease, Stopped, take_lease
from matching.rounds.previewing import is_large
from matching.rounds.rounds import withdraw_undecided
from registrations.models import Member

logger = logging.getLogger(__name__)
ATTEMPTS = 5
LearnerAndSharer = tuple[int, int]  # registrations of learner and sharer


@dataclass
class Repaired:
    """What a repair changed; ``is_waiting`` says that a worker does it."""

    round: Round
    added: list[Match] = field(default_factory=list)
    withdrawn: list[Match] = field(default_factory=list)
    is_waiting: bool = False


class _Overtaken(Exception):
    """Somebody decided otherwise while the rest was computed; computing again will heed it."""


@dataclass(frozen=True, eq=False)
class _Plan:
    """What the rest of a round should be, and what it was decided from."""

    computed: Computed
    read_at: datetime
    requested_at: datetime | None  # when the repair was asked for, as the plan was made
    undecided: set[LearnerAndSharer]  # whose match was proposed, approved or made by hand when the plan was made
    fixed: set[int]  # the matches that stay


def repair_round(*, round_: Round, by: Member, now: datetime) -> Repaired:
    """Choose the rest of a round again; with many people a worker does it, and the round shows the phases."""
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
        if not by.is_staff:
            raise NotYourMatch(_("Only the working group computes rounds again."))
        if not round_.is_decidable:
            raise MatchMoveNotAllowed(_("There is nothing to decide in this round."))
        if not RoundFacts.objects.filter(round=round_).exists():
            raise TooOld(_("The facts of this round are deleted by now. Begin a new round for those who are left."))
        round_.repair_requested_at, round_.repair_requested_by, round_.failure = now, by, ""
        round_.save(update_fields=["repair_requested_at", "repair_requested_by", "failure"])
        if is_large(now=now):
            nudges.on_commit("matching.tasks.solve")
            return Repaired(round_, is_waiting=True)
    try:
        return compute_repair(round_=round_, by=by, now=now)
    except MatchMoveNotAllowed:  # it, or another one, is being computed: this waits for its turn
        nudges.on_commit("matching.tasks.solve")
        return Repaired(round_, is_waiting=True)


def repair_waiting_rounds(*, now: datetime) -> int:
    """Repair the rounds in which somebody was refused, or for which somebody asked; return how many."""
    done, clock = 0, running_from(now)
    for round_ in rounds_to_repair().select_related("repair_requested_by"):
        try:
            compute_repair(
                round_=round_,
                by=round_.repair_requested_by or _last_to_decide(round_),
                now=clock(),
            )
        except MatchMoveNotAllowed:
            break
        done += 1
    return done


def _last_to_decide(round_: Round) -> Member:
    last = round_.matches.asks_for_repair().order_by("-closed_at", "-pk").first()
    if last is None:
        raise MatchMoveNotAllowed(_("There is nothing to decide in this round."))
    who = last.made_by if last.closed_by is None else last.closed_by
    if who is None:
        raise MatchMoveNotAllowed(_("There is nothing to decide in this round."))
    return who


def compute_repair(*, round_: Round, by: Member, now: datetime) -> Repaired:
    """Plan outside of any lock, store under the locks; plan again when somebody decided otherwise meanwhile."""
    lease = _claim(round_, now=now)
    try:
        repaired = _plan_and_store(round_, lease, by=by)
    except Stopped:
        repaired = Repaired(Round.objects.get(pk=round_.pk))
    except BaseException:  # Ctrl-C and the end of a worker too: the page says at once that there is no result
        logger.exception("the rest of round %s could not be computed again", round_.pk)
        Round.objects.filter(pk=round_.pk).update(
            failure=_("The rest of this round could not be computed again."), repair_requested_at=None
        )
        raise
    finally:
        lease.release()
    if repaired is None:
        raise MatchMoveNotAllowed(_("Others decide about this round at this moment. Try again."))
    return repaired


def _plan_and_store(round_: Round, lease: Lease, *, by: Member) -> Repaired | None:
    """Try a few times to store a plan before somebody decides against it; None when they were always quicker."""
    for _attempt in range(ATTEMPTS):
        plan = _plan(round_, lease)
        lease.enter(RoundPhase.STORING)
        try:
            return _store(plan, lease, by=by)
        except _Overtaken:
            continue
    return None


def _claim(round_: Round, *, now: datetime) -> Lease:
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
        if not round_.is_decidable:
            raise MatchMoveNotAllowed(_("There is nothing to decide in this round."))
        return take_lease(round_, now=now)


def _plan(round_: Round, lease: Lease) -> _Plan:
    read_at, round_ = lease.now, Round.objects.get(pk=round_.pk)
    stored = RoundFacts.objects.get(round=round_)
    facts, _settings = stored_facts.unpack_facts(bytes(stored.data))
    numbers = dict(round_.participants.values_list("registration_id", "number"))
    undecided = list(round_.matches.undecided().values_list("pk", "learner_id", "sharer_id"))
    fixed = set(round_.matches.fixed().values_list("pk", flat=True))
    registrations = [0] * len(facts.people.id)
    for registration, number in numbers.items():
        registrations[number] = registration
    start = date.fromisoformat(round_.statistics["weeks_from"])
    facts = loading.as_of_now(facts, numbers, now=read_at, round_=round_)
    facts = loading.with_clocks(facts, registrations, start=start, round_=round_)
    proposal, broken = ask_the_engine(facts, settings_of(round_).for_repair(), round_.seed, lease)
    loaded = loading.NumberedRound(facts, registrations, start)
    pairs = {(learner, sharer) for _pk, learner, sharer in undecided}
    return _Plan(Computed(loaded, proposal, broken, read_at.date()), read_at, round_.repair_requested_at, pairs, fixed)


@transaction.atomic
def _store(plan: _Plan, lease: Lease, *, by: Member) -> Repaired:
    round_ = lease.lock()
    computed, now = plan.computed, lease.now
    registrations = computed.loaded.registrations
    wanted = {(registrations[pair.learner], registrations[pair.sharer]): pair for pair in computed.proposal.pairs}
    current = list(round_.matches.undecided().select_for_update(no_key=True, of=("self",)).order_by("pk"))
    stay, go = _sort(current, set(wanted), plan)
    live = {(match.learner_id, match.sharer_id) for match in current}
    refused_meanwhile = plan.undecided - live
    new = {pair: wanted[pair] for pair in wanted if pair not in live and pair not in refused_meanwhile}
    if {learner for learner, _sharer in new} & {match.learner_id for match in stay}:
        raise _Overtaken
    withdraw_undecided(Match.objects.filter(pk__in=[match.pk for match in go]), why=ClosedWhy.REPLACED, by=by, now=now)
    added = _add(round_, new, computed, now=now)
    _update_participants(round_, computed)
    _finish(round_, plan, again=bool(refused_meanwhile & set(wanted)), by=by, now=now, seconds=lease.seconds)
    acts.record(by=by, verb="repair_round", on=round_, now=now, was=round_.state, became=round_.state)
    return Repaired(round_, added=added, withdrawn=go)


def _sort(current: list[Match], wanted: set[LearnerAndSharer], plan: _Plan) -> tuple[list[Match], list[Match]]:
    """Return the matches that stay and those that give way; a decision made meanwhile against the plan stops it."""
    stay, go = [], []
    for match in current:
        if (match.learner_id, match.sharer_id) in wanted or match.pk in plan.fixed:
            stay.append(match)
        elif match.is_fixed or (match.learner_id, match.sharer_id) not in plan.undecided:
            raise _Overtaken
        else:
            go.append(match)
    return stay, go


def _add(round_: Round, new: dict[LearnerAndSharer, ProposedPair], computed: Computed, *, now: datetime) -> list[Match]:
    write_matches(round_, list(new.values()), computed.loaded, by_hand={}, now=now)
    learners = [learner for learner, _sharer in new]
    return list(round_.matches.to_decide().filter(learner__in=learners).order_by("pk")) if new else []


def _update_participants(round_: Round, computed: Computed) -> None:
    """Write what changed for those who got nothing, or something at last."""
    stored = {participant.number: participant for participant in round_.participants.all()}
    changed = []
    for row in participants(computed):
        participant = stored.get(row.number)
        if participant is not None and (participant.left_out, participant.advice) != (row.left_out, row.advice):
            participant.left_out, participant.advice = row.left_out, row.advice
            changed.append(participant)
    RoundParticipant.objects.bulk_update(changed, ["left_out", "advice"], batch_size=1000)


def _finish(round_: Round, plan: _Plan, *, again: bool, by: Member, now: datetime, seconds: float) -> None:
    last = round_.replays.aggregate(last=Max("number"))["last"] or 0
    proposal = plan.computed.proposal
    write_replay(round_, proposal, number=last + 1, read_at=plan.read_at, asked_by=by, now=now)
    round_.value = dict(proposal.result.value)
    round_.statistics = statistics_of(plan.computed, seconds=seconds)
    if round_.repair_requested_at == plan.requested_at:  # else somebody asked again meanwhile
        round_.repair_requested_at, round_.repair_requested_by = (now, by) if again else (None, None)
    round_.failure = ""
    round_.save(update_fields=["value", "statistics", "repair_requested_at", "repair_requested_by", "failure"])
