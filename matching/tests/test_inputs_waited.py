"""Rounds waited and first in line, the cool-down, requests and how old an offer is: what facts say of the past."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.domain.matches import ClosedWhy, MatchState, RoundState
from matching.inputs import loading as facts
from matching.inputs import waited as waiting
from matching.models import Match, MatchingRules, RoundParticipant
from matching.tests.factories import make_match, make_request, make_round
from registrations.models import Registration
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def took_part(learner, *, published=NOW - 30 * DAY, state=RoundState.PUBLISHED, is_learner=True):
    columns = {"published_at": published} if state == RoundState.PUBLISHED else {}
    round_ = make_round(state, **columns)
    RoundParticipant.objects.create(round=round_, number=0, registration=learner, is_learner=is_learner)
    return round_


def waited(learner):
    return waiting.rounds_waited(waiting.last_connected()).get(learner.pk, 0)


@pytest.fixture
def learner(db):
    return make_registration(wishes=["wikidata"])


def test_published_rounds_without_a_question_count_as_waited(learner):
    took_part(learner)
    took_part(learner)
    took_part(learner, state=RoundState.PROPOSED)
    took_part(learner, is_learner=False)
    asked = took_part(learner)
    make_match("declined", round=asked, learner=learner)
    refused = took_part(learner)
    make_match("refused", round=refused, learner=learner)

    assert waited(learner) == 3


def test_being_connected_starts_the_count_anew(learner):
    took_part(learner, published=NOW - 30 * DAY)
    make_match("completed", learner=learner, connected_at=NOW - 20 * DAY)
    took_part(learner, published=NOW - 10 * DAY)

    assert waited(learner) == 1


@pytest.mark.parametrize("state", [MatchState.EXPIRED, MatchState.DECLINED])
def test_who_said_yes_and_was_let_down_is_first_in_line(state, learner):
    others = [make_registration(wishes=["wikidata"]) for _ in range(2)]
    for rounds, other in enumerate(others, start=1):
        for _ in range(rounds):
            took_part(other)
    make_match(state, learner=learner, learner_accepted_at=NOW)
    silent = make_match(state).learner

    assert (waited(learner), waited(others[0]), waited(others[1]), waited(silent)) == (3, 1, 2, 0)


def test_first_in_line_is_over_once_they_were_asked_again_or_connected(learner):
    make_match("expired", learner=learner, learner_accepted_at=NOW, asked_at=NOW - 30 * DAY)
    make_match("expired", learner=learner, asked_at=NOW - 9 * DAY)
    other = make_match("expired", learner_accepted_at=NOW, asked_at=NOW - 30 * DAY).learner
    make_match("completed", learner=other, asked_at=NOW - 60 * DAY, connected_at=NOW - 9 * DAY)

    assert (waited(learner), waited(other)) == (0, 0)


@pytest.mark.parametrize(
    ("state", "why", "days", "is_apart"),
    [
        ("declined", ClosedWhy.NO_TIME, 179, True),
        ("declined", ClosedWhy.NO_TIME, 181, False),
        ("declined", ClosedWhy.NOT_THE_PERSON, 5000, True),
        ("refused", ClosedWhy.KNOW_EACH_OTHER, 5000, True),
        ("refused", ClosedWhy.POOR_FIT, 181, False),
        ("expired", ClosedWhy.NO_ANSWER, 10, True),
        ("completed", ClosedWhy.DONE, 181, False),
        ("ended", ClosedWhy.NOT_THE_PERSON, 181, True),
        ("withdrawn", ClosedWhy.REPLACED, 1, False),
        ("withdrawn", ClosedWhy.SWAPPED, 1, False),
    ],
)
def test_why_a_match_ended_decides_for_how_long_two_people_are_kept_apart(state, why, days, is_apart):
    match = make_match(state, closed_why=why, closed_at=NOW - days * DAY)

    assert (match in Match.objects.keeping_apart(now=NOW, cool_down_days=180)) == is_apart


def test_the_rules_say_how_long_the_cool_down_is(learner):
    match = make_match("declined", learner=learner, closed_why=ClosedWhy.NO_TIME, closed_at=NOW - 50 * DAY)
    assert facts.load(now=NOW).facts.apart.tolist() == [[0, 1]]

    MatchingRules.objects.create(pk=1, cool_down_days=50)

    assert facts.load(now=NOW).facts.apart.tolist() == []
    assert match.pk


def test_whom_a_learner_asked_for_how_long_they_waited_and_what_they_do_already_reach_the_engine():
    took = make_registration(wishes=["wikidata"])
    sharer = make_registration(offers=["wikidata"], is_findable=True, can_help=3)
    make_request(learner=took, sharer=sharer)
    took_part(took)
    make_match("connected", sharer=sharer)

    people = facts.load(now=NOW).facts

    assert people.asked_for.tolist() == [[0, 1]]
    assert people.people.waited.tolist()[:2] == [1, 0]
    assert people.people.load.tolist()[1] == 1
    assert people.people.places_to_help.tolist()[1] == 2


def test_an_offer_is_as_old_as_its_persons_last_word_about_it(learner):
    def days_old(**columns):
        member = learner.member
        member.last_seen_on = columns.pop("seen_on", None)
        member.save(update_fields=["last_seen_on"])
        Registration.objects.filter(pk=learner.pk).update(**{"changed_at": NOW, "still_in_asked_on": None} | columns)
        return facts.load(now=NOW).facts.people.freshness.tolist()[0]

    today = NOW.date()
    assert days_old(confirmed_on=today - 200 * DAY) == 200
    assert days_old(confirmed_on=today + DAY) == 0
    assert days_old(confirmed_on=today - 200 * DAY, seen_on=today) == 200
    assert days_old(confirmed_on=today - 200 * DAY, seen_on=today, still_in_asked_on=today - 9 * DAY) == 200
    assert days_old(confirmed_on=None, made_at=NOW - 700 * DAY) == 700


def test_the_past_is_read_in_the_same_number_of_queries_however_much_there_was(learner):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            facts.load(now=NOW)
        return len(captured)

    few = queries()
    for _ in range(6):
        took_part(learner)
        make_match("declined", learner=learner, learner_accepted_at=NOW)
        make_match("completed")
        make_request(learner=make_registration(wishes=["wikidata"]))

    assert queries() == few == 15
