"""Times two people choose: what clocks skip and repeat, what is too soon, and what both have in common."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from letsconnect.base.hours import HOUR, QUARTER, QUARTERS_A_WEEK, QUARTERS_AN_HOUR, monday_of, runs, spans
from matching.domain import sessions
from matching.domain.sessions import ChosenTime, TimeNotPossible
from matching.engine.candidates import common_stretches
from registrations.answers.availability import weekly_slots

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (-HOUR, "is past"),
        (timedelta(0), "is past"),
        (timedelta(minutes=119), "too soon"),
        (timedelta(hours=2), ""),
        (timedelta(weeks=6), ""),
        (timedelta(weeks=6, minutes=1), "too far"),
    ],
)
def test_a_time_is_neither_past_nor_too_soon_nor_too_far(after, sentence):
    if sentence:
        with pytest.raises(TimeNotPossible, match=sentence):
            sessions.check_time(NOW + after, now=NOW)
    else:
        sessions.check_time(NOW + after, now=NOW)


def times(*hours):
    return [ChosenTime(NOW + hour * HOUR, "UTC") for hour in hours]


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [((), "at least one"), ((3, 3), "twice"), ((3, 4, 5, 6), "at most three"), ((3, 1), "too soon")],
)
def test_one_to_three_different_times_are_proposed(hours, sentence):
    sessions.check_times(times(3, 4, 5), now=NOW)
    with pytest.raises(TimeNotPossible, match=sentence):
        sessions.check_times(times(*hours), now=NOW)


def test_a_proposed_time_can_be_chosen_until_it_begins():
    sessions.check_still_ahead(NOW + QUARTER, now=NOW)
    with pytest.raises(TimeNotPossible, match="passed in the meantime"):
        sessions.check_still_ahead(NOW, now=NOW)


def test_a_time_knows_the_clock_it_was_chosen_by():
    time = ChosenTime(utc("2026-03-02 20:30"), "Asia/Kathmandu")

    assert (time.local_date, f"{time.local_time:%H:%M}") == (date(2026, 3, 3), "02:15")


def test_hours_in_common_are_offered_by_the_hour_with_what_is_taken_left_out():
    start = monday_of(NOW.date())
    tunis = weekly_slots([(14 * 60, 19 * 60)], "Africa/Tunis", start=start, weeks=1)
    nepal = weekly_slots([(18 * 60, 22 * 60)], "Asia/Kathmandu", start=start, weeks=1)

    [both] = spans(tunis & nepal, start=start)

    assert both == (utc("2026-03-02 13:00"), utc("2026-03-02 16:15"))
    offered = sessions.starts([both], taken=[], now=NOW)
    assert offered == [utc("2026-03-02 14:00"), utc("2026-03-02 15:00")]  # 13:00 is too soon
    busy = [(utc("2026-03-02 14:30"), utc("2026-03-02 15:00"))]
    assert sessions.starts([both], taken=busy, now=NOW) == [utc("2026-03-02 15:00")]
    assert sessions.starts([both], taken=[], now=NOW - timedelta(weeks=7)) == []
    assert sessions.starts([both], taken=[], now=NOW, minutes=90) == [utc("2026-03-02 14:00")]


def test_the_hour_a_clock_repeats_is_in_common_twice():
    start = date(2026, 10, 19)
    berlin = weekly_slots([(6 * 1440 + 120, 6 * 1440 + 180)], "Europe/Berlin", start=start, weeks=1)

    [(begin, end)] = spans(berlin, start=start)

    assert end - begin == 2 * HOUR
    assert spans(np.zeros(8, dtype=np.bool_), start=start) == []


@pytest.mark.parametrize("seed", range(20))
def test_the_engine_finds_the_same_stretches_over_many_pairs_at_once(seed):
    """It is pure and has a way of its own; a week's end breaks its stretches."""
    free = np.random.default_rng(seed).random((4, 2, QUARTERS_A_WEEK)) < 0.8

    found = common_stretches(free, np.array([0, 2]), np.array([1, 3]))

    for (one, other), stretches in zip(((0, 1), (2, 3)), found, strict=True):
        weeks = [runs(free[one, week] & free[other, week], at_least=QUARTERS_AN_HOUR) for week in range(2)]
        assert stretches == weeks[0] + [(begin + QUARTERS_A_WEEK, end + QUARTERS_A_WEEK) for begin, end in weeks[1]]


@pytest.mark.parametrize(
    ("left", "agreed_before", "day", "hour"),
    [
        (25 * HOUR, 72 * HOUR, False, False),
        (24 * HOUR, 72 * HOUR, True, False),
        (3 * HOUR, 72 * HOUR, True, False),  # late, the portal was down
        (2 * HOUR, 72 * HOUR, False, False),
        (HOUR, 72 * HOUR, False, True),
        (QUARTER, 72 * HOUR, False, True),
        (timedelta(0), 72 * HOUR, False, False),
        (20 * HOUR, 23 * HOUR, False, False),  # agreed within the day
        (QUARTER, HOUR, False, False),
    ],
)
def test_reminders_come_a_day_and_an_hour_before(left, agreed_before, day, hour):
    starts_at = NOW + left

    due = sessions.REMINDERS.due(starts_at=starts_at, settled_at=starts_at - agreed_before, now=NOW)

    assert (due is not None and due.letter == "day", due is not None and due.letter == "hour") == (day, hour)
