"""What clocks skip and repeat, and the two questions it takes to know the moment somebody means."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letsconnect.base.wall_clock import (
    ComesNever,
    ComesTwice,
    NotOneMoment,
    comes_twice,
    day_begins,
    meanings,
    moment_now,
    moment_of,
    moments_of,
)
from letsconnect.base.zones import in_zone

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONES = ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC"]
FIRST, LAST = datetime(2026, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone
# Near the nights in which one of these zones changes its clocks.
CHANGES = st.sampled_from(
    [
        "2026-02-15 02:00",
        "2026-03-22 02:00",
        "2026-03-29 02:00",
        "2026-04-05 00:00",
        "2026-04-05 02:00",
        "2026-09-06 00:00",
        "2026-10-04 02:00",
        "2026-10-25 02:00",
    ]
).map(datetime.fromisoformat)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "shown", "moment"),
    [
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00"),
        ("America/Sao_Paulo", "2018-11-03 23:59", "2018-11-04 02:59"),
        ("America/Sao_Paulo", "2018-11-04 01:00", "2018-11-04 03:00"),
        ("America/Sao_Paulo", "2026-11-01 00:30", "2026-11-01 03:30"),  # no summer time there any more
        ("Africa/Casablanca", "2026-02-14 12:00", "2026-02-14 11:00"),
        ("Africa/Casablanca", "2026-02-16 12:00", "2026-02-16 12:00"),  # in Ramadan
        ("Africa/Casablanca", "2026-03-23 12:00", "2026-03-23 11:00"),
        ("Asia/Kathmandu", "2026-03-29 02:30", "2026-03-28 20:45"),
        ("Pacific/Chatham", "2026-01-01 02:30", "2025-12-31 12:45"),
        ("Pacific/Chatham", "2026-07-01 02:30", "2026-06-30 13:45"),
    ],
)
def test_a_time_the_clock_shows_once_is_that_moment(zone, shown, moment):
    assert moment_of(wall(shown), zone) == utc(moment)
    assert in_zone(utc(moment), zone).replace(tzinfo=None) == wall(shown)


@pytest.mark.parametrize(
    ("zone", "shown", "before", "after"),
    [
        ("Europe/Berlin", "2026-03-29 02:30", "01:30", "03:30"),
        ("America/Sao_Paulo", "2018-11-04 00:00", "23:00", "01:00"),  # the day begins at one
        ("Africa/Casablanca", "2026-03-22 02:15", "01:15", "03:15"),
        ("Pacific/Chatham", "2026-09-27 03:00", "02:00", "04:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "01:45", "02:45"),  # half an hour
    ],
)
def test_a_time_the_clock_jumps_over_is_asked_about(zone, shown, before, after):
    with pytest.raises(ComesNever, match="put forward") as question:
        moment_of(wall(shown), zone)

    assert [f"{in_zone(one, zone):%H:%M}" for one in question.value.meant] == [before, after]
    assert str(question.value.question).endswith("Which one is meant?")
    assert question.value.meant == meanings(wall(shown), zone)
    for meant in question.value.meant:
        assert moment_of(wall(shown), zone, meant=meant) == meant
    with pytest.raises(ComesNever):
        moment_of(wall(shown), zone, meant=NOW)


@pytest.mark.parametrize(
    ("zone", "shown", "first", "second"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("America/Sao_Paulo", "2018-02-17 23:30", "2018-02-18 01:30", "2018-02-18 02:30"),
        ("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 01:30", "2026-02-15 02:30"),
        ("Pacific/Chatham", "2026-04-05 03:00", "2026-04-04 13:15", "2026-04-04 14:15"),
    ],
)
def test_a_time_the_clock_shows_twice_is_asked_about(zone, shown, first, second):
    with pytest.raises(ComesTwice, match="comes twice") as question:
        moment_of(wall(shown), zone)

    assert question.value.meant == (utc(first), utc(second)) == moments_of(wall(shown), zone)
    assert moment_of(wall(shown), zone, meant=utc(second)) == utc(second)


@pytest.mark.parametrize(
    ("shown", "zone", "fold", "moment"),
    [
        ("2026-03-02 14:00", "Africa/Tunis", None, "2026-03-02 13:00"),
        ("2026-03-02 14:00", "Asia/Kathmandu", None, "2026-03-02 08:15"),
        ("2026-07-01 14:00", "Europe/Berlin", None, "2026-07-01 12:00"),
        ("2026-03-29 01:59", "Europe/Berlin", None, "2026-03-29 00:59"),
        ("2026-03-29 03:00", "Europe/Berlin", None, "2026-03-29 01:00"),
        ("2026-10-25 02:30", "Europe/Berlin", 0, "2026-10-25 00:30"),
        ("2026-10-25 02:30", "Europe/Berlin", 1, "2026-10-25 01:30"),
        ("2026-10-25 03:00", "Europe/Berlin", None, "2026-10-25 02:00"),
        ("2026-04-05 01:45", "Australia/Lord_Howe", 1, "2026-04-04 15:15"),
        ("2026-03-02 14:00", "UTC", 1, "2026-03-02 14:00"),
    ],
)
def test_a_wall_clock_and_a_zone_name_one_moment(shown, zone, fold, moment):
    assert moment_of(wall(shown), zone, fold=fold) == utc(moment)


@pytest.mark.parametrize(
    ("shown", "zone"),
    [
        ("2026-03-29 02:00", "Europe/Berlin"),
        ("2026-03-29 02:59", "Europe/Berlin"),
        ("2026-03-08 02:30", "America/New_York"),
        ("2026-10-04 02:15", "Australia/Lord_Howe"),
        ("2026-09-06 00:30", "America/Santiago"),
    ],
)
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_an_hour_the_clocks_jump_over_is_refused_whatever_the_fold(shown, zone, fold):
    with pytest.raises(ComesNever):
        moment_of(wall(shown), zone, fold=fold)


@pytest.mark.parametrize(
    ("shown", "zone"),
    [
        ("2026-10-25 02:00", "Europe/Berlin"),
        ("2026-10-25 02:59", "Europe/Berlin"),
        ("2026-11-01 01:30", "America/New_York"),
        ("2026-04-05 01:30", "Australia/Lord_Howe"),
    ],
)
def test_an_hour_that_comes_twice_is_asked_about(shown, zone):
    with pytest.raises(ComesTwice):
        moment_of(wall(shown), zone)


@given(st.sampled_from(ZONES), st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_each_moment_is_among_those_its_own_clock_may_mean(zone, moment):
    shown = in_zone(moment, zone).replace(tzinfo=None, fold=0)

    assert moment in moments_of(shown, zone)
    assert moment_of(shown, zone, meant=moment) == moment
    assert moment_now(shown, zone, stored=moment) == moment


@given(st.sampled_from(ZONES), CHANGES, st.integers(-180, 180))
def test_a_clock_names_one_moment_or_asks_which_of_two(zone, change, minutes):
    shown = change + timedelta(minutes=minutes)
    meant = meanings(shown, zone)

    try:
        moment = moment_of(shown, zone)
    except NotOneMoment as asked:
        assert asked.meant == meant
        assert len(meant) == 2
        assert comes_twice(shown, zone) == isinstance(asked, ComesTwice)
        for fold, answer in enumerate(meant):
            assert moment_of(shown, zone, meant=answer) == answer
            if isinstance(asked, ComesTwice):
                assert moment_of(shown, zone, fold=fold) == answer
        shows = [in_zone(one, zone).replace(tzinfo=None, fold=0) for one in meant]
        assert shows == [shown, shown] if isinstance(asked, ComesTwice) else shows[0] < shown < shows[1]
    else:
        assert meant == (moment,)
        assert not comes_twice(shown, zone)
        assert in_zone(moment, zone).replace(tzinfo=None) == shown


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        ("2026-03-29", "Europe/Berlin", "2026-03-28 23:00"),
        ("2026-09-06", "America/Santiago", "2026-09-06 04:00"),  # at midnight the clock jumps to 1:00
        ("2026-04-05", "America/Santiago", "2026-04-05 04:00"),  # 23:00 of the day before comes twice, midnight once
        ("2023-11-05", "America/Havana", "2023-11-05 04:00"),  # at 1:00 it is midnight again
        ("2026-03-02", "Asia/Kathmandu", "2026-03-01 18:15"),
    ],
)
def test_a_day_begins_at_midnight_or_where_clocks_jump_over_it(day, zone, begins):
    assert day_begins(date.fromisoformat(day), zone) == utc(begins)
