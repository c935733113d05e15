"""Local windows against a naive oracle that asks the zone's clock minute by minute, over every kind of clock change."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base.hours import QUARTERS_A_WEEK
from registrations.answers.availability import slots_of_many, weekly_slots

# Mondays with a change of clock in the four weeks that follow, where the zone has changes.
CHANGES = {
    "Africa/Casablanca": [date(2026, 2, 9), date(2026, 3, 9), date(2025, 2, 17), date(2025, 3, 24)],  # Ramadan
    "Africa/Cairo": [date(2026, 4, 6), date(2026, 10, 12)],
    "America/Sao_Paulo": [date(2018, 10, 22), date(2019, 2, 4), date(2026, 3, 2)],
    "Asia/Kolkata": [date(2026, 3, 2)],
    "Asia/Kathmandu": [date(2026, 3, 2)],
    "Australia/Lord_Howe": [date(2026, 3, 16), date(2026, 9, 14)],
    "America/St_Johns": [date(2026, 2, 16), date(2026, 10, 12)],
    "Pacific/Apia": [date(2021, 3, 15), date(2020, 9, 7), date(2011, 12, 12)],  # in 2011 a whole Friday was left out
}
CASES = [(zone, start) for zone, starts in CHANGES.items() for start in starts]


@cache
def clock_shows(zone, start):
    """Ask the clock of a zone once for each minute of four weeks; it answers with the minute of its own week."""
    midnight, here = int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp()), ZoneInfo(zone)
    shown = [datetime.fromtimestamp(moment, here) for moment in range(midnight, midnight + 4 * 7 * 86_400, 60)]
    return np.array([local.weekday() * 1440 + local.hour * 60 + local.minute for local in shown])


def minute_by_minute(windows, zone, start, weeks):
    """A slot is free when each of its fifteen minutes, on the local clock, lies in a window."""
    minutes = clock_shows(zone, start)[: weeks * 10080]
    free = np.zeros(len(minutes), dtype=bool)
    for begins, ends in windows:
        free |= (begins <= minutes) & (minutes < ends)
    return free.reshape(-1, 15).all(axis=1)


@st.composite
def weeks_of_windows(draw):
    quarters = draw(st.sets(st.integers(0, QUARTERS_A_WEEK), min_size=2, max_size=12))
    edges = sorted(quarters)[: len(quarters) // 2 * 2]
    return [(begins * 15, ends * 15) for begins, ends in zip(edges[::2], edges[1::2], strict=True)]


@given(case=st.sampled_from(CASES), windows=weeks_of_windows(), weeks=st.integers(1, 4))
def test_slots_are_what_the_local_clock_shows(case, windows, weeks):
    zone, start = case
    found = weekly_slots(windows, zone, start=start, weeks=weeks)

    assert found.shape == (weeks * QUARTERS_A_WEEK,)
    assert (found == minute_by_minute(windows, zone, start, weeks)).all()


@pytest.mark.parametrize(("zone", "start"), CASES)
def test_windows_around_the_change_are_what_the_local_clock_shows(zone, start):
    """Every night of the week from ten to five, so that no change at any hour of the night is missed."""
    nights = [(day * 1440 + begins, day * 1440 + ends) for day in range(7) for begins, ends in ((0, 300), (1320, 1440))]

    assert (weekly_slots(nights, zone, start=start) == minute_by_minute(nights, zone, start, 4)).all()


@pytest.mark.parametrize(
    ("zone", "start", "free"),
    [
        ("Europe/Paris", date(2026, 3, 23), 0),  # skipped on Sunday the 29th
        ("Europe/Paris", date(2026, 10, 19), 8),  # shown twice on Sunday the 25th
        ("Australia/Lord_Howe", date(2026, 3, 30), 4),  # it is 01:30 to 02:00 that is repeated
        ("Asia/Kathmandu", date(2026, 3, 23), 4),
    ],
)
def test_an_hour_the_clock_skips_is_nobodys_and_one_it_repeats_counts_twice(zone, start, free):
    two_to_three_on_sunday = [(6 * 1440 + 120, 6 * 1440 + 180)]

    assert weekly_slots(two_to_three_on_sunday, zone, start=start, weeks=1).sum() == free


def test_nepal_is_three_quarters_of_an_hour_off():
    noon_on_monday = [(720, 780)]

    assert np.flatnonzero(weekly_slots(noon_on_monday, "Asia/Kathmandu", start=date(2026, 3, 2), weeks=1)).tolist() == [
        25,  # 06:15 UTC
        26,
        27,
        28,
    ]


def test_many_people_are_rows_of_one_table():
    people = [([(0, 60)], "Asia/Kolkata"), ([], "UTC"), ([(0, 10080)], "Africa/Cairo")]
    table = slots_of_many(people, start=date(2026, 3, 2))

    assert table.sum(axis=1).tolist() == [16, 0, 4 * QUARTERS_A_WEEK]
    assert (table[0] == weekly_slots([(0, 60)], "Asia/Kolkata", start=date(2026, 3, 2))).all()


@pytest.mark.parametrize("window", [(-15, 60), (60, 60), (90, 60), (0, 10095), (7, 60), (0, 50)])
def test_a_window_that_is_none_is_refused(window):
    with pytest.raises(ValueError, match="not a window of the week"):
        weekly_slots([window], "UTC", start=date(2026, 3, 2))


def test_the_weeks_begin_on_a_monday():
    with pytest.raises(ValueError, match="not a Monday"):
        weekly_slots([], "UTC", start=date(2026, 3, 3))


def test_a_zone_that_is_not_known_any_more_reads_as_utc():
    of_nowhere, of_utc = (weekly_slots([(0, 60)], zone, start=date(2026, 3, 2)) for zone in ("Mars/Olympus", "UTC"))

    assert of_nowhere.any() and (of_nowhere == of_utc).all()
