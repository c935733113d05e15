"""What calendars are told: read back by the same rules other programs read it by."""

from datetime import UTC, timedelta

import pytest
from django.utils import translation
from icalendar import Calendar

from matching.domain.matches import Side
from matching.sessions import calendars
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db


def read(content):
    calendar = Calendar.from_ical(content)
    return calendar, calendar.walk("VEVENT")


def invited(session, side=Side.LEARNER):
    part = calendars.invitation(session, side, language="en", now=NOW)
    calendar, [event] = read(part.content)
    assert calendar["METHOD"] == part.method
    return part, event


@pytest.mark.parametrize("side", Side)
def test_an_invitation_names_its_reader_and_nobody_elses_address(side, settings):
    session = make_session(call_link="https://meet.example.org/secret", cancelled_note="")
    me, other = session.person(side), session.person(side.other)

    part, event = invited(session, side)

    text = part.content.decode().replace("\r\n ", "")
    assert part.method == "REQUEST"
    assert event["ATTENDEE"] == f"mailto:{me.member.email}"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert other.member.email not in text
    assert other.shown_name in event["SUMMARY"]
    assert "meet.example.org" not in text
    assert event["ORGANIZER"] == "mailto:letsconnect@localhost"
    assert f"/matches/{session.match_id}/" in event["URL"]


def test_times_are_pure_utc():
    session = make_session()
    part, event = invited(session)

    assert b"VTIMEZONE" not in part.content and b"TZID" not in part.content
    assert b"DTSTART:20260304T" in part.content
    assert event["DTSTART"].dt == session.starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert event["DTSTART"].dt.tzinfo.utcoffset(None) == timedelta(0) == UTC.utcoffset(None)


def test_the_same_session_keeps_its_uid_and_a_cancel_comes_after_it():
    session = make_session(sequence=1)
    _, before = invited(session)
    session.state, session.sequence = "cancelled", 2

    part, after = invited(session, Side.SHARER)

    assert part.method == "CANCEL"
    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_no_name_breaks_out_of_its_line():
    session = make_session()
    evil = 'A"; X=1\r\nATTENDEE:mailto:all@example.org; Zoë'
    session.learner.member.name = session.sharer.member.name = evil

    part, event = invited(session)

    assert event["ATTENDEE"] == f"mailto:{session.learner.member.email}"
    assert "X" not in event["ATTENDEE"].params
    assert len(event.property_items()) == len(invited(make_session())[1].property_items())
    assert all(len(line.encode()) <= 75 for line in part.content.decode().split("\r\n"))


def test_what_is_published_invites_nobody():
    session = make_session()

    calendar, [event] = read(calendars.published([(session, Side.LEARNER)], language="en", now=NOW))

    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event


def test_a_reader_of_arabic_reads_arabic():
    with translation.override("ar"):
        part = calendars.invitation(make_session(), Side.LEARNER, language="ar", now=NOW)

    assert read(part.content)[1][0]["SUMMARY"]
