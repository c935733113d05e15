"""An hour of its own for each match of somebody: what fits, and what does not."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base.hours import QUARTERS_A_WEEK as WEEK
from letsconnect.base.hours import QUARTERS_AN_HOUR as HOUR
from matching.inputs import clashes as clashing
from matching.inputs.clashes import Hours, hours_clash

MONDAY = date(2026, 3, 9)


def hours(*stretches, begins=MONDAY):
    return Hours(begins, stretches)


def clashes(*each, weeks=1):
    return hours_clash(each, mondays=[MONDAY + timedelta(weeks=week) for week in range(weeks)])


@pytest.mark.parametrize(
    ("each", "is_clash"),
    [
        ([hours((0, 4))], False),
        ([hours((0, 4)), hours((0, 4))], True),
        ([hours((0, 8)), hours((0, 4))], False),
        ([hours((0, 7)), hours((0, 7))], True),
        ([hours((1, 5)), hours((4, 8))], True),
        ([hours((1, 5)), hours((4, 9))], False),
        ([hours((2, 6)), hours((7, 11)), hours((0, 13))], True),
        ([hours((2, 6)), hours((7, 11)), hours((0, 15))], False),
        ([hours((0, 8)), hours((0, 8)), hours((0, 8), (20, 24))], False),
    ],
)
def test_each_needs_an_hour_no_other_overlaps(each, is_clash):
    assert clashes(*each) == is_clash


def test_every_week_counts():
    early, late = hours((0, 4), (WEEK, WEEK + 4)), hours((0, 4), (WEEK + 8, WEEK + 12))

    assert clashes(early, late, weeks=2)
    assert not hours_clash([early, late], mondays=[MONDAY + timedelta(weeks=1)])


def test_an_older_match_counts_with_its_last_week_and_a_later_one_with_its_first():
    old = hours((0, 4), (WEEK + 8, WEEK + 12), begins=MONDAY - timedelta(weeks=30))
    new = hours((8, 12), begins=MONDAY + timedelta(weeks=5))

    assert clashes(old, new)
    assert not clashes(old, hours((0, 4)))


def test_a_stretch_is_cut_at_the_end_of_the_week():
    assert hours((WEEK - 2, WEEK + 6)).starts_in(MONDAY + timedelta(weeks=1)) == {0, 1, 2}


def test_a_match_that_keeps_no_hours_is_not_counted():
    assert Hours.of({}) is None
    assert Hours.of({"hours": [], "from": "2026-03-09"}) is None
    assert Hours.of({"hours": [[4, 12]], "from": "2026-03-09"}) == hours((4, 12))


def by_trying_all(each):
    choices = [sorted(one.starts_in(MONDAY)) for one in each]
    return not any(
        all(abs(one - other) >= HOUR for number, one in enumerate(way) for other in way[number + 1 :])
        for way in product(*choices)
    )


@given(st.lists(st.lists(st.tuples(st.integers(0, 14), st.integers(4, 7)), min_size=1, max_size=2), max_size=4))
def test_the_answer_is_that_of_trying_everything(drawn):
    each = [hours(*((begin, begin + length) for begin, length in stretches)) for stretches in drawn]

    assert clashes(*each) == by_trying_all(each)


def test_nobody_is_stopped_by_what_could_not_be_proven_in_time(monkeypatch):
    monkeypatch.setattr(clashing, "TRIES", 0)

    assert not clashes(hours((1, 5)), hours((4, 8)), hours((4, 8)))
