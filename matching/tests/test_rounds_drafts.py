"""Drafts and their previews; pairs made by hand, swaps; what is asked of whom."""

from datetime import timedelta

import pytest

from letsconnect.base.models import Act, ActReason
from mailings.models import Letter
from matching import engine
from matching.domain import matches
from matching.domain.matches import ClosedWhy, MatchState, RoundPhase, RoundState
from matching.engine.settings import Settings
from matching.inputs.scope import Scope
from matching.models import Exclusion, Match, MatchingRules, Round
from matching.rounds import leases, previewing
from matching.rounds.by_hand import make_match_by_hand, swap_match
from matching.rounds.computing import solve_round, solve_waiting_rounds
from matching.rounds.drafts import change_draft, draft_round, request_round
from matching.rounds.previewing import compute_waiting_previews, preview_round
from matching.rounds.queue import compute_queue
from matching.rounds.rounds import cancel_round, release_undecided
from matching.rounds.rules import change_rules, exclude_pair, lift_exclusion
from matching.rounds.sweeps import fail_abandoned
from matching.tests.factories import make_match, make_round
from registrations.models import Block, Member
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration, make_skill

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def people(db):
    """Two learners, one sharer for both."""
    learners = [make_registration(wishes=["wikidata"]), make_registration(wishes=["wikidata"], region="LAC")]
    return [*learners, make_registration(offers=["wikidata"])]


def draft(by, **fields):
    return draft_round(by=by, now=NOW, **fields)


def preview(round_, by, now=LATER):
    return preview_round(round_=round_, by=by, now=now)


def by_hand(round_, learner, sharer, by, skill="wikidata", why="They met at a conference"):
    return make_match_by_hand(
        round_=round_, learner=learner, sharer=sharer, skill=make_skill(skill), why=why, by=by, now=LATER
    )


def run(round_, by):
    request_round(round_=round_, by=by, now=LATER)
    return solve_round(round_=round_, now=LATER)


def test_a_draft_is_previewed_at_once_and_nothing_else_happens(people, coordinator):
    round_ = preview(draft(coordinator), coordinator)

    found = round_.preview
    assert (found["served"], found["learners"], found["candidates"]) == (1, 2, 2)
    assert len(found["pairs"]) == 1 and found["warnings"] == [] and found["undecided_elsewhere"] == 0
    assert "against_before" not in found and round_.preview_before is None
    assert (round_.state, round_.lease_until, round_.phase) == (RoundState.DRAFT, None, "")
    assert not Match.objects.exists() and not Letter.objects.exists() and not round_.replays.exists()
    assert [row.left_out for row in round_.participants.left_out_of(round_)] == ["places_taken"]


def test_a_preview_is_kept_beside_the_one_before_with_what_differs(people, coordinator):
    round_ = preview(draft(coordinator), coordinator)
    served = {row[0] for row in round_.preview["pairs"]}
    left = next(person for number, person in enumerate(people[:2]) if number not in served)
    change_draft(round_=round_, by=coordinator, now=LATER, scope=Scope(regions=(left.region,)))

    again = preview(round_, coordinator)

    assert again.preview_before == round_.preview
    assert again.preview["scope"]["regions"] == [left.region]
    assert again.preview["against_before"] == {
        "pairs_same": 0,
        "pairs_new": 1,
        "pairs_gone": 1,
        "learners_gained": 1,
        "learners_lost": 1,
    }


def test_with_many_people_a_worker_previews_and_the_row_shows_the_phases(people, coordinator, monkeypatch):
    monkeypatch.setattr(previewing, "AT_ONCE", 2)
    phases, honest = [], leases.Lease.enter

    def seen(lease, phase):
        honest(lease, phase)
        phases.append(Round.objects.get().phase)

    monkeypatch.setattr(leases.Lease, "enter", seen)
    round_ = preview(draft(coordinator), coordinator)
    assert (round_.preview, round_.preview_requested_at) == (None, LATER)
    assert list(Round.objects.overlooked(now=LATER + timedelta(minutes=1))) == [round_]

    assert compute_queue(now=LATER) == 1

    round_.refresh_from_db()
    assert round_.preview["served"] == 1 and round_.preview_requested_at is None
    assert phases == [phase for phase in RoundPhase if phase != RoundPhase.READING]  # the lease begins with that one


