"""Losses, presets, shortages and charts, in words."""

import re
from pathlib import Path

import pytest

from matching.admin import charts
from matching.domain.matches import WHY_NOT_A_PAIR
from matching.engine.advice import KINDS
from matching.engine.criteria import CRITERIA
from matching.engine.facts import LEFT_OUT, LEVELS
from matching.engine.settings import PRESETS
from matching.engine.tests.worlds import WEIGHTS
from matching.words import levels, reasons, shortages
from matching.words.shortages import LeftOutLearner


def test_every_level_preset_criterion_and_rule_has_its_words():
    assert set(LEVELS) == set(levels.LEVELS) == set(levels._LOSSES)
    assert set(PRESETS) == set(levels.PRESETS) == set(levels.CONSEQUENCES)
    assert set(CRITERIA) == set(reasons.CRITERIA)
    told = {"wants_nobody", "not_here", "pair_broken"}  # what people said, which the engine does not know
    assert set(LEFT_OUT) | told == set(reasons.LEFT_OUT)
    ours = {"not_taking_part", "wants_nobody", "helps_nobody"}
    assert set(LEFT_OUT) == (set(WHY_NOT_A_PAIR) - ours) | {"places_taken"}


def test_every_criterion_stands_in_the_rules_in_prose_with_its_usual_weight():
    prose = Path("docs/matching.md").read_text()

    assert re.findall(r"^\| `(\w+)` \|", prose.split("## Scores")[1].split("##")[0], re.M) == list(CRITERIA)
    assert {name for name, measure in CRITERIA.items() if measure.usual_weight != 1} == {"asked_for"}
    assert "All weights are 1 unless the round says otherwise, but that of `asked_for`, which is 2" in prose


def test_no_two_weights_of_the_engines_tests_are_the_same():
    assert len(set(WEIGHTS.values())) == len(WEIGHTS) == len(CRITERIA)


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({"fixed": 0, "served": 1, "score": -400}, "1 learner fewer would get a proposal."),
        ({"fixed": 2, "served": 0}, "2 pairs that were approved or made by hand would have to go."),
        ({"served": 0, "waiting": 7}, "Somebody who has waited for more rounds would get nothing"),
        ({"served": 0, "equity": 3, "score": 9}, "A region that is already left out more"),
        ({"served": 0, "score": 120}, "The pairs together would fit less well: 120 points less."),
        ({"score": 0, "spread": 2}, "the work would lie on fewer sharers"),
        ({"score": 0, "keep": 1}, "1 more proposal would differ"),
        ({"served": 0, "score": 0}, "It would cost nothing"),
    ],
)
def test_the_first_level_that_changes_says_what_a_pair_costs(amounts, said):
    assert said in levels.loss(amounts)


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ({"served": 1, "score": 900}, "1 more learner would get a proposal"),
        ({"served": 0, "waiting": 2}, "waited for more rounds would go first"),
        ({"served": 0, "equity": 2}, "served more evenly"),
        ({"served": 0, "score": 50}, "nobody more is served, but the pairs fit better: 50 points more"),
        ({"served": 0, "spread": 2}, "only spread the work over more sharers"),
        ({}, "would change nothing"),
    ],
)
def test_one_more_place_is_said_by_what_it_brings(gains, said):
    assert said in levels.one_more_place(gains)


def test_shortages_come_worst_first_and_who_has_enough_is_not_named():
    rows = [
        {"skill": 1, "learners": 2, "sharers": 4, "places": 9, "short": 0},
        {"skill": 2, "learners": 3, "sharers": 0, "places": 0, "short": 3},
        {"skill": 3, "learners": 12, "sharers": 3, "places": 2, "short": 6},
    ]

    assert shortages.shortages(rows, {2: "Budgeting", 3: "Wikidata"}) == [
        "12 learners want Wikidata, 3 sharers have 2 places: 6 short.",
        "3 learners want Budgeting, nobody shares it: 3 short.",
    ]


def test_those_left_are_grouped_with_what_would_help_most():
    hours = {"kind": "more_hours", "hours": 2, "day": 5, "from_hour": 9, "to_hour": 12}
    spanish = {"kind": "language", "code": "es", "level": 2}
    people = [
        LeftOutLearner("no_hour_in_common", [hours, spanish]),
        LeftOutLearner("no_hour_in_common", [hours, hours]),
        LeftOutLearner("no_offer", [{"kind": "nobody_shares", "skill": 4}]),
    ]

    first, second = shortages.left_in_groups(people, {4: "Budgeting"})

    assert first.sentence.startswith("2 learners: no hour of the week in common")
    assert first.helps == [
        "More free hours would give 2 of them somebody.",
        "Spanish, spoken a little better, would give 1 of them somebody.",
    ]
    assert second.helps == ["A sharer of Budgeting would help 1 of them."]


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_change_is_said_of_many_and_of_one(kind):
    change = {"kind": kind, "code": "es", "level": 2, "skill": 4}

    (group,) = shortages.left_in_groups([LeftOutLearner("no_offer", [change])], {4: "Budgeting"})
    (words,) = shortages.changes_in_words([change], {4: "Budgeting"})

    assert len(group.helps) == 1
    assert words.endswith(".")
    assert "%" not in group.helps[0] + words


def test_more_hours_says_when():
    hours = {"kind": "more_hours", "hours": 2, "day": 5, "from_hour": 9, "to_hour": 12}

    assert shortages.changes_in_words([hours], {}) == [
        "2 more free hours a week. The right one begins on Saturday between 09:00 and 12:00 UTC."
    ]


def test_a_chart_of_regions_says_how_many_of_how_many_and_what_changed():
    now = {"by_region": {"MENA": {"learners": 4, "served": 3}, "": {"learners": 8, "served": 8}}}
    before = {"by_region": {"MENA": {"learners": 4, "served": 1}}}

    chart = charts.of_regions(now, before)

    assert [(bar.label, bar.figure, bar.earlier, bar.change) for bar in chart.bars] == [
        ("not told", "8 of 8", "—", ""),
        ("Middle East & North Africa", "3 of 4", "1 of 4", "+2"),
    ]
    assert [(bar.part, bar.whole) for bar in chart.bars] == [(1000, 1000), (375, 500)]
    assert not charts.of_regions(now, None).compares


def test_a_chart_of_nothing_has_no_bars():
    makers = (charts.of_regions, charts.of_languages, charts.of_scores, charts.of_load)

    assert [make({}, None).bars for make in makers] == [[], [], [], []]


def test_scores_and_load_are_counted_and_compared():
    now = {"scores": {"most": 8000, "bins": [0, 1, 4]}, "load": {"0": 2, "1": 6}}
    before = {"scores": {"most": 8000, "bins": [0, 3]}, "load": {"1": 5, "2": 1}}

    scores, load = charts.of_scores(now, before), charts.of_load(now, before)

    assert [(bar.label, bar.figure, bar.change, bar.part) for bar in scores.bars] == [
        ("0–10 %", "0", "", 0),
        ("10–20 %", "1", "−2", 250),
        ("20–30 %", "4", "+4", 1000),
    ]
    assert [(bar.label, bar.figure, bar.change) for bar in load.bars] == [
        ("0", "2", "+2"),
        ("1", "6", "+1"),
        ("2", "0", "−1"),
    ]
