"""Previews: what a draft would come to, computed at once and kept beside the preview before it."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from letsconnect.base.clocks import running_from
from matching.domain.matches import MatchMoveNotAllowed, RoundPhase, RoundState
from matching.inputs import loading
from matching.inputs.clashes import Hours
from matching.models import Match, MatchingRules, Round
from matching.rounds.both_roles import Pair, over_both_roles
from matching.rounds.computing import Computed, ask_the_engine, statistics_of, write_participants
from matching.rounds.drafts import lock_draft, settings_of, under_the_rules
from matching.rounds.leases import Lease, Stopped, take_lease
from registrations.models import Member, Registration

# Up to so many people a preview or a repair is computed while the person waits for the page: a second or two. Beyond,
# a worker does it, and the page shows the phases.
AT_ONCE = 2_000


class PreviewPair(NamedTuple):
    """A pair of a preview, kept as a list of JSON; people are the numbers of the participants stored with it."""

    learner: int
    sharer: int
    skill: int
    score: int


def is_large(*, now: datetime) -> bool:
    """Tell whether computing takes longer than anybody should wait for a page."""
    return Registration.objects.matchable(on=now.date()).count() > AT_ONCE


def preview_round(*, round_: Round, by: Member, now: datetime) -> Round:
    """Compute what a draft would come to by the rules of this moment, and keep it beside the last preview. Nothing
    else happens. With many people a worker does it, and the draft says so (``preview_requested_at``, ``phase``)."""
    with transaction.atomic():
        round_ = lock_draft(round_, by=by)
        round_.preview_requested_at = now
        round_.save(update_fields=["preview_requested_at"])
        acts.record(by=by, verb="preview_round", on=round_, now=now, was=round_.state, became=round_.state)
        if is_large(now=now):
            nudges.on_commit("matching.tasks.solve")
            return round_
    try:
        return compute_preview(round_=round_, now=now)
    except MatchMoveNotAllowed:  # another round is being computed: it is in the queue behind it
        nudges.on_commit("matching.tasks.solve")
        return round_


def compute_waiting_previews(*, now: datetime) -> int:
    """Compute the previews somebody asked a worker for; return how many."""
    done, clock = 0, running_from(now)
    while (round_ := Round.objects.waiting_for_a_preview().first()) is not None:
        try:
            compute_preview(round_=round_, now=clock())
        except MatchMoveNotAllowed:
            break
        done += 1
    return done


def compute_preview(*, round_: Round, now: datetime) -> Round:
    """Compute the preview a draft was asked for; one that was cancelled meanwhile keeps nothing of it."""
    with transaction.atomic():
        round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
        if round_.state != RoundState.DRAFT or round_.preview_requested_at is None:
            raise MatchMoveNotAllowed(_("Nobody asked for a preview of this round."))
        lease = take_lease(round_, now=now)
    try:
        _compute(round_, lease)
    except Stopped:
        pass
    finally:
        lease.release()
        Round.objects.filter(pk=round_.pk).update(preview_requested_at=None)
    return Round.objects.get(pk=round_.pk)


def _compute(round_: Round, lease: Lease) -> None:
    settings = under_the_rules(settings_of(round_))
    loaded = loading.load(now=lease.now, round_=round_)
    computed = Computed(loaded, *ask_the_engine(loaded.facts, settings, round_.seed, lease), lease.now.date())
    warnings = _warnings(round_, computed)
    lease.enter(RoundPhase.STORING)
    with transaction.atomic():
        round_ = lease.lock()
        before = _pairs_of(round_)
        preview = {
            "made_at": lease.now.isoformat(),
            "settings": round_.settings,
            "scope": round_.scope,
            "value": dict(computed.proposal.result.value),
            "pairs": [
                PreviewPair(pair.learner, pair.sharer, pair.skill, pair.score) for pair in computed.proposal.pairs
            ],
            "warnings": warnings,
            "lacking_consents": Registration.objects.lacking_consents(on=lease.now.date()).count(),
            "undecided_elsewhere": Match.objects.undecided().exclude(round=round_).count(),
            **statistics_of(computed, seconds=lease.seconds),
        }
        if before is not None:
            preview["against_before"] = _difference(before, preview, loaded)
        write_participants(round_, computed)
        round_.preview_before, round_.preview, round_.preview_requested_at = round_.preview, preview, None
        round_.save(update_fields=["preview_before", "preview", "preview_requested_at"])


def _pairs_of(round_: Round) -> set[tuple[int, int]] | None:
    """The registrations of learner and sharer of each pair of the last preview; None where there is none."""
    if round_.preview is None:
        return None
    registrations = dict(round_.participants.values_list("number", "registration_id"))
    pairs = [PreviewPair(*row) for row in round_.preview["pairs"]]
    return {
        (registrations[pair.learner], registrations[pair.sharer])
        for pair in pairs
        if pair.learner in registrations and pair.sharer in registrations
    }


def _difference(before: set[tuple[int, int]], preview: dict[str, Any], loaded: loading.NumberedRound) -> dict[str, int]:
    registrations = loaded.registrations
    after = {(registrations[pair.learner], registrations[pair.sharer]) for pair in preview["pairs"]}
    served_before, served_after = {learner for learner, _ in before}, {learner for learner, _ in after}
    return {
        "pairs_same": len(before & after),
        "pairs_new": len(after - before),
        "pairs_gone": len(before - after),
        "learners_gained": len(served_after - served_before),
        "learners_lost": len(served_before - served_after),
    }


def _warnings(round_: Round, computed: Computed) -> list[dict[str, Any]]:
    """What the solver does not look at and approving will: the total over both roles, and an hour for each match."""
    loaded, most = computed.loaded, MatchingRules.objects.current().most_at_once
    registrations = loaded.registrations
    proposed = [
        Pair(
            registrations[pair.learner],
            registrations[pair.sharer],
            Hours(loaded.start, pair.hours) if pair.hours else None,
        )
        for pair in computed.proposal.pairs
    ]
    keys = {(pair.learner, pair.sharer) for pair in proposed}
    made_already = [
        pk
        for pk, learner, sharer in round_.matches.undecided().values_list("pk", "learner_id", "sharer_id")
        if (learner, sharer) in keys
    ]
    both_roles = over_both_roles(proposed, stored=made_already)
    return [
        {"number": number, "kind": kind, "matches": both_roles[person].matches}
        for number, person in enumerate(registrations)
        if person in both_roles
        for kind in both_roles[person].refused_for(most=most)
    ]
