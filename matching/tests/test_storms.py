"""The working group at the same moment, in numbers: approvals, and repairs while others decide, on real connections."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from letsconnect.base.models import Act
from letsconnect.tests.waiting import PATIENCE
from matching import engine
from matching.domain.matches import ClosedWhy, MatchingError, MatchState, RoundState
from matching.engine import replay
from matching.models import Match, Round
from matching.rounds import both_roles, reviews
from matching.rounds.by_hand import swap_match
from matching.rounds.computing import solve_round
from matching.rounds.repairing import compute_repair, repair_round
from matching.rounds.reviews import approve_match, refuse_match
from matching.rounds.rounds import cancel_round, create_round
from matching.tests.factories import REASONS, make_match, make_round
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db(transaction=True)

CONNECTIONS = 50
PLACES = 2
LATER = NOW + timedelta(hours=1)


def storm(calls):
    """Run the calls, at most CONNECTIONS at a time and each in its own connection; a refusal counts as None."""
    workers = min(CONNECTIONS, len(calls))
    barrier = Barrier(workers)

    def work(mine):
        barrier.wait()
        done = []
        try:
            for call in mine:
                try:
                    done.append(call())
                except MatchingError:
                    done.append(None)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(workers) as pool:
        return [one for some in pool.map(work, [calls[number::workers] for number in range(workers)]) for one in some]


def crowd(*, sharers, learners, liaisons):
    """Proposals of ``learners`` learners for each of ``sharers`` sharers of two places, each approved by every one of
    the liaisons at once; half of the proposals of one learner are for another sharer too."""
    members = [make_coordinator() for _ in range(liaisons)]
    rounds = [make_round(), make_round()]
    hours = {**REASONS, "hours": [[week * 672, week * 672 + 40] for week in range(4)]}
    helping = [make_registration(offers=["wikidata"], can_help=PLACES, reviewer=members[0]) for _ in range(sharers)]
    matches = []
    for place in range(learners):
        learner = make_registration(wishes=["wikidata"], reviewer=members[0])
        for number in (0, 1):
            sharer = helping[(place + number) % sharers]
            matches.append(make_match(round=rounds[number], learner=learner, sharer=sharer, reasons=hours))
    return [
        lambda match=match, by=by: approve_match(match=match, by=by, now=NOW) for match in matches for by in members
    ]


def too_many():
    """Approved matches beyond the places of a sharer or of a learner, and approvals logged twice."""
    approved = Match.objects.filter(state=MatchState.APPROVED).values_list("learner_id", "sharer_id")
    learning, helping = (Counter(column) for column in zip(*approved, strict=True))
    logged = Counter(Act.objects.filter(verb="approve_match").values_list("object_id", flat=True))
    return (
        sum(count - 1 for count in learning.values() if count > 1)
        + sum(count - PLACES for count in helping.values() if count > PLACES)
        + sum(count - 1 for count in logged.values())
    )


def assert_no_double_match(won, *, at_most):
    approved = Match.objects.filter(state=MatchState.APPROVED).count()
    assert too_many() == 0
    assert sum(match is not None for match in won) == approved == Act.objects.filter(verb="approve_match").count()
    assert 0 < approved <= at_most


@pytest.fixture
def slow(monkeypatch):
    """Some time between counting the places and taking one."""
    honest = both_roles.is_blocked

    def slowly(match):
        time.sleep(0.02)
        return honest(match)

    monkeypatch.setattr(both_roles, "is_blocked", slowly)


def test_sixty_approvals_at_once_make_no_double_match(slow):
    calls = crowd(sharers=5, learners=15, liaisons=2)
    assert len(calls) == 60

    assert_no_double_match(storm(calls), at_most=10)


@pytest.mark.chaos
def test_five_hundred_approvals_at_once_make_no_double_match(slow):
    calls = crowd(sharers=20, learners=125, liaisons=2)
    assert len(calls) == 500

    assert_no_double_match(storm(calls), at_most=40)


@pytest.mark.chaos
def test_control_without_the_locks_on_people_the_same_five_hundred_overbook(slow, monkeypatch):
    monkeypatch.setattr(reviews, "lock_people", lambda matches: None)

    storm(crowd(sharers=20, learners=125, liaisons=2))

    assert too_many() > 0


def proposed_round(pairs):
    for _ in range(pairs):
        make_registration(wishes=["wikidata"])
        make_registration(offers=["wikidata"])
    return solve_round(round_=create_round(by=None, now=NOW, wake_a_worker=False), now=NOW)


def test_repairs_while_others_approve_and_refuse_leave_one_story():
    """Three repairs in a row beside approvals and refusals of every proposal: what was approved or refused stays so,
    nobody is proposed twice, and every solve proves."""
    round_, by = proposed_round(8), [make_coordinator() for _ in range(3)]
    matches = list(round_.matches.order_by("pk"))
    refuse_match(match=matches[0], by=by[0], why=ClosedWhy.POOR_FIT, now=LATER)

    def repair():
        return [compute_repair(round_=round_, by=by[2], now=LATER) for _ in range(3)]

    calls = [lambda m=match: approve_match(match=m, by=by[0], now=LATER) for match in matches[1:5]]
    calls += [
        lambda m=match: refuse_match(match=m, by=by[1], why=ClosedWhy.POOR_FIT, now=LATER) for match in matches[3:]
    ]
    done = storm([repair, *calls])

    approved = [match.pk for match in done[1:] if isinstance(match, Match) and match.state == MatchState.APPROVED]
    decided = dict(Match.objects.filter(pk__in=[match.pk for match in matches]).values_list("pk", "state"))
    refused = set(Act.objects.filter(verb="refuse_match").values_list("object_id", flat=True))
    assert all(decided[key] in (MatchState.APPROVED, MatchState.REFUSED) for key in approved)
    assert all(decided[key] == MatchState.REFUSED for key in refused)
    assert all(decided[key] == MatchState.APPROVED for key in set(approved) - refused)
    undecided = Match.objects.undecided()
    assert len(set(undecided.values_list("sharer", flat=True))) == undecided.count()
    round_ = Round.objects.get()
    assert (round_.state, round_.lease_until, round_.failure) == (RoundState.PROPOSED, None, "")
    for kept in round_.replays.all():
        replay.verify(replay.unpack(bytes(kept.data)))


def test_two_repairs_at_once_are_one_after_the_other():
    round_, by = proposed_round(3), make_coordinator()
    refuse_match(match=round_.matches.first(), by=by, why=ClosedWhy.POOR_FIT, now=LATER)

    done = storm([lambda: repair_round(round_=round_, by=by, now=LATER)] * 4)

    repairs = Act.objects.filter(verb="repair_round").count()
    assert repairs == round_.replays.count() - 1 == sum(not each.is_waiting for each in done) >= 1
    assert Round.objects.get().lease_until is None


def test_a_round_cancelled_by_another_connection_while_it_is_solved_keeps_nothing(monkeypatch):
    round_, by = create_round(by=None, now=NOW, wake_a_worker=False), make_coordinator()
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])
    honest, solving = engine.propose, Barrier(2)

    def slowly(known, settings, seed, tell):
        tell("solving")
        solving.wait(timeout=PATIENCE)
        solving.wait(timeout=PATIENCE)
        return honest(known, settings, seed, tell)

    def cancel():
        solving.wait(timeout=PATIENCE)
        assert Round.objects.get().phase == "solving"
        cancel_round(round_=round_, by=by, now=LATER)
        solving.wait(timeout=PATIENCE)

    monkeypatch.setattr(engine, "propose", slowly)
    storm([lambda: solve_round(round_=round_, now=NOW), cancel])

    round_.refresh_from_db()
    assert (round_.state, round_.matches.count(), round_.replays.count()) == (RoundState.CANCELLED, 0, 0)


def test_two_swaps_for_one_learner_at_once_leave_one_proposal():
    round_, by = proposed_round(4), [make_coordinator() for _ in range(2)]
    match = round_.matches.first()
    others = list(round_.matches.exclude(pk=match.pk).order_by("pk"))[:2]

    done = storm(
        [
            lambda who=who, sharer=other.sharer: swap_match(match=match, sharer=sharer, by=who, now=LATER)
            for who, other in zip(by, others, strict=True)
        ]
    )

    assert Counter(each is None for each in done) == {True: 1, False: 1}
    assert Match.objects.undecided().filter(learner=match.learner).count() == 1
