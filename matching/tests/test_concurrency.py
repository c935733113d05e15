"""Many people at the same moment, on real connections."""

import time
from collections import Counter
from threading import Barrier

import pytest
from django.db import transaction

from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once as together
from letsconnect.tests.waiting import PATIENCE
from mailings.models import Letter
from matching.domain.matches import ClosedWhy, MatchingError, MatchState
from matching.matches.answering import accept_match, withdraw_from_match
from matching.models import Match, Round
from matching.rounds import both_roles, publishing, reviews
from matching.rounds.computing import solve_round, solve_waiting_rounds
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_match, refuse_match
from matching.rounds.rounds import create_round
from matching.tests.factories import make_match, make_round
from registrations.models import Registration
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db(transaction=True)

LEARNERS, PLACES = 40, 2


def at_once(calls):
    """Do all at the same moment; what was refused counts as None."""
    done = together(*calls, refusals=(MatchingError,))
    return [None if isinstance(one, MatchingError) else one for one in done]


@pytest.fixture
def crowd():
    """Forty proposals for one sharer of two places."""
    sharer = make_registration(offers=["wikidata"], can_help=PLACES)
    coordinator = make_coordinator()
    round_ = make_round()
    matches = [make_match(round=round_, sharer=sharer) for _ in range(LEARNERS)]
    return [lambda match=match: approve_match(match=match, by=coordinator, now=NOW) for match in matches]


def approved():
    return Match.objects.filter(state=MatchState.APPROVED).count()


def between_counting_and_taking(monkeypatch, happens):
    """Let something happen after the places were counted and before one is taken."""
    honest = both_roles.is_blocked
    monkeypatch.setattr(both_roles, "is_blocked", lambda match: (happens(), honest(match))[1])


def test_forty_approvals_at_once_for_two_places_approve_two(crowd, monkeypatch):
    between_counting_and_taking(monkeypatch, lambda: time.sleep(0.02))

    won = at_once(crowd)

    assert approved() == PLACES
    assert sum(match is not None for match in won) == PLACES
    assert Act.objects.filter(verb="approve_match").count() == PLACES


def test_control_without_the_lock_the_same_forty_approve_too_many(crowd, monkeypatch):
    monkeypatch.setattr(reviews, "lock_people", lambda matches: None)
    between_counting_and_taking(monkeypatch, Barrier(LEARNERS, timeout=PATIENCE).wait)

    at_once(crowd)

    assert approved() == LEARNERS > PLACES


def test_of_two_liaisons_one_wins_and_the_other_is_told():
    one, two = make_coordinator(), make_coordinator()
    for _ in range(4):
        match = make_match()

        done = at_once(
            [
                lambda match=match: approve_match(match=match, by=one, now=NOW),
                lambda match=match: approve_match(match=match, by=two, now=NOW),
            ]
        )

        winner = next(each for each in done if each is not None)
        assert Counter(each is None for each in done) == {True: 1, False: 1}
        assert Match.objects.get(pk=match.pk).approved_by == winner.approved_by


def test_approving_and_refusing_at_once_leave_one_story():
    one, two = make_coordinator(), make_coordinator()
    for _ in range(4):
        match = make_match()

        at_once(
            [
                lambda match=match: approve_match(match=match, by=one, now=NOW),
                lambda match=match: refuse_match(match=match, by=two, why=ClosedWhy.POOR_FIT, now=NOW),
            ]
        )

        match.refresh_from_db()
        verbs = list(
            Act.objects.filter(object_type="matching.match", object_id=match.pk)
            .order_by("pk")
            .values_list("verb", "was")
        )
        assert match.state == MatchState.REFUSED
        assert verbs in (
            [("refuse_match", "proposed")],
            [("approve_match", "proposed"), ("refuse_match", "approved")],
        )


def test_both_accept_at_the_same_moment_and_are_connected_once():
    for _ in range(4):
        match = make_match("asked")
        Letter.objects.all().delete()

        at_once(
            [
                lambda match=match: accept_match(match=match, by=match.learner.member, now=NOW),
                lambda match=match: accept_match(match=match, by=match.sharer.member, now=NOW),
            ]
        )

        match.refresh_from_db()
        assert match.state == MatchState.CONNECTED
        assert match.learner_accepted_at and match.sharer_accepted_at and match.connected_at
        assert sorted(Letter.objects.values_list("kind", flat=True)) == [
            "matching.connected_learner",
            "matching.connected_sharer",
        ]


def test_accepting_and_declining_at_the_same_moment_leave_one_end():
    for _ in range(4):
        match = make_match("asked", learner_accepted_at=NOW)

        done = at_once(
            [
                lambda match=match: accept_match(match=match, by=match.sharer.member, now=NOW),
                lambda match=match: withdraw_from_match(
                    match=match, by=match.learner.member, why=ClosedWhy.NO_TIME, now=NOW
                ),
            ]
        )

        match.refresh_from_db()
        assert match.state == (MatchState.WITHDRAWN if done[0] is None else MatchState.ENDED)


def test_publishing_twice_at_once_asks_everybody_once():
    first = make_match("approved")
    for _ in range(5):
        make_match("approved", round=first.round)
    one, two = make_coordinator(), make_coordinator()

    done = at_once([lambda by=by: publish_round(round_=first.round, by=by, now=NOW) for by in (one, two)])

    assert sorted(len(published.asked) for published in done) == [0, 6]
    assert Letter.objects.count() == 12


def test_eight_workers_compute_a_round_once():
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])
    round_ = create_round(by=None, now=NOW)

    done = at_once([lambda: solve_waiting_rounds(now=NOW)] * 8)

    assert sum(done) == 1
    assert Round.objects.get(pk=round_.pk).state == "proposed"
    assert Match.objects.count() == 1


def test_two_rounds_computed_at_once_never_propose_one_pair_twice():
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])
    rounds = [create_round(by=None, now=NOW) for _ in range(2)]

    at_once([lambda round_=round_: solve_round(round_=round_, now=NOW) for round_ in rounds])
    solve_waiting_rounds(now=NOW)

    assert set(Round.objects.values_list("state", flat=True)) == {"proposed"}
    assert Match.objects.count() == 1


def test_publishing_locks_a_few_people_at_a_time_and_goes_on_after_it_was_stopped(monkeypatch):
    monkeypatch.setattr(publishing, "AT_ONCE", 1)
    first = make_match("approved")
    others = [make_match("approved", round=first.round) for _ in range(2)]
    by, honest = make_coordinator(), publishing._ask

    def look_then_stop(match, **options):
        if match != first:
            [locked] = at_once([lambda: _lock_at_once(first.learner_id)])
            assert locked
            raise KeyboardInterrupt
        honest(match, **options)

    monkeypatch.setattr(publishing, "_ask", look_then_stop)
    with pytest.raises(KeyboardInterrupt):
        publish_round(round_=first.round, by=by, now=NOW)
    monkeypatch.setattr(publishing, "_ask", honest)
    assert sorted(Match.objects.values_list("state", flat=True)) == ["approved", "approved", "asked"]

    assert publish_round(round_=first.round, by=by, now=NOW).asked == others
    assert Letter.objects.count() == 6


def _lock_at_once(registration_id):
    with transaction.atomic():
        return Registration.objects.select_for_update(nowait=True).filter(pk=registration_id).exists()
