"""After a refusal the rest of a round is chosen again: what may change, what may not, and who may do it at once."""

from datetime import timedelta

import pytest

from letsconnect.base.models import Act
from matching import engine
from matching.domain import matches
from matching.domain.matches import ClosedWhy, MatchState, RoundState
from matching.engine import replay
from matching.matches.answering import decline_match
from matching.matches.sweeps import close_fallen
from matching.models import Exclusion, Match, RoundFacts, RoundParticipant
from matching.models.matches import rounds_to_repair
from matching.rounds import repairing
from matching.rounds.by_hand import swap_match
from matching.rounds.computing import solve_round
from matching.rounds.publishing import publish_round
from matching.rounds.queue import compute_queue
from matching.rounds.repairing import repair_round, repair_waiting_rounds
from matching.rounds.reviews import approve_match, refuse_match
from matching.rounds.rounds import create_round
from matching.rounds.rules import change_rules
from matching.rounds.sweeps import delete_old_facts
from matching.tests.factories import make_match
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def solved(**fields):
    round_ = create_round(by=None, now=NOW, wake_a_worker=False, **fields)
    return solve_round(round_=round_, now=NOW)


def pairs_of(round_):
    return {(match.learner_id, match.sharer_id) for match in round_.matches.undecided()}


def refuse(match, by, why=ClosedWhy.POOR_FIT, now=LATER):
    return refuse_match(match=match, by=by, why=why, now=now)


@pytest.fixture
def two_sharers(db):
    """One learner, two who can help; and a pair of their own."""
    learner = make_registration(wishes=["wikidata"])
    sharers = [make_registration(offers=["wikidata"]) for _ in range(2)]
    make_registration(wishes=["budgeting"])
    make_registration(offers=["budgeting"])
    return learner, sharers


def test_whoever_lost_a_proposal_by_a_refusal_gets_the_other_and_nobody_else_is_moved(two_sharers, coordinator):
    round_ = solved()
    learner, sharers = two_sharers
    match = round_.matches.get(learner=learner)
    bystander = round_.matches.exclude(pk=match.pk).get()
    refuse(match, coordinator)

    repaired = repair_round(round_=round_, by=coordinator, now=LATER)

    other = next(sharer for sharer in sharers if sharer.pk != match.sharer_id)
    assert [(each.learner, each.sharer) for each in repaired.added] == [(learner, other)]
    assert repaired.withdrawn == []
    bystander.refresh_from_db()
    assert (bystander.state, bystander.version) == (MatchState.PROPOSED, 1)
    assert [each.number for each in round_.replays.all()] == [1, 2]
    assert Act.objects.filter(verb="repair_round").count() == 1


def test_a_refused_pair_does_not_come_back_even_without_a_cool_down(coordinator):
    learner = make_registration(wishes=["wikidata", "budgeting"])
    make_registration(offers=["wikidata", "budgeting"])
    change_rules(by=coordinator, now=NOW, cool_down_days=0)
    round_ = solved()
    refuse(round_.matches.get(), coordinator)

    repair_round(round_=round_, by=coordinator, now=LATER)

    assert pairs_of(round_) == set()
    assert round_.participants.get(registration=learner).left_out == "kept_apart"


def test_an_approved_match_stays_though_another_would_now_be_better(coordinator):
    learner = make_registration(wishes=["wikidata"])
    sharer = make_registration(offers=["wikidata"])
    round_ = solved()
    approved = approve_match(match=round_.matches.get(), by=coordinator, now=LATER)

    repaired = repair_round(round_=round_, by=coordinator, now=LATER)

    assert (repaired.added, repaired.withdrawn) == ([], [])
    assert pairs_of(round_) == {(learner.pk, sharer.pk)}
    approved.refresh_from_db()
    assert approved.state == MatchState.APPROVED


