"""Two weeks over each other, read in a third zone."""

from datetime import date

import pytest

from matching.admin.weeks import FreeTime, overlay

START = date(2026, 3, 9)
MONDAY = (9 * 60, 12 * 60)


def hours(stretches):
    return [stretch.hours for stretch in stretches]


def test_both_are_shown_in_the_readers_zone():
    learner = FreeTime((MONDAY,), "Africa/Tunis")  # UTC+1
    sharer = FreeTime((MONDAY,), "UTC")

    monday = overlay(learner, sharer, zone="Asia/Kathmandu", start=START)[0]

    assert monday.on == date(2026, 3, 16)
    assert hours(monday.learner) == ["13:45–16:45"]
    assert hours(monday.sharer) == ["14:45–17:45"]
    assert hours(monday.both) == ["14:45–16:45"]


def test_less_than_an_hour_in_common_is_none():
    almost = overlay(FreeTime(((540, 600),), "UTC"), FreeTime(((555, 690),), "UTC"), zone="UTC", start=START)[0]
    enough = overlay(FreeTime(((540, 600),), "UTC"), FreeTime(((540, 705),), "UTC"), zone="UTC", start=START)[0]

    assert (hours(almost.both), hours(enough.both)) == ([], ["09:00–10:00"])


def test_an_hour_across_midnight_is_kept_and_shown_on_both_days():
    person = FreeTime(((23 * 60 + 30, 24 * 60 + 30),), "UTC")

    days = overlay(person, person, zone="UTC", start=START)

    assert hours(days[0].both) == ["23:30–24:00"]
    assert hours(days[1].both) == ["00:00–00:30"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Europe/Berlin"])
def test_the_whole_week_of_every_reader_is_shown(zone):
    always = FreeTime(((0, 10080),), "UTC")

    days = overlay(always, always, zone=zone, start=START)

    assert [hours(day.both) for day in days] == [["00:00–24:00"]] * 7


def test_the_hour_a_clock_skips_is_nobodys():
    always = FreeTime(((0, 10080),), "UTC")

    sunday = overlay(always, always, zone="Europe/Berlin", start=date(2026, 3, 16))[6]

    assert (sunday.on, hours(sunday.both)) == (date(2026, 3, 29), ["00:00–02:00", "03:00–24:00"])


def test_a_zone_nobody_knows_is_read_as_utc():
    person = FreeTime((MONDAY,), "UTC")

    assert hours(overlay(person, person, zone="Mars/Olympus", start=START)[0].both) == ["09:00–12:00"]
