"""What both words together come to, without a database."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.domain.feedback import (
    CLOSES_AFTER,
    DONE_AFTER,
    SETTLE_AFTER,
    Happened,
    NotSaid,
    NotYet,
    Verdict,
    check_open,
    check_words,
    is_done,
    is_settled,
    judge,
)
from matching.domain.matches import ReasonMissing, Side
from registrations.tests.factories import NOW

WORDS = ["", *Happened.values]
L, S = Side.LEARNER, Side.SHARER


@pytest.mark.parametrize(
    ("learner", "sharer", "verdict", "absent"),
    [
        ("", "", "unknown", set()),
        ("yes", "yes", "met", set()),
        ("yes", "", "met", set()),
        ("yes", "moved", "met", set()),
        ("moved", "moved", "moved", set()),
        ("moved", "", "moved", set()),
        ("other_missed", "", "missed", {S}),
        ("", "other_missed", "missed", {L}),
        ("other_missed", "i_missed", "missed", {S}),
        ("i_missed", "", "missed", {L}),
        ("i_missed", "i_missed", "missed", {L, S}),
        ("other_missed", "other_missed", "crossed", set()),
        ("yes", "other_missed", "crossed", set()),
        ("yes", "i_missed", "crossed", set()),
        ("moved", "other_missed", "crossed", set()),
        ("moved", "i_missed", "crossed", set()),
    ],
)
def test_what_two_words_come_to(learner, sharer, verdict, absent):
    judged = judge(learner=learner, sharer=sharer)

    assert (judged.verdict, judged.absent) == (verdict, absent)


@pytest.mark.parametrize(("learner", "sharer"), list(product(WORDS, WORDS)))
def test_the_sides_are_treated_alike_and_nobody_is_absent_who_says_otherwise(learner, sharer):
    judged, turned = judge(learner=learner, sharer=sharer), judge(learner=sharer, sharer=learner)

    assert judged.verdict == turned.verdict
    assert {side.other for side in judged.absent} == turned.absent
    assert bool(judged.absent) == (judged.verdict == Verdict.MISSED)
    for side, word in ((L, learner), (S, sharer)):
        if word in ("yes", "moved", "other_missed"):
            assert side not in judged.absent


@given(st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(0, 30), st.integers(0, 30))
def test_what_is_settled_stays_so(learner, sharer, day, later):
    ends_at = NOW

    def settled(days):
        return is_settled(learner=learner, sharer=sharer, over_since=ends_at, now=NOW + timedelta(days=days))

    assert settled(day + later) or not settled(day)
    assert settled(14)


@pytest.mark.parametrize(
    ("learner", "sharer", "after", "settled"),
    [
        ("yes", "yes", timedelta(0), True),
        ("i_missed", "", timedelta(0), True),
        ("other_missed", "", timedelta(0), False),
        ("other_missed", "", SETTLE_AFTER - timedelta(seconds=1), False),
        ("other_missed", "", SETTLE_AFTER, True),
        ("", "", SETTLE_AFTER, False),
        ("", "", CLOSES_AFTER, True),
    ],
)
def test_the_other_has_time_to_say_otherwise(learner, sharer, after, settled):
    assert is_settled(learner=learner, sharer=sharer, over_since=NOW, now=NOW + after) == settled


@pytest.mark.parametrize(
    ("mine", "theirs", "took_place", "after", "done"),
    [
        ("done", "done", True, timedelta(0), True),
        ("done", "done", False, timedelta(0), True),
        ("done", "", True, timedelta(0), False),
        ("done", "", True, DONE_AFTER, True),
        ("done", "", False, DONE_AFTER, False),
        ("done", "another", True, DONE_AFTER, False),
        ("another", "done", True, DONE_AFTER, False),
        ("", "", True, DONE_AFTER, False),
    ],
)
def test_when_done_is_done(mine, theirs, took_place, after, done):
    assert is_done(mine=mine, theirs=theirs, took_place=took_place, said_at=NOW, now=NOW + after) == done


def test_the_two_weeks():
    check_open(over_since=NOW, now=NOW)
    with pytest.raises(NotYet):
        check_open(over_since=NOW, now=NOW - timedelta(seconds=1))
    with pytest.raises(NotYet):
        check_open(over_since=NOW, now=NOW + CLOSES_AFTER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"happened": "perhaps"}, NotSaid),
        ({"useful": 0}, NotSaid),
        ({"useful": 6}, NotSaid),
        ({"happened": "moved", "useful": 3}, NotSaid),
        ({"next_": "marry"}, NotSaid),
        ({"next_": "not_a_fit"}, ReasonMissing),
        ({"next_": "not_a_fit", "why": "other"}, ReasonMissing),
        ({"next_": "done", "why": "poor_fit"}, ReasonMissing),
    ],
)
def test_words_that_do_not_go_together_are_refused(changes, refusal):
    words = {"happened": "yes", "useful": 5, "next_": "", "why": "", "why_note": ""}
    check_words(**words)
    with pytest.raises(refusal):
        check_words(**{**words, **changes})