def test_a_preview_waits_for_a_round_that_is_being_computed(people, coordinator):
    busy = make_round(RoundState.SOLVING)
    round_ = preview(draft(coordinator), coordinator)
    assert (round_.preview, round_.preview_requested_at) == (None, LATER)

    assert compute_waiting_previews(now=LATER) == 0
    fail_abandoned(busy.lease_until + timedelta(seconds=1))
    assert compute_waiting_previews(now=LATER) == 1


def test_a_draft_cancelled_while_it_is_previewed_keeps_nothing(people, coordinator, monkeypatch):
    honest = engine.propose

    def cancelled_meanwhile(*args):
        cancel_round(round_=Round.objects.get(), by=coordinator, now=LATER)
        return honest(*args)

    monkeypatch.setattr(engine, "propose", cancelled_meanwhile)

    round_ = preview(draft(coordinator), coordinator)

    assert (round_.state, round_.preview, round_.participants.count()) == (RoundState.CANCELLED, None, 0)


def test_when_storing_a_preview_fails_the_draft_is_free_again(people, coordinator, monkeypatch):
    monkeypatch.setattr(previewing, "write_participants", lambda *args: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        preview(draft(coordinator), coordinator)

    round_ = Round.objects.get()
    assert (round_.preview, round_.lease_until, round_.preview_requested_at) == (None, None, None)


def test_a_preview_warns_of_what_the_solver_does_not_look_at(coordinator):
    busy = make_registration(offers=["wikidata"], wishes=["budgeting"], windows=[(18 * 60, 20 * 60)], can_help=3)
    for _ in range(3):
        make_registration(wishes=["wikidata"])
    make_registration(offers=["budgeting"])
    change_rules(by=coordinator, now=NOW, most_at_once=3)

    found = preview(draft(coordinator), coordinator).preview

    assert found["served"] == 4
    assert {(row["kind"], row["matches"]) for row in found["warnings"]} == {("too_many_at_once", 4), ("hours_clash", 4)}
    numbers = {row["number"] for row in found["warnings"]}
    assert [row.registration for row in Round.objects.get().participants.filter(number__in=numbers)] == [busy]


def test_the_scope_narrows_the_learners_and_never_the_sharers(people, coordinator):
    learner, abroad, sharer = people
    make_registration(wishes=["budgeting"])
    make_registration(offers=["budgeting"])

    assert preview(draft(coordinator, scope=Scope(regions=("LAC",))), coordinator).preview["learners"] == 1
    skill = make_skill("wikidata")
    assert preview(draft(coordinator, scope=Scope(skills=(skill.pk,))), coordinator).preview["learners"] == 2
    scope = Scope(waiting_weeks=2)
    assert preview(draft(coordinator, scope=scope), coordinator).preview["learners"] == 0
    later = preview(draft(coordinator, scope=scope), coordinator, now=NOW + timedelta(weeks=2))
    assert later.preview["learners"] == 3
    assert run(draft(coordinator, scope=Scope(regions=("LAC",))), coordinator).matches.get().learner == abroad
    assert {learner.region, sharer.region} == {"MENA"}


def test_a_scope_says_what_it_leaves_out_and_old_ones_mean_what_they_meant():
    assert Scope().as_json() == {"only": [], "regions": [], "skills": [], "waiting_weeks": 0}
    assert Scope.of(Scope(regions=("LAC",)).as_json()) == Scope(regions=("LAC",))
    for before in ({}, {"regions": [], "skills": [], "waiting_weeks": 0}):
        assert Scope.of(before).is_everybody
    assert Scope.of({"regions": ["LAC"], "skills": [], "waiting_weeks": 2}) == Scope(regions=("LAC",), waiting_weeks=2)


def test_a_round_for_only_these_whose_list_was_emptied_is_for_nobody(people, coordinator):
    for only in ("regions", "skills"):
        round_ = draft(coordinator)
        Round.objects.filter(pk=round_.pk).update(scope={"only": [only], "regions": [], "skills": []})
        assert preview(Round.objects.get(pk=round_.pk), coordinator).preview["learners"] == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": Scope(regions=("MOON",))},
        {"scope": Scope(regions=())},
        {"scope": Scope(skills=())},
        {"scope": Scope(skills=(987_654,))},
        {"scope": Scope(waiting_weeks=-1)},
        {"settings": Settings(preset="fastest")},
        {"settings": Settings(weights={"level_gap": -1})},
        {"settings": Settings(weights={"beauty": 1})},
        {"settings": Settings(levels=("score",))},
    ],
)
def test_a_draft_refuses_what_no_round_can_be_asked_to_do(fields, coordinator):
    with pytest.raises(matches.BadSetting):
        draft(coordinator, **fields)
    with pytest.raises(matches.BadSetting):
        change_draft(round_=draft(coordinator), by=coordinator, now=NOW, **fields)


