"""Weeks, and the runs of free quarters in them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base import hours
from letsconnect.base.hours import HOUR, QUARTER, QUARTERS_A_WEEK, QUARTERS_AN_HOUR

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONES = ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"]
DAYS = st.dates(date(2000, 1, 1), date(2200, 1, 1))
QUARTERS = st.lists(st.booleans(), max_size=60).map(lambda drawn: np.array(drawn, dtype=np.bool_))
PAIRS = st.tuples(st.integers(-10, 50), st.integers(1, 20)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1]))


@given(DAYS)
def test_a_day_lies_in_the_week_of_its_monday_and_before_the_next(day):
    monday = hours.monday_of(day)

    assert monday.weekday() == 0
    assert monday <= day < hours.next_monday(day) == monday + timedelta(days=7)


@given(DAYS, st.integers(0, 8))
def test_weeks_follow_each_other(day, weeks):
    found = hours.mondays(hours.monday_of(day), weeks=weeks)

    assert len(found) == weeks
    assert found[:1] == [hours.monday_of(day)][:weeks]
    assert all(hours.next_monday(one) == later for one, later in pairwise(found))


@given(QUARTERS)
def test_runs_are_what_is_free_and_never_touch(free):
    found = hours.runs(free)

    marked = np.zeros(len(free), dtype=np.bool_)
    for begin, end in found:
        assert begin < end
        marked[begin:end] = True
    assert marked.tolist() == free.tolist()
    assert all(end < begin for (_begin, end), (begin, _end) in pairwise(found))


@given(QUARTERS, st.integers(1, 8))
def test_runs_that_are_too_short_are_left_out_and_no_others(free, at_least):
    assert hours.runs(free, at_least=at_least) == [run for run in hours.runs(free) if run[1] - run[0] >= at_least]


@given(QUARTERS, DAYS)
def test_spans_are_the_runs_of_an_hour_and_more_as_moments(free, start):
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)

    found = hours.spans(free, start=start)

    assert [((begin - midnight) // QUARTER, (end - midnight) // QUARTER) for begin, end in found] == hours.runs(
        free, at_least=QUARTERS_AN_HOUR
    )


def spans(pairs):
    return [(NOW + begin * HOUR, NOW + end * HOUR) for begin, end in pairs]


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(0, 8)]),
        ([(2, 3)], [(0, 2), (3, 8)]),
        ([(-1, 1), (7, 9)], [(1, 7)]),
        ([(0, 8)], []),
        ([(2, 3), (2, 5)], [(0, 2), (5, 8)]),
        ([(9, 10), (-4, -2)], [(0, 8)]),
    ],
)
def test_what_is_taken_is_cut_out_of_a_span(taken, left):
    assert hours.without(*spans([(0, 8)]), spans(taken)) == spans(left)


@given(PAIRS, st.lists(PAIRS, max_size=6))
def test_what_is_left_is_each_hour_of_the_span_that_nobody_took(span, taken):
    def inside(pairs):
        return {hour for begin, end in pairs for hour in range(begin, end)}

    left = hours.without(*spans([span]), spans(taken))

    assert all(begin < end for begin, end in left)
    assert inside(((begin - NOW) // HOUR, (end - NOW) // HOUR) for begin, end in left) == inside([span]) - inside(taken)


@pytest.mark.parametrize(
    ("zone", "monday", "first", "last"),
    [
        ("UTC", date(2026, 3, 2), 0, QUARTERS_A_WEEK - 1),
        ("Asia/Kathmandu", date(2026, 3, 2), 23, QUARTERS_A_WEEK + 22),
        ("America/New_York", date(2026, 1, 5), -20, QUARTERS_A_WEEK - 21),
        ("Europe/Berlin", date(2026, 3, 23), 4, QUARTERS_A_WEEK + 7),  # put forward on the Sunday
        ("Europe/Berlin", date(2026, 10, 19), 8, QUARTERS_A_WEEK + 3),  # put back
    ],
)
def test_a_week_of_utc_is_told_by_the_clock_of_a_zone(zone, monday, first, last):
    quarters = hours.local_quarters(zone, monday, 1)

    assert (quarters[0], quarters[-1], len(quarters)) == (first, last, QUARTERS_A_WEEK)


@given(
    st.sampled_from(ZONES),
    st.sampled_from([date(2026, 3, 2), date(2026, 3, 30), date(2026, 8, 31), date(2026, 9, 28), date(2026, 10, 19)]),
    st.integers(0, 4 * QUARTERS_A_WEEK - 1),
)
def test_each_quarter_is_what_the_clock_shows_when_it_begins(zone, monday, at):
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)

    shown = midnight.replace(tzinfo=None) + int(hours.local_quarters(zone, monday, 4)[at]) * QUARTER

    assert shown == (midnight + at * QUARTER).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
