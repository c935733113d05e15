"""The list and the month of clinics in a browser: whose clock they go by, with and without JavaScript."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinics.domain.listing import Month
from clinics.tests.factories import make_clinic, make_text
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.tests.factories import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clinics(db):
    """Three clinics of next month: at noon, and on its last day just before and at the first midnight of UTC."""
    month = Month.of(timezone.now().date()).moved(1)
    noon = datetime(month.year, month.number, 10, 12, tzinfo=UTC)
    late = datetime(month.year, month.number, 17, 22, 30, tzinfo=UTC)
    eve = datetime(month.first.year, month.first.month, 1, tzinfo=UTC) - timedelta(minutes=30)
    made = [
        make_clinic(starts_at=at, title=title, capacity=9)
        for at, title in ((noon, "Noon"), (late, "Late"), (eve, "Eve of the month"))
    ]
    make_text(made[0], "ar", "الظهر")
    return month, made


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_list_and_the_month_are_sound_with_and_without_scripts(live_server, open_window, language, clinics):
    month, _made = clinics
    paths = {
        "list": "/clinics/",
        "nothing": "/clinics/?language=en&q=nothing+like+this&evenings=1",
        "month": reverse("clinics:month-detail", args=[month.year, month.number]),
        "zone": "/time-zone/?next=/clinics/",
    }
    for javascript in (True, False):
        clock = {"zone": "Africa/Cairo"} if javascript else {}  # which no page can ask for without a script
        window = open_window(live_server.url, language=language, widths=WIDTHS, javascript=javascript, **clock)
        for name, path in paths.items():
            window.visit(path, accessible=javascript)
            window.screenshot(f"finding-{name}-{language}-{'js' if javascript else 'plain'}")


def text(window, selector):
    return [re.sub(r"\s+", " ", words) for words in window.page.locator(selector).all_inner_texts()]


def test_a_visitor_sees_their_own_hours_and_days(live_server, open_window, clinics):
    month, made = clinics
    path = reverse("clinics:month-detail", args=[month.year, month.number])
    date = f"{month.year}-{month.number:02}"

    # In Kathmandu 22:30 of UTC is 4:15 on the next day, and the eve of the month is its first day.
    window = open_window(live_server.url, zone="Asia/Kathmandu", width=360)
    window.visit("/clinics/")
    hours = text(window, "article time:first-of-type")
    assert any(hour.endswith("17:45 (Kathmandu time, UTC+5:45)") for hour in hours), hours
    assert "Hours are by your clock: Kathmandu time, UTC+5:45." in window.page.content()
    window.visit(path)
    assert "04:15 Late" in text(window, f'[data-date="{date}-18"]')[0]
    assert "05:15 Eve of the month" in text(window, f'[data-date="{date}-01"]')[0]
    assert not window.page.locator(f'[data-date="{date}-17"]').is_visible()

    # In Arabic, with the digits of the page; and in Bogotá noon is in the morning.
    window = open_window(live_server.url, zone="America/Bogota", language="ar", width=360)
    window.visit("/clinics/")
    assert any("07:00 (توقيت بوغوتا، UTC−5)" in hour for hour in text(window, "article time:first-of-type"))
    window.visit(path)
    assert "17:30" in text(window, f'[data-date="{date}-17"]')[0]
    assert "Eve of the month" not in window.page.locator(".lc-month").inner_text()
    window.visit(f"/clinics/{made[0].pk}/")
    assert "07:00 (توقيت بوغوتا، UTC−5)" in window.page.content()


def test_what_was_chosen_is_kept_whatever_the_browser_says(live_server, open_window, clinics):
    window = open_window(live_server.url, zone="America/Bogota")
    window.visit("/clinics/")
    window.page.get_by_role("link", name="Choose another clock").click()
    city = window.page.get_by_role("combobox", name="City by whose clock you live")
    city.fill("Cairo")
    city.press("Tab")  # what was found for it may lie over the button
    window.page.get_by_role("button", name="Show hours by this clock").click()
    window.check()

    assert window.page.url.endswith("/clinics/")
    assert all("Cairo time" in hour for hour in text(window, "article time:first-of-type"))
    assert "times.js" not in window.page.content()


def test_my_evenings_are_those_of_the_browsers_clock(live_server, open_window, clinics):
    window = open_window(live_server.url, zone="America/Bogota")
    window.visit("/clinics/")
    window.page.locator("summary", has_text="Find clinics").click()
    window.page.get_by_label("My evenings").check()
    window.page.get_by_role("button", name="Show", exact=True).click()
    window.check()

    assert "zone=America%2FBogota" in window.page.url
    assert sorted(text(window, "article h3")) == ["Eve of the month", "Late"]


def test_a_members_hours_are_those_of_their_account(live_server, open_window, clinics):
    window = open_window(live_server.url, zone="America/Bogota", member=make_member(zone="Asia/Tokyo"))
    window.visit("/clinics/")

    assert all("Tokyo time, UTC+9" in hour for hour in text(window, "article time"))