def test_only_who_drafted_a_round_or_a_coordinator_changes_it_and_only_while_it_is_a_draft(member):
    liaison, other, coordinator = make_liaison("SA"), make_liaison("MENA"), make_coordinator()
    with pytest.raises(matches.NotYourMatch):
        draft(member)
    round_ = draft(liaison)
    change_draft(round_=round_, by=coordinator, now=NOW, seed=4)
    for act in (preview, run):
        with pytest.raises(matches.NotYourMatch):
            act(round_, other)
    round_ = run(round_, liaison)
    assert (round_.state, round_.seed) == (RoundState.PROPOSED, 4)
    with pytest.raises(matches.MatchMoveNotAllowed):
        change_draft(round_=round_, by=liaison, now=NOW, seed=5)
    with pytest.raises(matches.MatchMoveNotAllowed):
        preview(round_, liaison)


def test_requesting_twice_is_requesting_once_and_a_failed_round_can_be_tried_again(people, coordinator):
    round_ = draft(coordinator)
    for _ in range(2):
        request_round(round_=round_, by=coordinator, now=LATER)
    assert Act.objects.filter(verb="request_round").count() == 1
    failed = make_round(RoundState.FAILED, failure="no memory", settings=round_.settings)

    assert request_round(round_=failed, by=coordinator, now=LATER).state == RoundState.DRAFT
    assert solve_waiting_rounds(now=LATER) == 2
    failed.refresh_from_db()
    assert (failed.state, failed.failure) == (RoundState.PROPOSED, "")


def test_a_round_counts_by_the_rules_of_the_moment_it_is_requested(people, coordinator):
    round_ = draft(coordinator)
    change_rules(by=coordinator, now=NOW, min_minutes_a_week=901)

    round_ = run(round_, coordinator)

    assert (round_.settings["min_minutes_a_week"], round_.statistics["served"]) == (901, 0)
    assert {row.left_out for row in round_.participants.not_looked_for_in(round_)} == {"too_few_hours"}


def test_a_pair_made_by_hand_in_a_draft_comes_first_and_is_stored_once(people, coordinator):
    learner, abroad, sharer = people
    for one in (learner, abroad):
        round_ = draft(coordinator)
        match = by_hand(round_, one, sharer, coordinator)
        assert match not in Match.objects.to_decide()
        found = preview(round_, coordinator).preview
        assert found["value"]["fixed"] == found["served"] == 1

        round_ = run(round_, coordinator)

        stored = round_.matches.get()
        assert (stored.pk, stored.learner, stored.made_why) == (match.pk, one, "They met at a conference")
        assert stored.score == sum(reason["points"] for reason in stored.reasons["reasons"]) == match.score > 0
        assert stored in Match.objects.to_decide()
        cancel_round(round_=round_, by=coordinator, now=LATER)


def test_a_pair_made_by_hand_that_breaks_a_rule_by_the_time_of_the_round_stays_and_is_named(people, coordinator):
    learner, abroad, sharer = people
    round_ = draft(coordinator)
    match = by_hand(round_, abroad, sharer, coordinator)
    Block.objects.create(member=sharer.member, blocked=learner.member, made_at=NOW)
    sharer.windows.all().delete()

    round_ = run(round_, coordinator)

    assert list(round_.matches.all()) == [match]
    assert [row[3] for row in round_.statistics["by_hand_against_rules"]] == [["too_few_hours", "no_hour_in_common"]]


