"""The day on which a clinic is planned again: the same weekday of the next month."""

from datetime import date, timedelta

import pytest

from clinics.domain.months import next_after, same_weekday_next_month


@pytest.mark.parametrize(
    ("day", "becomes"),
    [
        ("2026-03-10", "2026-04-14"),  # the second Tuesday
        ("2026-03-31", "2026-04-28"),  # a fifth Tuesday, and the next month has four
        ("2026-12-01", "2027-01-05"),  # over the year
        ("2026-01-29", "2026-02-26"),
        ("2026-03-02", "2026-04-06"),
        ("2024-01-29", "2024-02-26"),
    ],
)
def test_the_same_weekday_of_the_next_month(day, becomes):
    assert same_weekday_next_month(date.fromisoformat(day)) == date.fromisoformat(becomes)


def test_over_forty_years_it_is_always_that_weekday_of_the_next_month():
    day = date(2020, 1, 1)
    while day < date(2060, 1, 1):
        becomes = same_weekday_next_month(day)
        months = (becomes.year - day.year) * 12 + becomes.month - day.month
        assert (becomes.weekday(), months) == (day.weekday(), 1)
        is_last = (becomes + timedelta(days=7)).month != becomes.month
        assert (becomes.day - 1) // 7 == (day.day - 1) // 7 or (day.day > 28 and is_last)
        day += timedelta(days=1)


def test_what_is_long_past_is_planned_for_the_future():
    assert next_after(date(2026, 1, 13), date(2026, 4, 14)) == date(2026, 5, 12)
    assert next_after(date(2026, 4, 14), date(2026, 1, 1)) == date(2026, 5, 12)


def test_a_fifth_weekday_is_a_fifth_one_again_after_months_that_have_four():
    assert next_after(date(2026, 1, 31), date(2026, 5, 1)) == date(2026, 5, 30)