def test_an_approved_match_stays_even_when_it_breaks_a_rule_by_now(two_sharers, coordinator):
    round_ = solved()
    learner, _sharers = two_sharers
    match = approve_match(match=round_.matches.get(learner=learner), by=coordinator, now=LATER)
    Registration.objects.filter(pk=match.sharer_id).update(can_help=0)
    Exclusion.objects.create(
        person_id=min(learner.pk, match.sharer_id),
        other_id=max(learner.pk, match.sharer_id),
        reason="They fell out",
        made_by=coordinator,
        made_at=NOW,
    )

    repair_round(round_=round_, by=coordinator, now=LATER)

    match.refresh_from_db()
    round_.refresh_from_db()
    assert match.state == MatchState.APPROVED
    assert round_.statistics["by_hand_against_rules"] != []
    assert round_.matches.filter(learner=learner).undecided().count() == 1


def test_who_left_is_not_proposed_and_who_lost_them_gets_another(two_sharers, coordinator):
    round_ = solved()
    learner, sharers = two_sharers
    match = round_.matches.get(learner=learner)
    Registration.objects.filter(pk=match.sharer_id).update(state=RegistrationState.WITHDRAWN)
    close_fallen(LATER)

    repair_round(round_=round_, by=coordinator, now=LATER + timedelta(hours=1))

    new = round_.matches.undecided().get(learner=learner)
    assert new.sharer_id in {sharer.pk for sharer in sharers} - {match.sharer_id}


def test_people_who_were_asked_are_not_proposed_again_in_the_same_round(two_sharers, coordinator):
    round_ = solved()
    learner, _sharers = two_sharers
    match = round_.matches.get(learner=learner)
    approve_match(match=match, by=coordinator, now=LATER)
    publish_round(round_=round_, by=coordinator, now=LATER)
    decline_match(match=match, by=match.sharer.member, why=ClosedWhy.NO_TIME, now=LATER)

    repaired = repair_round(round_=round_, by=coordinator, now=LATER)

    assert (repaired.added, repaired.withdrawn) == ([], [])


def test_a_day_that_went_by_and_facts_that_changed_move_nobody(coordinator):
    for _ in range(8):
        make_registration(wishes=["wikidata"], offers=["budgeting"])
        make_registration(offers=["wikidata"], wishes=["budgeting"])
    round_ = solved()
    before = pairs_of(round_)
    Registration.objects.update(changed_at=NOW - timedelta(days=300), region_wish="same", region="LAC")

    repaired = repair_round(round_=round_, by=coordinator, now=NOW + timedelta(days=20))

    assert (repaired.added, repaired.withdrawn) == ([], [])
    assert pairs_of(round_) == before


def test_what_somebody_refuses_while_the_rest_is_computed_stays_refused_and_is_repaired_again(
    two_sharers, coordinator, liaison, monkeypatch
):
    round_ = solved()
    learner, _sharers = two_sharers
    first = round_.matches.get(learner=learner)
    bystander = round_.matches.exclude(pk=first.pk).get()
    refuse(first, coordinator)
    honest = engine.propose

    def refused_meanwhile(*args):
        proposal = honest(*args)
        if Match.objects.get(pk=bystander.pk).state == MatchState.PROPOSED:
            refuse(bystander, liaison)
        return proposal

    monkeypatch.setattr(engine, "propose", refused_meanwhile)
    repair_round(round_=round_, by=coordinator, now=LATER)

    round_.refresh_from_db()
    bystander.refresh_from_db()
    assert bystander.state == MatchState.REFUSED
    assert round_.repair_requested_by == coordinator
    assert repair_waiting_rounds(now=LATER) == 1
    assert repair_waiting_rounds(now=LATER + timedelta(days=1)) == 0
    assert pairs_of(round_) == {(learner.pk, round_.matches.undecided().get().sharer_id)}


