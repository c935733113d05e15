"""The engine's numbers as sentences."""

import pytest
from django.utils import translation

from matching.domain.matches import Side
from matching.engine.criteria import CRITERIA
from matching.engine.facts import LEFT_OUT
from matching.models import Match
from matching.tests.factories import make_match
from matching.words import reasons
from registrations.models import Registration
from registrations.tests.factories import make_registration


@pytest.fixture
def match(db):
    return make_match()


def test_every_criterion_and_every_reason_of_the_engine_has_its_words():
    assert set(reasons.CRITERIA) == set(CRITERIA)
    told_apart_outside = {"wants_nobody", "not_here", "pair_broken"}  # by the rows, which the engine does not see
    assert set(reasons.LEFT_OUT) == set(LEFT_OUT) | told_apart_outside
    assert "not agreed to the documents" in str(reasons.LEFT_OUT["not_here"]), "they are not matchable either"


def test_each_side_reads_its_own_sentences(match):
    learner, sharer = match.learner.shown_name, match.sharer.shown_name

    assert reasons.for_person(match, Side.LEARNER) == [
        f"You wish to learn about Wikidata, and {sharer} shares it.",
        f"What {sharer} knows about Wikidata suits what you need.",
        "You have about 6 hours a week in common.",
        "You both speak Arabic and French.",
        "You are both from the region Middle East & North Africa.",
    ]
    assert reasons.for_person(match, Side.SHARER)[0] == f"You share Wikidata, and {learner} wishes to learn about it."
    assert reasons.for_working_group(match) == [
        f"{sharer} shares Wikidata, which {learner} wishes to learn.",
        "Both speak Arabic and French.",
        "They have 6 hours a week in common.",
    ]


def test_the_best_three_are_those_that_gave_most_and_each_is_short_and_for_its_reader_alone(match):
    given = {"asked_for": 2000, "wish_priority": 1000, "freshness": 999, "reciprocal": 900, "region_wish": 500}
    given |= {"hours_in_common": 400, "level_gap": 0}
    rows = [{"criterion": name, "value": points, "weight": 1, "points": points} for name, points in given.items()]
    match.reasons = {**match.reasons, "reasons": rows}
    learner, sharer = match.learner.shown_name, match.sharer.shown_name

    each = "Each of you shares something that the other wants to learn."
    assert reasons.best_for_person(match, Side.LEARNER) == [
        f"You asked for {sharer}.",
        "You want to learn it as soon as possible.",
        each,
    ]
    assert reasons.best_for_person(match, Side.SHARER) == [
        each,
        "You are both from the region Middle East & North Africa.",
        "You have about 6 hours a week in common.",
    ], "nobody is told that they were asked for, nor how soon somebody wants to learn"
    everything = " ".join(reasons.for_person(match, Side.SHARER))
    assert "asked" not in everything and "suits what" not in everything and learner in everything
    for sentence in (*reasons.for_person(match, Side.LEARNER), *reasons.for_person(make_match(), Side.SHARER)):
        assert len(sentence.split()) <= 20, sentence


def test_two_regions_are_named_from_where_the_reader_is(match):
    match.sharer = make_registration(region="LAC", country="BR")

    assert reasons.for_person(match, Side.SHARER)[-1] == (
        "You are from two regions: Latin America & Caribbean, and Middle East & North Africa."
    )


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["ar"], "Arabic"),
        (["ar", "fr"], "Arabic and French"),
        (["ar", "fr", "yo"], "Arabic, French and Yoruba"),
    ],
)
def test_languages_are_listed_by_name(match, codes, said):
    match.reasons = {"languages": codes}

    assert f"You both speak {said}." in reasons.for_person(match, Side.LEARNER)


def test_the_hours_are_those_of_the_poorest_week(match):
    match.reasons = {"minutes_a_week": [600, 115, 600, 600]}

    assert "You have about 1 hour a week in common." in reasons.for_person(match, Side.LEARNER)


def test_reasons_that_erasure_emptied_leave_a_page_that_still_reads(match):
    Match.objects.update(reasons={})
    Registration.objects.update(region="", country="", name="")
    match = Match.objects.get()
    match.sharer.member.name = ""

    assert reasons.for_person(match, Side.LEARNER) == [
        "You wish to learn about Wikidata, and Somebody who shows no name shares it."
    ]
    assert reasons.parts(match) == []


def test_the_parts_of_a_score_add_up_and_begin_with_the_largest(match):
    parts = reasons.parts(match)

    assert [part.points for part in parts] == [800, 200]
    assert sum(part.points for part in parts) == match.score
    assert all(part.value * part.weight == part.points for part in parts)


@pytest.mark.django_db
def test_names_of_languages_follow_the_reader(match):
    with translation.override("fr"):
        assert "français" in " ".join(reasons.for_person(match, Side.LEARNER)).lower()


def test_a_round_that_found_somebody_needs_no_excuse():
    assert reasons.why_nobody({"people": 2, "served": 1}) == []


def test_whoever_is_left_is_counted_by_reason_most_first():
    assert reasons.left_out({"no_offer": 1, "places_taken": 3, "kept_apart": 0}) == [
        "3 learners: somebody could have helped, but every place went to another learner.",
        "1 learner: nobody else shares what they wish to learn.",
    ]
