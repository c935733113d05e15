"""Calendars as people meet them: on the page of a clinic, below the list, and on the page of their own address."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic, make_person, make_text
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.tests.factories import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_clinic_goes_into_a_calendar_from_its_page(live_server, open_window, language):
    member = make_member(language=language, zone="Africa/Cairo", name="Asha")
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    clinic = make_clinic(starts_at=starts_at)
    make_text(clinic, "ar", "كيف نطلب المال بلطف")
    make_person(make_clinic(starts_at=starts_at + timedelta(hours=1), title="Surveys"), "helper", member=member)
    seat = rsvp(clinic=clinic, member=member, by=member, now=timezone.now())
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)

    window.visit(f"/clinics/{clinic.pk}/")
    window.page.locator("details:has(a[href$='/calendar.ics']) summary").click()
    window.check()
    window.screenshot(f"calendars-clinic-{language}")
    with window.page.expect_download() as download:
        window.page.locator("a[href$='/calendar.ics']").click()
    [event] = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert str(seat.uid) in event["UID"] and event["DTSTART"].dt == starts_at

    window.visit("/clinics/")
    window.page.locator("details:has(#clinic-feed-address) summary").click()
    window.check()
    window.screenshot(f"calendars-list-{language}")
    assert window.page.locator("#clinic-feed-address").input_value().endswith(f"/clinics/calendar/{language}.ics")

    window.visit("/calendar/")
    window.page.locator("main form:not([action]) button").click()
    window.check()
    window.screenshot(f"calendars-own-{language}")
    assert "/matches/calendar/" in window.page.locator("#feed-address").input_value()