def test_what_somebody_approves_while_the_rest_is_computed_is_never_withdrawn(coordinator, liaison, monkeypatch):
    """The plan gives A's only sharer to nobody else; B's proposal, which the plan drops, is approved meanwhile."""
    sharer = make_registration(offers=["wikidata"])
    learners = [make_registration(wishes=["wikidata"]) for _ in range(2)]
    round_ = solved()
    match = round_.matches.get()
    other = next(learner for learner in learners if learner.pk != match.learner_id)
    honest = engine.propose
    tries = []

    def plan_for_the_other(known, *rest):
        tries.append(known)
        if len(tries) == 1:
            approve_match(match=match, by=liaison, now=LATER)
            who = dict(round_.participants.values_list("registration_id", "number"))
            known = repairing.loading.replace(
                known, fixed=repairing.loading.np.array([[who[other.pk], who[sharer.pk], match.skill_id]])
            )
        return honest(known, *rest)

    monkeypatch.setattr(engine, "propose", plan_for_the_other)
    repair_round(round_=round_, by=coordinator, now=LATER)

    assert len(tries) == 2
    assert pairs_of(round_) == {(match.learner_id, sharer.pk)}
    assert Match.objects.get(pk=match.pk).state == MatchState.APPROVED


def test_when_storing_a_repair_fails_nothing_of_it_is_kept_and_the_round_says_so(two_sharers, coordinator, monkeypatch):
    round_ = solved()
    learner, _sharers = two_sharers
    refuse(round_.matches.get(learner=learner), coordinator)
    before = set(Match.objects.values_list("pk", "state", "version"))
    monkeypatch.setattr(replay, "pack", lambda *args: 1 // 0)  # after the matches are written

    with pytest.raises(ZeroDivisionError):
        repair_round(round_=round_, by=coordinator, now=LATER)

    round_.refresh_from_db()
    assert set(Match.objects.values_list("pk", "state", "version")) == before
    assert (round_.state, round_.lease_until, round_.replays.count()) == (RoundState.PROPOSED, None, 1)
    assert "could not be computed again" in round_.failure
    assert list(rounds_to_repair()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_a_repair_whose_worker_is_ended_is_said_at_once_and_logged(
    two_sharers, coordinator, monkeypatch, caplog, error
):
    round_ = solved()
    refuse(round_.matches.get(learner=two_sharers[0]), coordinator)

    def ended(*_args):
        raise error

    monkeypatch.setattr(engine, "propose", ended)

    with pytest.raises(error):
        repair_round(round_=round_, by=coordinator, now=LATER)

    round_.refresh_from_db()
    assert (round_.lease_until, "could not be computed again" in round_.failure) == (None, True)
    assert [(line.name, line.exc_info[0]) for line in caplog.records] == [("matching.rounds.repairing", error)]


def test_a_worker_repairs_by_itself_after_a_refusal_until_somebody_was_asked(two_sharers, coordinator):
    round_ = solved()
    learner, _sharers = two_sharers
    assert repair_waiting_rounds(now=LATER) == 0
    refuse(round_.matches.get(learner=learner), coordinator)

    assert compute_queue(now=LATER + timedelta(seconds=1)) == 1
    assert compute_queue(now=LATER + timedelta(seconds=2)) == 0

    assert round_.replays.last().asked_by == coordinator
    second = round_.matches.undecided().get(learner=learner)
    approve_match(match=round_.matches.undecided().exclude(pk=second.pk).get(), by=coordinator, now=LATER)
    publish_round(round_=round_, by=coordinator, now=LATER)
    refuse(second, coordinator, now=LATER + timedelta(hours=1))
    assert compute_queue(now=LATER + timedelta(hours=2)) == 0
    assert repair_round(round_=round_, by=coordinator, now=LATER + timedelta(hours=3)).added == []


def test_with_many_people_a_repair_is_left_to_a_worker(two_sharers, coordinator, monkeypatch):
    monkeypatch.setattr("matching.rounds.previewing.AT_ONCE", 2)
    round_ = solved()
    learner, _sharers = two_sharers
    refuse(round_.matches.get(learner=learner), coordinator)

    assert repair_round(round_=round_, by=coordinator, now=LATER).is_waiting
    assert round_.matches.undecided().count() == 1
    assert repair_waiting_rounds(now=LATER) == 1
    assert round_.matches.undecided().count() == 2


def test_a_swap_is_left_as_it_is_and_the_others_make_room(coordinator):
    """Two learners, two sharers: whoever chooses the other's sharer for one has the other moved."""
    learners = [make_registration(wishes=["wikidata"]) for _ in range(2)]
    for _ in range(2):
        make_registration(offers=["wikidata"])
    round_ = solved()
    one, two = (round_.matches.get(learner=learner) for learner in learners)

    swapped = swap_match(match=one, sharer=two.sharer, why="They asked", by=coordinator, now=LATER)
    repaired = repair_round(round_=round_, by=coordinator, now=LATER)

    assert pairs_of(round_) == {(one.learner_id, two.sharer_id), (two.learner_id, one.sharer_id)}
    assert [match.pk for match in repaired.withdrawn] == [two.pk]
    two.refresh_from_db()
    assert (two.state, two.closed_why, two.closed_by) == ("withdrawn", "replaced", coordinator)
    assert (swapped.made_by_hand, swapped.made_by, swapped.state) == (True, coordinator, MatchState.PROPOSED)


def test_once_the_facts_are_deleted_the_round_still_proves_but_is_not_repaired(two_sharers, coordinator):
    round_ = solved()
    refuse(round_.matches.first(), coordinator)
    assert delete_old_facts(NOW + timedelta(days=89)) == 0
    assert delete_old_facts(NOW + timedelta(days=91)) == 1

    with pytest.raises(matches.TooOld, match="deleted"):
        repair_round(round_=round_, by=coordinator, now=LATER)
    assert list(rounds_to_repair()) == []
    assert not RoundFacts.objects.exists()


def test_every_solve_proves_after_everybody_in_it_is_erased(two_sharers, coordinator):
    round_ = solved(seed=3)
    refuse(round_.matches.first(), coordinator)
    repair_round(round_=round_, by=coordinator, now=LATER)
    RoundParticipant.objects.all().delete()

    for kept in round_.replays.all():
        replay.verify(replay.unpack(bytes(kept.data)))
    assert round_.replays.count() == 2


def test_a_repair_passes_over_whose_number_was_erased(two_sharers, coordinator):
    round_ = solved()
    learner, _sharers = two_sharers
    match = round_.matches.get(learner=learner)
    refuse(match, coordinator)
    round_.participants.exclude(registration__in=[learner, match.sharer]).delete()

    repair_round(round_=round_, by=coordinator, now=LATER)

    assert round_.matches.undecided().filter(learner=learner).count() == 0


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.CANCELLED, RoundState.FAILED])
def test_only_a_computed_round_is_repaired_and_only_by_the_working_group(state, coordinator, member):
    from matching.tests.factories import make_round

    columns = {"cancelled_by": coordinator, "cancelled_at": NOW} if state == RoundState.CANCELLED else {}
    round_ = make_round(state, failure="x" if state == RoundState.FAILED else "", **columns)

    with pytest.raises(matches.MatchMoveNotAllowed):
        repair_round(round_=round_, by=coordinator, now=LATER)
    with pytest.raises(matches.NotYourMatch):
        repair_round(round_=make_match().round, by=member, now=LATER)


def test_a_repair_reads_in_the_same_number_of_queries_for_3_people_and_for_30(
    coordinator, django_assert_max_num_queries
):
    counts = []
    for people in (2, 15):
        for _ in range(people):
            make_registration(wishes=["wikidata"])
            make_registration(offers=["wikidata"])
        round_ = solved()
        refuse(round_.matches.first(), coordinator)
        with django_assert_max_num_queries(200) as captured:
            repair_round(round_=round_, by=coordinator, now=LATER)
        counts.append(len(captured))
        Match.objects.all().delete()
    assert counts[0] == counts[1]