def test_what_the_hard_rules_forbid_is_not_made_by_hand_either_and_the_sentence_says_which(people, coordinator):
    learner, abroad, sharer = people
    round_ = draft(coordinator)
    with pytest.raises(matches.CannotPair, match="does not share this"):
        by_hand(round_, learner, sharer, coordinator, skill="budgeting")
    with pytest.raises(matches.CannotPair, match="two different people"):
        by_hand(round_, sharer, sharer, coordinator)
    with pytest.raises(matches.ReasonMissing):
        by_hand(round_, learner, sharer, coordinator, why=" ")
    exclude(learner, sharer, coordinator)
    with pytest.raises(matches.CannotPair, match="kept apart"):
        by_hand(round_, learner, sharer, coordinator)
    abroad.paused_until = (NOW + timedelta(days=9)).date()
    abroad.save(update_fields=["paused_until"])
    with pytest.raises(matches.CannotPair, match="paused"):
        by_hand(round_, abroad, sharer, coordinator)
    assert not Match.objects.exists()


def test_a_learner_with_a_proposal_is_swapped_and_not_paired_twice(people, coordinator):
    learner, _abroad, sharer = people
    round_ = draft(coordinator)
    by_hand(round_, learner, sharer, coordinator)
    other = make_registration(offers=["wikidata"])

    with pytest.raises(matches.CannotPair, match="has a proposal"):
        by_hand(round_, learner, other, coordinator)
    assert Match.objects.count() == 1


def test_only_a_liaison_of_either_region_pairs_by_hand_and_nobody_pairs_themselves(people):
    learner, _abroad, sharer = people
    round_ = draft(make_coordinator())
    with pytest.raises(matches.NotYourMatch):
        by_hand(round_, learner, sharer, make_liaison("SA"))
    learner.member.seats.create(role="coordinator", region="", from_on=NOW.date() - timedelta(days=9))
    with pytest.raises(matches.NotYourMatch):
        by_hand(round_, learner, sharer, learner.member)
    assert by_hand(round_, learner, sharer, make_liaison("MENA")).made_by_hand


def exclude(one, other, by, reason="They share an office"):
    return exclude_pair(person=one, other=other, reason=reason, by=by, now=NOW)


def test_a_swap_closes_the_old_pair_without_a_judgement(people, coordinator):
    learner, _abroad, sharer = people
    other = make_registration(offers=["wikidata"])
    match = make_match(learner=learner, sharer=sharer)

    new = swap_match(match=match, sharer=other, by=coordinator, now=LATER, why="Closer in time", seen_version=1)

    match.refresh_from_db()
    assert (match.state, match.closed_why, match.closed_note) == ("withdrawn", "swapped", "Closer in time")
    assert (new.learner, new.sharer, new.round, new.skill) == (learner, other, match.round, match.skill)
    assert match not in Match.objects.keeping_apart(now=LATER, cool_down_days=180)


def test_a_swap_that_cannot_be_leaves_the_old_pair_as_it_was(people, coordinator):
    learner, _abroad, sharer = people
    match = make_match(learner=learner, sharer=sharer)
    stranger = make_registration(offers=["budgeting"])
    swap = {"by": coordinator, "now": LATER}

    with pytest.raises(matches.CannotPair):
        swap_match(match=match, sharer=stranger, **swap)
    with pytest.raises(matches.ChangedSince):
        swap_match(match=match, sharer=make_registration(offers=["wikidata"]), seen_version=2, **swap)

    assert Match.objects.get() == match and Match.objects.get().state == MatchState.PROPOSED


def test_an_exclusion_keeps_two_apart_in_either_role_until_it_is_lifted(people, coordinator):
    learner, _abroad, sharer = people
    exclusion = exclude(sharer, learner, coordinator)
    assert (exclusion.person, exclusion.other) == (learner, sharer)
    assert exclude(learner, sharer, coordinator, reason="again") == exclusion
    round_ = draft(coordinator, scope=Scope(regions=("MENA",)))
    assert preview(round_, coordinator).preview["served"] == 0

    lift_exclusion(exclusion=exclusion, why="They made up", by=coordinator, now=LATER)

    assert preview(round_, coordinator).preview["served"] == 1
    with pytest.raises(matches.MatchMoveNotAllowed):
        lift_exclusion(exclusion=exclusion, why="again", by=coordinator, now=LATER)
    assert list(ActReason.objects.values_list("text", flat=True)) == ["They share an office", "They made up"]


