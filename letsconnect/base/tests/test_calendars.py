"""Events as calendar programs read them, whatever they are about: read back by the same rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from letsconnect.base import calendars
from letsconnect.base.calendars import Attendee, Event

NOW = datetime(2026, 3, 1, 9, 30, 15, 250, tzinfo=UTC)
CLINIC = Event(
    uid=UUID(int=7),
    sequence=3,
    starts_at=datetime(2026, 3, 4, 14, tzinfo=UTC),
    ends_at=datetime(2026, 3, 4, 16, tzinfo=UTC),
    summary="Clinic: budgets",
    description="How to come: https://example.org/clinics/7/",
    link="https://example.org/clinics/7/",
)
ASHA = Attendee("asha@example.org", "Asha")


def read(content):
    calendar = Calendar.from_ical(content)
    return calendar, calendar.walk("VEVENT")


def invited(event=CLINIC, reader=ASHA):
    part = calendars.invitation(event, reader, product="Clinics", language="en", now=NOW, name="clinic.ics")
    calendar, [component] = read(part.content)
    assert calendar["METHOD"] == part.method
    return part, component


def test_an_invitation_asks_its_reader_for_no_answer(settings):
    settings.SITE_URL = "https://connect.example.org"
    part, component = invited()

    assert (part.method, part.name) == ("REQUEST", "clinic.ics")
    assert component["ATTENDEE"] == "mailto:asha@example.org"
    assert component["ATTENDEE"].params["RSVP"] == "FALSE"
    assert component["STATUS"] == "CONFIRMED"
    assert component["SEQUENCE"] == 3
    assert component["UID"] == f"{UUID(int=7)}@connect.example.org"
    assert b"PRODID:-//Let's Connect//Clinics//EN" in part.content


def test_a_cancelled_event_keeps_its_uid_and_says_so():
    _, before = invited()
    part, after = invited(replace(CLINIC, is_cancelled=True, sequence=4))

    assert part.method == "CANCEL"
    assert (after["UID"], after["STATUS"], after["SEQUENCE"]) == (before["UID"], "CANCELLED", 4)


def test_moments_are_pure_utc_to_the_second():
    kathmandu = replace(CLINIC, starts_at=CLINIC.starts_at.astimezone(ZoneInfo("Asia/Kathmandu")))
    part, component = invited(kathmandu)

    assert b"TZID" not in part.content and b"VTIMEZONE" not in part.content
    assert component["DTSTART"].dt == CLINIC.starts_at
    assert component["DTSTAMP"].dt == NOW.replace(microsecond=0)


def test_what_has_no_hour_yet_has_none_in_a_calendar():
    _, component = invited(replace(CLINIC, starts_at=None, ends_at=None))

    assert "DTSTART" not in component and "DTEND" not in component


def test_what_is_published_invites_nobody_and_is_named_after_the_site():
    content = calendars.published([CLINIC, CLINIC], product="Clinics", language="en", now=NOW)
    calendar, components = read(content)

    assert (calendar["METHOD"], calendar["X-WR-CALNAME"]) == ("PUBLISH", "Let's Connect")
    assert len(components) == 2
    assert all("ATTENDEE" not in component for component in components)


@pytest.mark.parametrize("evil", ['A"; X=1\r\nATTENDEE:mailto:all@example.org; Zoë', "A\u2028B", "A\x00B\x85C"])
def test_no_name_and_no_title_breaks_out_of_its_line(evil):
    part, component = invited(replace(CLINIC, summary=evil), Attendee("asha@example.org", evil))

    assert component["ATTENDEE"] == "mailto:asha@example.org"
    assert "X" not in component["ATTENDEE"].params
    assert len(component.property_items()) == len(invited()[1].property_items())
    assert all(len(line.encode()) <= 75 for line in part.content.decode().split("\r\n"))


def test_without_a_reader_an_invitation_names_nobody():
    assert "ATTENDEE" not in invited(reader=None)[1]


def test_a_feed_says_how_often_to_come_again_as_both_standards_write_it():
    content = calendars.published([CLINIC], product="X", language="en", now=NOW, name="All", refresh=timedelta(hours=1))

    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content and b"X-PUBLISHED-TTL:PT1H\r\n" in content
    assert b"X-WR-CALNAME:All\r\n" in content


def test_an_event_may_be_tentative_in_a_place_for_everybody_and_keep_nobody_busy():
    event = replace(
        CLINIC, is_tentative=True, place="Library; 2nd floor, Tunis", is_for_everybody=True, keeps_nobody_busy=True
    )
    _, [component] = read(calendars.published([event], product="X", language="en", now=NOW))

    assert (component["STATUS"], component["LOCATION"]) == ("TENTATIVE", "Library; 2nd floor, Tunis")
    assert (component["CLASS"], component["TRANSP"]) == ("PUBLIC", "TRANSPARENT")
    _, usual = invited()
    assert (usual["CLASS"], usual["TRANSP"]) == ("PRIVATE", "OPAQUE")


def test_a_version_changes_with_what_is_said_and_not_with_the_moment():
    one = calendars.version_of([CLINIC], "en")

    assert one == calendars.version_of([replace(CLINIC)], "en")
    changed = [replace(CLINIC, is_cancelled=True), replace(CLINIC, summary="Other"), replace(CLINIC, sequence=9)]
    assert (
        len({one, calendars.version_of([CLINIC], "ar"), *(calendars.version_of([event], "en") for event in changed)})
        == 5
    )
