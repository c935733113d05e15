"""Asking for one sharer: the rules the database keeps, and who is told of what."""

from datetime import timedelta

import pytest

from letsconnect.tests.database import change, refuses
from matching.domain.requests import REQUEST_KEPT, NotThisTime, RequestState, TooManyRequests, free_place
from matching.models import SharerRequest
from matching.tests.factories import make_match, make_request, make_round
from registrations.domain.registrations import RegistrationState
from registrations.models import Block, Registration
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", RequestState)
def test_the_factory_can_make_every_state_so_the_rules_below_refuse_only_what_they_name(state):
    assert make_request(state).state == state


@pytest.mark.parametrize(
    ("state", "columns", "constraint"),
    [
        ("withdrawn", {"state": "dreaming"}, "matching_request_state_is_known"),
        ("open", {"place": None}, "matching_open_request_has_one_of_three_places"),
        ("open", {"place": 0}, "matching_open_request_has_one_of_three_places"),
        ("open", {"place": 4}, "matching_open_request_has_one_of_three_places"),
        ("open", {"why": ""}, "matching_open_request_says_why"),
        ("open", {"closed_at": NOW}, "matching_closed_request_has_when"),
        ("withdrawn", {"closed_at": None}, "matching_closed_request_has_when"),
        ("matched", {"round": None}, "matching_answered_request_has_its_round"),
        ("not_this_time", {"round": None}, "matching_answered_request_has_its_round"),
        ("matched", {"match": None}, "matching_matched_request_has_its_match"),
        ("not_this_time", {"not_this_time": ""}, "matching_not_this_time_says_why"),
        ("expired", {"not_this_time": NotThisTime.NO_HOURS}, "matching_not_this_time_says_why"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(state, columns, constraint):
    refuses(constraint, change(make_request(state), **columns))


def test_an_open_request_names_no_round_and_no_match():
    request = make_request()

    refuses("matching_answered_request_has_its_round", change(request, round=make_round("published")))
    refuses("matching_matched_request_has_its_match", change(request, match=make_match("asked")))


def test_nobody_asks_for_themselves():
    request = make_request()

    refuses("matching_nobody_asks_for_themselves", change(request, sharer=request.learner))


def test_one_request_waits_per_learner_sharer_and_skill():
    first = make_request()
    pair = {"learner": first.learner, "sharer": first.sharer}

    refuses("matching_one_open_request_per_pair_and_skill", lambda: make_request(place=2, **pair))
    make_request("withdrawn", **pair)
    assert make_request(skill="budgeting", place=2, **pair).pk


def test_a_learner_has_three_places_for_requests_that_wait():
    learner = make_registration(wishes=["wikidata"])
    for place in (1, 2, 3):
        make_request(learner=learner, place=place)

    refuses("matching_one_open_request_per_place", lambda: make_request(learner=learner, place=3))


def test_the_lowest_place_is_taken_first_and_a_fourth_request_is_refused():
    assert [free_place(taken) for taken in (set(), {1}, {2, 3}, {1, 3})] == [1, 2, 1, 2]
    with pytest.raises(TooManyRequests):
        free_place({1, 2, 3})


@pytest.mark.parametrize("side", ["learner", "sharer"])
@pytest.mark.parametrize("state", [RegistrationState.WITHDRAWN, RegistrationState.DECLINED])
def test_rounds_are_not_told_of_a_request_once_a_side_has_left(side, state):
    request = make_request()
    assert list(SharerRequest.objects.open()) == [request]

    Registration.objects.filter(pk=getattr(request, side).pk).update(state=state)

    assert list(SharerRequest.objects.open()) == []
    assert list(SharerRequest.objects.waiting()) == [request]


@pytest.mark.parametrize("blocker", ["learner", "sharer"])
def test_rounds_are_not_told_of_a_request_once_one_blocks_the_other(blocker):
    request = make_request()
    people = [request.learner.member, request.sharer.member]
    one, other = people if blocker == "learner" else people[::-1]

    Block.objects.create(member=one, blocked=other, made_at=NOW)

    assert list(SharerRequest.objects.open()) == []


def test_rounds_are_not_told_of_a_request_once_the_sharer_cannot_be_found_any_more():
    request = make_request()

    Registration.objects.filter(pk=request.sharer.pk).update(is_findable=False)

    assert list(SharerRequest.objects.open()) == []


@pytest.mark.parametrize("state", [state for state in RequestState if state != RequestState.OPEN])
def test_rounds_are_told_of_open_requests_only(state):
    make_request(state)

    assert list(SharerRequest.objects.open()) == []


def test_a_request_is_stale_after_four_months():
    request = make_request()

    assert list(SharerRequest.objects.stale(now=NOW + REQUEST_KEPT - timedelta(seconds=1))) == []
    assert list(SharerRequest.objects.stale(now=NOW + REQUEST_KEPT)) == [request]


def test_liaisons_see_requests_where_either_side_is_of_their_region(liaison, other_liaison, coordinator, member):
    ours = make_request()
    shared = make_request(sharer=make_registration(region="LAC", country="BR", offers=["wikidata"], is_findable=True))

    assert set(SharerRequest.objects.visible_to(liaison)) == {ours, shared}
    assert set(SharerRequest.objects.visible_to(other_liaison)) == {shared}
    assert set(SharerRequest.objects.visible_to(coordinator)) == {ours, shared}
    assert set(SharerRequest.objects.visible_to(member)) == set()
