"""Who approves a pair across two regions, the total over both roles, clashing hours, and the version somebody saw."""

from datetime import timedelta

import pytest

from letsconnect.base.models import Act
from matching.domain import matches
from matching.domain.matches import ClosedWhy, MatchState
from matching.models import Match
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_match, approve_matches, refuse_match
from matching.rounds.rules import change_rules
from matching.tests.factories import REASONS, make_match
from registrations.models import Registration
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

pytestmark = pytest.mark.django_db


def approve(match, by, **fields):
    return approve_match(match=match, by=by, now=NOW, **fields)


@pytest.fixture
def across(db):
    return make_match(sharer=make_registration(region="LAC", country="BR", offers=["wikidata"]))


@pytest.fixture
def both(db):
    change_rules(by=make_coordinator(), now=NOW, both_must_approve=True)


def test_either_liaison_approves_a_pair_across_two_regions_unless_the_rules_want_both(across):
    liaison = make_liaison("LAC")

    match = approve(across, liaison)

    assert match.state == MatchState.APPROVED
    assert list(match.approvals.values_list("side", "region", "approved_by")) == [("sharer", "LAC", liaison.pk)]


def test_where_both_must_approve_the_first_is_recorded_and_the_second_decides(across, both):
    first, second = make_liaison("MENA"), make_liaison("LAC")

    assert approve(across, first).state == MatchState.PROPOSED
    with pytest.raises(matches.MatchMoveNotAllowed, match="other region"):
        approve(across, first)
    match = approve(across, second)

    assert (match.state, match.approved_by, match.version) == (MatchState.APPROVED, second, 3)
    assert [(row.side, row.approved_by) for row in match.approvals.all()] == [("learner", first), ("sharer", second)]
    assert list(Act.objects.filter(verb="approve_match").order_by("pk").values_list("was", "became")) == [
        ("proposed", "proposed"),
        ("proposed", "approved"),
    ]


def test_where_both_must_approve_one_is_enough_within_a_region(both):
    assert approve(make_match(), make_liaison("MENA")).state == MatchState.APPROVED


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_where_both_must_approve_a_coordinator_approves_for_who_has_no_region(both, side):
    skills = {"offers": ["wikidata"]} if side == "sharer" else {"wishes": ["wikidata"]}
    match = make_match(**{side: make_registration(region="", country="", **skills)})
    liaison = make_liaison("MENA")

    assert approve(match, liaison).state == MatchState.PROPOSED
    assert [row.region for row in match.approvals.all()] == ["MENA"]
    with pytest.raises(matches.MatchMoveNotAllowed, match="no region, and a coordinator"):
        approve(match, liaison)
    assert approve(match, make_coordinator()).state == MatchState.APPROVED
    assert match.approvals.get(side=side).region == ""


def test_a_coordinator_counts_for_both_and_completes_what_one_began(across, both):
    other = make_match(sharer=make_registration(region="LAC", country="BR", offers=["wikidata"]))
    approve(other, make_liaison("MENA"))

    assert approve(across, make_coordinator()).state == MatchState.APPROVED
    assert approve(other, make_coordinator()).state == MatchState.APPROVED
    assert {match.approvals.count() for match in Match.objects.all()} == {2}


def test_many_approvals_say_which_wait_for_the_other_region(across, both):
    liaison, home = make_liaison("MENA"), make_match()

    outcome = approve_matches(matches=[across, home], by=liaison, now=NOW)

    assert (outcome.done, outcome.waiting, outcome.not_done) == ([home], [across], [])


def test_a_decision_about_a_version_that_is_gone_is_refused_and_says_so(across, both):
    approve(across, make_liaison("MENA"), seen_version=1)
    late = make_liaison("LAC")

    with pytest.raises(matches.ChangedSince, match="Somebody else"):
        approve(across, late, seen_version=1)
    with pytest.raises(matches.ChangedSince):
        refuse_match(match=across, by=late, why=ClosedWhy.POOR_FIT, now=NOW, seen_version=1)
    assert approve(across, late, seen_version=2).state == MatchState.APPROVED
    with pytest.raises(matches.ChangedSince, match="Somebody else"):
        refuse_match(match=across, by=late, why=ClosedWhy.POOR_FIT, now=NOW, seen_version=2)


def test_the_total_over_both_roles_is_counted_at_approval_and_again_when_publishing(coordinator):
    change_rules(by=coordinator, now=NOW, most_at_once=2)
    busy = make_registration(offers=["wikidata"], wishes=["wikidata"], can_help=5, can_learn_from=5)
    hours = [{**REASONS, "hours": [[start, start + 4]]} for start in (0, 8, 16)]
    one = make_match("connected", learner=busy, reasons=hours[0])
    two = make_match("approved", sharer=busy, reasons=hours[1])
    three = make_match(sharer=busy, skill="budgeting", reasons=hours[2])

    with pytest.raises(matches.NoPlaceLeft, match="both roles"):
        approve(three, coordinator)
    change_rules(by=coordinator, now=NOW, most_at_once=3)
    assert approve(three, coordinator).state == MatchState.APPROVED
    change_rules(by=coordinator, now=NOW, most_at_once=1)
    held = publish_round(round_=two.round, by=coordinator, now=NOW).held_back
    assert [match.pk for match, _why in held] == [two.pk] and "both roles" in held[0][1]
    assert one.pk


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_matches_of_one_person_that_leave_no_hour_each_are_not_approved_together(side, coordinator):
    busy = make_registration(offers=["wikidata"], wishes=["wikidata"], can_help=3, can_learn_from=3)
    same = {**REASONS, "hours": [[week * 672, week * 672 + 4] for week in range(4)]}
    first = make_match(**{side: busy}, reasons=same)
    second = make_match(**{side: busy}, skill="budgeting", reasons=same)
    erased = make_match("connected", **{side: busy}, skill="facilitation", reasons={})
    approve(first, coordinator)

    with pytest.raises(matches.HoursClash, match="no hour"):
        approve(second, coordinator)

    wider = {**REASONS, "hours": [[week * 672, week * 672 + 8] for week in range(4)]}
    Match.objects.filter(pk=second.pk).update(reasons=wider)
    assert approve(second, coordinator).state == MatchState.APPROVED
    assert erased.pk


def test_when_logging_an_approval_fails_nothing_of_it_is_kept(across, coordinator, monkeypatch):
    from letsconnect.base import acts

    monkeypatch.setattr(acts, "record", lambda **words: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        approve(across, coordinator)

    match = Match.objects.get()
    assert (match.state, match.version, match.approvals.count()) == (MatchState.PROPOSED, 1, 0)


def test_who_is_proposed_elsewhere_may_be_approved_there_first(coordinator):
    learner = make_registration(wishes=["wikidata"])
    one, two = make_match(learner=learner), make_match(learner=learner)
    Registration.objects.filter(pk=learner.pk).update(changed_at=NOW - timedelta(days=1))

    approve(two, coordinator)

    with pytest.raises(matches.NoPlaceLeft):
        approve(one, coordinator)
