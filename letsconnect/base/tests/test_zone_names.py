"""Zones as people say them: by a city, in the reader's language, and how far from UTC."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from letsconnect.base.zone_names import (
    city_of,
    has_a_place,
    offset_in_words,
    place_in_words,
    zone_in_words,
)
from letsconnect.base.zones import zone_names

WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Cairo time, UTC+3"),
        ("es", "hora de El Cairo, UTC+3"),
        ("fr", "heure\u202f: Le Caire, UTC+3"),
        ("pt", "horário de Cairo, UTC+3"),
        ("ar", "توقيت القاهرة، UTC+3"),
    ],
)
def test_a_zone_is_called_by_its_city_in_the_readers_language(language, words):
    with translation.override(language):
        assert zone_in_words("Africa/Cairo", SUMMER) == words


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Africa/Cairo", "Cairo time, UTC+2", "Cairo time, UTC+3"),
        ("Europe/London", "London time, UTC", "London time, UTC+1"),
        ("Asia/Kathmandu", "Kathmandu time, UTC+5:45", "Kathmandu time, UTC+5:45"),
        ("Asia/Calcutta", "Kolkata time, UTC+5:30", "Kolkata time, UTC+5:30"),
        ("Asia/Kolkata", "Kolkata time, UTC+5:30", "Kolkata time, UTC+5:30"),
        ("America/St_Johns", "St. John’s time, UTC−3:30", "St. John’s time, UTC−2:30"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time, UTC−3", "Buenos Aires time, UTC−3"),
        ("Pacific/Chatham", "Chatham time, UTC+13:45", "Chatham time, UTC+12:45"),
        ("UTC", "UTC", "UTC"),
        ("Etc/GMT+3", "UTC−3", "UTC−3"),
        ("Mars/Olympus", "UTC", "UTC"),
    ],
)
def test_the_distance_from_utc_is_that_of_the_moment(zone, winter, summer):
    assert (zone_in_words(zone, WINTER), zone_in_words(zone, SUMMER)) == (winter, summer)


def test_without_a_moment_only_the_place_is_named():
    assert [zone_in_words(zone) for zone in ("Africa/Cairo", "UTC", "Etc/GMT-5")] == ["Cairo time", "UTC", "UTC+5"]
    assert [place_in_words(zone) for zone in ("Africa/Cairo", "UTC")] == ["Cairo", "UTC"]


def test_an_offset_of_old_clocks_is_told_in_minutes():
    assert offset_in_words(timedelta(hours=2, minutes=5, seconds=9)) == "UTC+2:05"
    assert offset_in_words(timedelta(0)) == "UTC"


def test_no_zone_people_choose_reads_like_an_identifier():
    for zone in zone_names():
        for language in ("en", "ar"):
            city = city_of(zone, language)
            assert city and not set("/_") & set(city), (zone, language, city)


def test_nearly_all_cities_have_an_arabic_name():
    latin = [zone for zone in zone_names() if has_a_place(zone) and city_of(zone, "ar").isascii()]

    assert len(latin) < 10, latin
