"""The calendar of a month: its days, by the reader's clock, and no month without end."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.domain.listing import Month, first_weekday
from clinics.tests.factories import make_clinic, sign_up
from registrations.tests.factories import NOW, make_member

MAY = reverse("clinics:month-detail", args=[2026, 5])


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def at(*moment):
    return datetime(*moment, tzinfo=UTC)


def days_of(response):
    """The titles of each day that is shown, by its date."""
    cells = re.findall(r'<li data-date="([\d-]+)"([^>]*)>(.*?)</ul></li>', response.content.decode(), re.DOTALL)
    titles = re.compile(r">\u2068?([^<>\u2069]+)\u2069?</a>")
    return {day: titles.findall(cell) for day, attributes, cell in cells if " hidden" not in attributes}


def test_months_have_their_days_and_begin_in_the_column_of_the_language():
    february, march, august = Month(2026, 2), Month(2026, 3), Month(2026, 8)

    assert [len(month.days) for month in (february, march, Month(2028, 2))] == [28, 31, 29]
    assert {language: first_weekday(language) for language in ("en", "es", "fr", "pt", "ar")} == {
        **{"en": 0, "es": 0, "fr": 0},
        **{"pt": 6, "ar": 5},
    }
    assert [february.column(first_weekday(language)) for language in ("en", "pt", "ar")] == [7, 1, 2]
    # Six weeks: August 2026 begins on a Saturday.
    assert august.column(0) + len(august.days) - 1 > 35
    assert (Month(2026, 12).moved(1), Month(2026, 1).moved(-1), Month(2026, 5).moved(-29)) == (
        Month(2027, 1),
        Month(2025, 12),
        Month(2023, 12),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", "2026-05-10"), ("Asia/Kathmandu", "2026-05-11"), ("America/Bogota", "2026-05-10")],
)
def test_a_clinic_stands_on_the_day_of_the_readers_clock(client, zone, day):
    make_clinic(title="Late", starts_at=at(2026, 5, 10, 22, 30))
    client.cookies[settings.ZONE_COOKIE_NAME] = zone

    days = days_of(client.get(MAY))

    assert [date for date, titles in days.items() if titles] == [day]
    assert len(days) == 31 and days[day] == ["Late"]


@pytest.mark.django_db
def test_the_first_and_the_last_hour_of_a_month_are_in_it_and_those_beside_it_are_not(client):
    for title, moment in {
        "before": at(2026, 4, 30, 22, 59),
        "first": at(2026, 4, 30, 22, 0) + timedelta(hours=1),
        "last": at(2026, 5, 31, 22, 59),
        "after": at(2026, 5, 31, 23, 0),
    }.items():
        make_clinic(title=title, starts_at=moment)
    client.cookies[settings.ZONE_COOKIE_NAME] = "Africa/Lagos"  # an hour ahead, all year

    days = days_of(client.get(MAY))

    assert {day: titles for day, titles in days.items() if titles} == {"2026-05-01": ["first"], "2026-05-31": ["last"]}


@pytest.mark.django_db
def test_a_month_in_which_clocks_change_has_all_its_days(client):
    make_clinic(title="On the day", starts_at=at(2026, 10, 25, 22, 30))  # 23:30 in Berlin, after 25 hours
    client.cookies[settings.ZONE_COOKIE_NAME] = "Europe/Berlin"

    days = days_of(client.get(reverse("clinics:month-detail", args=[2026, 10])))

    assert len(days) == 31 and days["2026-10-25"] == ["On the day"]


@pytest.mark.django_db
def test_months_end_where_there_are_no_clinics_and_robots_follow_none(client):
    make_clinic(starts_at=at(2026, 1, 5, 12), state=ClinicState.HELD)
    make_clinic(starts_at=at(2026, 5, 5, 12))

    def links(path):
        response = client.get(path)
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        return dict(re.findall(r'<a rel="(\w+) nofollow" href="([^"]+)"', response.content.decode()))

    assert links(reverse("clinics:month-now")) == {
        "prev": reverse("clinics:month-detail", args=[2026, 2]),
        "next": reverse("clinics:month-detail", args=[2026, 4]),
    }
    assert set(links(MAY)) == {"prev"}
    assert set(links(reverse("clinics:month-detail", args=[2026, 1]))) == {"next"}
    for beyond in ((2025, 12), (2026, 6), (2026, 13), (2026, 0), (0, 5), (99999, 5)):
        assert client.get(reverse("clinics:month-detail", args=beyond)).status_code == 404


@pytest.mark.django_db
def test_the_month_keeps_the_filters_and_says_what_to_do_where_nothing_is_found(client):
    make_clinic(title="In Arabic", floor_language="ar", starts_at=at(2026, 4, 5, 18))
    make_clinic(title="In English", starts_at=at(2026, 5, 5, 18))
    query = {"language": "ar", "evenings": "1"}

    april = client.get(reverse("clinics:month-detail", args=[2026, 4]), query)
    may = client.get(MAY, query).content.decode()

    assert [titles for titles in days_of(april).values() if titles] == [["In Arabic"]]
    assert f'{MAY}?language=ar&amp;evenings=1"' in april.content.decode()
    assert "No clinic like this begins in May 2026." in may
    assert "in any language, not only in Arabic" in may and 'href="?evenings=1"' in may
    assert client.get("/clinics/", query).headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.django_db
def test_drafts_and_links_are_in_no_month(client):
    make_clinic(title="A draft", state=ClinicState.DRAFT, starts_at=at(2026, 5, 5, 12), region="MENA")
    make_clinic(title="Announced", starts_at=at(2026, 5, 6, 12))

    words = client.get(MAY).content.decode()

    assert "Announced" in words and "A draft" not in words and "meet.example.org" not in words


@pytest.mark.django_db
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_month_takes_the_same_number_of_queries_at_3_and_at_30(client, signed_in):
    member = make_member()
    if signed_in:
        client.force_login(member)

    def fill(numbers):
        for number in numbers:
            made = make_clinic(title=f"Clinic {number}", starts_at=at(2026, 5, 1 + number % 28, 12))
            sign_up(made, 1)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(MAY).status_code == 200
        return len(queries)

    fill(range(3))
    three = count()
    fill(range(3, 30))
    assert count() == three <= 12


@pytest.mark.django_db
def test_today_is_that_of_the_readers_clock(client):
    make_clinic(starts_at=NOW + timedelta(days=1))
    client.cookies[settings.ZONE_COOKIE_NAME] = "Pacific/Auckland"
    with time_machine.travel(at(2026, 3, 2, 20), tick=False):
        words = client.get(reverse("clinics:month-now")).content.decode()

    assert re.findall(r'data-date="([\d-]+)" class="[^"]*lc-day--today', words) == [date(2026, 3, 3).isoformat()]
