"""Rounds from the request to the stored proposals, on real rows and the real engine."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from letsconnect.base import hours
from letsconnect.base.models import Act
from mailings.models import Letter
from matching import engine
from matching.domain import matches
from matching.domain.matches import MatchState, RoundState
from matching.engine import replay
from matching.engine.errors import ProofFailed
from matching.inputs import loading as facts
from matching.models import Match, Round, RoundParticipant
from matching.rounds.computing import solve_round, solve_waiting_rounds
from matching.rounds.rounds import cancel_round, create_round
from matching.rounds.sweeps import fail_abandoned
from matching.tests.factories import make_match, make_round
from registrations.domain.registrations import RegistrationState, SkillState
from registrations.models import Block, Member, Offer, Registration
from registrations.tests.factories import EVENINGS, NOW, make_registration, make_skill

pytestmark = pytest.mark.django_db


def run(**fields):
    return solve_round(round_=create_round(by=None, now=NOW, wake_a_worker=False, **fields), now=NOW)


def pairs_of(round_):
    return {(match.learner_id, match.sharer_id) for match in round_.matches.all()}


def test_a_round_matches_a_wish_with_an_offer_and_keeps_why_it_did():
    learner, sharer = make_registration(wishes=["wikidata"]), make_registration(offers=["wikidata"])

    round_ = run(seed=7)

    match = round_.matches.get()
    assert (match.learner, match.sharer, match.skill.slug) == (learner, sharer, "wikidata")
    assert match.state == MatchState.PROPOSED
    assert match.score == sum(reason["points"] for reason in match.reasons["reasons"]) > 0
    assert match.reasons["languages"] == ["en"]
    assert match.reasons["minutes_a_week"] == [5 * 180] * 4
    assert match.reasons["from"] == "2026-03-09"
    assert (round_.state, round_.is_proven, round_.value["served"]) == (RoundState.PROPOSED, True, 1)
    assert round_.statistics["served"] == round_.statistics["candidates"] == 1
    assert not Letter.objects.exists()
    assert list(Act.objects.filter(object_type="matching.round").order_by("pk").values_list("verb", flat=True)) == [
        "create_round",
        "solve_round",
        "propose_round",
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        {"state": RegistrationState.SUBMITTED},
        {"state": RegistrationState.WITHDRAWN},
        {"paused_until": NOW.date() + timedelta(days=1)},
        {"away_until": NOW.date() + timedelta(days=1)},
        {"member": None, "source": "import"},
        {"can_help": 0},
        {"region_wish": "other"},
    ],
)
def test_a_sharer_who_cannot_be_matched_is_never_proposed(spoil):
    make_registration(wishes=["wikidata"])
    sharer = make_registration(offers=["wikidata"])
    Registration.objects.filter(pk=sharer.pk).update(**spoil)

    round_ = run()

    assert (round_.state, pairs_of(round_)) == (RoundState.PROPOSED, set())


@pytest.mark.parametrize(
    "other",
    [
        {"offers": ["budgeting"]},
        {"offers": ["wikidata"], "speaks": [("fr", 6)]},
        {"offers": ["wikidata"], "speaks": [("en", 1)]},
        {"offers": ["wikidata"], "windows": [(0, 60)]},
        {"offers": ["wikidata"], "windows": [(18 * 60, 18 * 60 + 45)]},
        {"offers": ["wikidata"], "zone": "Asia/Kathmandu"},
    ],
)
def test_two_people_without_the_hard_rules_met_are_never_proposed(other):
    make_registration(wishes=["wikidata"])
    make_registration(**other)

    assert pairs_of(run()) == set()


@pytest.mark.parametrize("blocker", ["learner", "sharer"])
def test_a_block_keeps_two_people_apart_whoever_made_it(blocker):
    learner, sharer = make_registration(wishes=["wikidata"]), make_registration(offers=["wikidata"])
    one, other = (learner, sharer) if blocker == "learner" else (sharer, learner)
    Block.objects.create(member=one.member, blocked=other.member, made_at=NOW)

    assert pairs_of(run()) == set()


@pytest.mark.parametrize(("state", "is_proposed"), [("refused", False), ("ended", False), ("withdrawn", True)])
def test_people_matched_before_are_not_proposed_again(state, is_proposed):
    learner, sharer = make_registration(wishes=["wikidata"]), make_registration(offers=["wikidata"])
    make_match(state, learner=learner, sharer=sharer)

    assert (pairs_of(run()) == {(learner.pk, sharer.pk)}) == is_proposed


def test_free_places_are_those_offered_less_the_live_matches_in_each_role():
    sharer = make_registration(offers=["wikidata"], can_help=3)
    make_match("connected", sharer=sharer)
    make_match("proposed", sharer=sharer)
    make_match("completed", sharer=sharer)
    for _ in range(3):
        make_registration(wishes=["wikidata"], can_help=0)

    round_ = run()

    assert round_.matches.count() == 1


def test_a_second_round_goes_on_where_the_first_stopped():
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])
    assert run().matches.count() == 1

    second = run()

    assert (second.state, second.matches.count()) == (RoundState.PROPOSED, 0)


def test_a_merged_skill_counts_as_its_heir_and_a_retired_one_not_at_all():
    heir = make_skill("wikidata")
    make_skill("old-name", state=SkillState.MERGED, merged_into=heir)
    make_skill("gone", state=SkillState.RETIRED)
    learner = make_registration(wishes=["old-name", "gone"])
    sharer = make_registration(offers=["wikidata", "gone"])
    Offer.objects.create(registration=sharer, skill=make_skill("old-name"), level=1)

    match = run().matches.get()

    assert (match.learner, match.skill) == (learner, heir)


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ([], "Nobody can be matched yet"),
        ([{"wishes": ["wikidata"]}], "Only one person"),
        ([{"offers": ["wikidata"]}, {"offers": ["wikidata"]}], "wishes to learn"),
        ([{"wishes": ["wikidata"]}, {"wishes": ["wikidata"]}], "shares something"),
        ([{"wishes": ["wikidata"]}, {"offers": ["budgeting"]}], "No two people fit"),
    ],
)
def test_a_round_that_finds_nobody_is_proposed_empty_and_says_why(people, says):
    from matching.words import reasons

    for person in people:
        make_registration(**person)

    round_ = run()

    assert (round_.state, round_.matches.count(), round_.is_proven) == (RoundState.PROPOSED, 0, True)
    assert says in reasons.why_nobody(round_.statistics)[0]


def test_whoever_got_nothing_is_remembered_with_the_reason_and_without_a_name():
    alone = make_registration(wishes=["wikidata"])
    make_registration(offers=["budgeting"])

    round_ = run()

    kept = {row.registration_id: row.left_out for row in round_.participants.all()}
    assert kept[alone.pk] == "no_offer"
    assert sorted(row.number for row in round_.participants.all()) == [0, 1]


def test_what_a_round_keeps_is_enough_to_solve_and_prove_it_after_everybody_is_erased():
    for _ in range(3):
        make_registration(wishes=["wikidata"])
        make_registration(offers=["wikidata"])
    round_ = run(seed=5)
    value = round_.value
    RoundParticipant.objects.all().delete()

    instance, kept = replay.unpack(bytes(round_.replays.get().data))

    replay.verify((instance, kept))
    assert kept.value == value
    assert instance.seed == 5
    assert set(instance.learner_ids.tolist()) | set(instance.sharer_ids.tolist()) <= set(range(6))


def test_the_same_seed_gives_the_same_matches_among_equals_and_the_row_order_does_not_matter():
    for _ in range(4):
        make_registration(wishes=["wikidata"])
        make_registration(offers=["wikidata"])
    first = run(seed=1)
    found = pairs_of(first)
    Match.objects.all().delete()
    for registration in Registration.objects.order_by("-pk"):
        registration.save(update_fields=["changed_at"])  # moves the rows inside the table

    assert pairs_of(run(seed=1)) == found


def test_a_round_that_another_process_computes_is_not_computed_twice():
    make_round(RoundState.SOLVING)
    mine = create_round(by=None, now=NOW)

    with pytest.raises(matches.MatchMoveNotAllowed, match="Another round"):
        solve_round(round_=mine, now=NOW)

    mine.refresh_from_db()
    assert mine.state == RoundState.DRAFT
    assert solve_waiting_rounds(now=NOW) == 0


def test_two_stale_copies_of_a_waiting_round_are_computed_once():
    round_ = create_round(by=None, now=NOW)
    stale = Round.objects.get(pk=round_.pk)
    solve_round(round_=round_, now=NOW)

    with pytest.raises(matches.MatchMoveNotAllowed):
        solve_round(round_=stale, now=NOW)


def test_the_queue_is_computed_oldest_first_and_then_empty():
    first = create_round(by=None, now=NOW)
    second = create_round(by=None, now=NOW + timedelta(seconds=1))

    assert solve_waiting_rounds(now=NOW + timedelta(seconds=2)) == 2
    assert solve_waiting_rounds(now=NOW) == 0

    states = dict(Round.objects.values_list("pk", "state"))
    assert states == {first.pk: RoundState.PROPOSED, second.pk: RoundState.PROPOSED}


def test_a_round_of_a_killed_worker_fails_visibly_and_another_can_begin():
    killed = make_round(RoundState.SOLVING)

    assert fail_abandoned(killed.lease_until) == 0
    assert fail_abandoned(killed.lease_until + timedelta(seconds=1)) == 1

    killed.refresh_from_db()
    assert (killed.state, "stopped" in killed.failure) == (RoundState.FAILED, True)
    assert run().state == RoundState.PROPOSED


@pytest.fixture
def two_who_fit(db):
    make_registration(wishes=["wikidata"])
    make_registration(offers=["wikidata"])


def test_a_result_that_fails_its_proof_fails_the_round_with_the_reason(two_who_fit, monkeypatch):
    def wrong(*args):
        raise ProofFailed("the prices do not prove it")

    monkeypatch.setattr(engine, "propose", wrong)

    round_ = run()

    round_ = Round.objects.get(pk=round_.pk)
    assert (round_.state, "do not prove" in round_.failure) == (RoundState.FAILED, True)
    assert not Match.objects.exists()


def test_an_error_nobody_foresaw_fails_the_round_and_travels_on(two_who_fit, monkeypatch):
    monkeypatch.setattr(engine, "propose", lambda *args: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        run()

    round_ = Round.objects.get()
    assert (round_.state, "ZeroDivisionError" in round_.failure) == (RoundState.FAILED, True)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_a_round_whose_worker_is_ended_says_at_once_that_it_failed_and_the_log_says_where(
    two_who_fit, monkeypatch, caplog, error
):
    def ended(*_args):
        raise error

    monkeypatch.setattr(engine, "propose", ended)

    with pytest.raises(error):
        run()

    round_ = Round.objects.get()
    assert (round_.state, round_.lease_until, error.__name__ in round_.failure) == (RoundState.FAILED, None, True)
    assert [(line.name, line.exc_info[0]) for line in caplog.records] == [("matching.rounds.computing", error)]


def test_when_storing_fails_nothing_of_the_round_is_kept_but_its_failure(two_who_fit, monkeypatch):
    monkeypatch.setattr(replay, "pack", lambda *args: 1 // 0)  # after the matches are written

    with pytest.raises(ZeroDivisionError):
        run()

    assert (Match.objects.count(), RoundParticipant.objects.count()) == (0, 0)
    assert Round.objects.get().state == RoundState.FAILED


def test_a_round_cancelled_while_it_is_computed_stays_cancelled_and_empty(two_who_fit, coordinator, monkeypatch):
    honest = engine.propose

    def cancelled_meanwhile(*args):
        cancel_round(round_=Round.objects.get(), by=coordinator, now=NOW)
        return honest(*args)

    monkeypatch.setattr(engine, "propose", cancelled_meanwhile)

    assert run().state == RoundState.CANCELLED
    assert not Match.objects.exists()


def test_facts_are_read_in_the_same_number_of_queries_for_3_people_and_for_30():
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            facts.load(now=NOW)
        return len(captured)

    for _ in range(3):
        make_registration(wishes=["wikidata"], offers=["budgeting"])
    few = queries()
    for _ in range(27):
        make_registration(wishes=["wikidata"], offers=["budgeting"])

    assert queries() == few == 15


def test_the_engine_is_told_numbers_and_never_who_they_are():
    make_registration(windows=EVENINGS)
    make_registration(zone="Asia/Kathmandu")
    Member.objects.filter(pk=make_registration().member_id).update(is_active=False)

    loaded = facts.load(now=NOW)

    assert loaded.facts.people.id.tolist() == [0, 1]
    assert loaded.start.isoformat() == "2026-03-09"
    assert loaded.facts.people.slots.shape == (2, 4 * 672)
    assert loaded.facts.people.slots.sum(axis=1).tolist() == [4 * 5 * 12] * 2


@pytest.mark.parametrize("weekday", range(7))
def test_the_weeks_compared_begin_on_the_monday_after(weekday):
    today = NOW.date() + timedelta(days=weekday)

    start = hours.next_monday(today)

    assert start.weekday() == 0
    assert 1 <= (start - today).days <= 7