def test_who_excludes_looks_after_a_side_is_neither_and_says_why(people):
    learner, _abroad, sharer = people
    with pytest.raises(matches.NotYourMatch):
        exclude(learner, sharer, make_liaison("SA"))
    with pytest.raises(matches.ReasonMissing):
        exclude(learner, sharer, make_liaison("MENA"), reason=" ")
    with pytest.raises(matches.BadSetting):
        exclude(learner, learner, make_liaison("MENA"))
    learner.member.seats.create(role="liaison", region="MENA", from_on=NOW.date() - timedelta(days=9))
    with pytest.raises(matches.NotYourMatch):
        exclude(learner, sharer, learner.member)
    exclusion = exclude(learner, sharer, make_liaison("MENA"))
    for by, why in ((make_liaison("SA"), "x"), (make_coordinator(), "")):
        with pytest.raises((matches.NotYourMatch, matches.ReasonMissing)):
            lift_exclusion(exclusion=exclusion, why=why, by=by, now=LATER)
    assert Exclusion.objects.standing().count() == 1


def test_coordinators_change_the_rules_and_the_log_says_what_became_of_what(coordinator, liaison):
    assert MatchingRules.objects.current().cool_down_days == 180

    change_rules(by=coordinator, now=NOW, cool_down_days=90, both_must_approve=True)
    change_rules(by=coordinator, now=LATER, cool_down_days=90)

    rules = MatchingRules.objects.current()
    assert (rules.cool_down_days, rules.both_must_approve, rules.changed_by) == (90, True, coordinator)
    assert rules.changed_at == NOW
    assert ActReason.objects.get().text == "both_must_approve: False → True, cool_down_days: 180 → 90"
    with pytest.raises(matches.NotYourMatch):
        change_rules(by=liaison, now=NOW, cool_down_days=1)
    for nonsense in ({"most_at_once": 0}, {"cool_down_days": -1}, {"changed_by_id": 1}, {"facts_kept_days": "x"}):
        with pytest.raises(matches.BadSetting):
            change_rules(by=coordinator, now=NOW, **nonsense)


def test_letting_go_of_all_ends_a_round_of_which_nothing_is_approved(coordinator):
    match = make_match()

    release_undecided(round_=match.round, by=coordinator, now=LATER)

    match.round.refresh_from_db()
    assert (match.round.state, match.round.published_at, match.round.published_by) == ("published", LATER, coordinator)
    assert list(Act.objects.order_by("pk").values_list("verb", flat=True))[-2:] == [
        "release_undecided",
        "publish_round",
    ]


@pytest.mark.parametrize("act", [cancel_round, release_undecided, request_round])
def test_who_began_a_round_steers_it_only_while_they_have_a_seat(liaison, act):
    round_ = make_round(created_by=liaison)
    liaison.seats.update(until_on=NOW.date())

    with pytest.raises(matches.NotYourMatch):
        act(round_=round_, by=Member.objects.get(pk=liaison.pk), now=LATER)


def test_letting_go_of_what_is_undecided_frees_places_and_keeps_what_is_approved(coordinator, liaison):
    match = make_match()
    approved = make_match("approved", round=match.round)
    with pytest.raises(matches.NotYourMatch):
        release_undecided(round_=match.round, by=liaison, now=LATER)

    assert release_undecided(round_=match.round, by=coordinator, now=LATER) == 1
    assert release_undecided(round_=match.round, by=coordinator, now=LATER) == 0

    match.refresh_from_db()
    approved.refresh_from_db()
    assert (match.state, match.closed_why, match.version) == ("withdrawn", ClosedWhy.LEFT_UNDECIDED, 2)
    assert approved.state == MatchState.APPROVED
    assert Round.objects.get(pk=match.round_id).state == "proposed"
    assert Act.objects.filter(verb="release_undecided").count() == 1
    with pytest.raises(matches.MatchMoveNotAllowed):
        release_undecided(round_=draft(coordinator), by=coordinator, now=LATER)
