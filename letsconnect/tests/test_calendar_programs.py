"""Our calendars as programs of other people read them: what moves, moves there, and what is cancelled shows so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from clinics.planning.plans import cancel_clinic, reschedule
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.tests.factories import START, make_clinic
from letsconnect.base import calendars
from letsconnect.base.calendars import Attendee, Event
from letsconnect.tests.calendar_programs import Khal, read_by_ical_js
from mailings.ledger.draining import drain
from registrations.tests.factories import make_coordinator, make_member

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE = "https://connect.example.org/clinics/7/"
ARABIC = "كيف نطلب المال، بلطف؛ وبوضوح: خطوة \\ خطوة"
LONG = f"{ARABIC} — " + "how to ask for money, kindly; " * 8
CLINIC = Event(
    uid=UUID(int=7),
    sequence=3,
    starts_at=datetime(2026, 3, 28, 22, tzinfo=UTC),
    ends_at=datetime(2026, 3, 29, 2, tzinfo=UTC),
    summary=ARABIC,
    description=f"You listen in: العربية\nWhat to prepare: a budget, a plan; and “time”\n{PAGE}",
    link=PAGE,
    place="The library, 2nd floor; Tunis",
)


def letter(event):
    reader = Attendee("asha@example.org", "Asha, of “Kathmandu”; नेपाल")
    return calendars.invitation(event, reader, product="Clinics", language="ar", now=NOW, name="x.ics").content


@pytest.mark.parametrize("summary", [ARABIC, LONG, "Comma, semicolon; back\\slash \\n no break", "x" * 75, "م" * 300])
def test_ical_js_reads_every_letter_of_a_title_as_it_was_written(summary):
    content = letter(replace(CLINIC, summary=summary))

    [event] = read_by_ical_js(content)["events"]

    assert event["summary"] == summary.strip()
    assert (event["description"], event["location"]) == (CLINIC.description, CLINIC.place)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode()  # no letter is cut in two where a line is folded


def test_ical_js_finds_one_attendee_the_moment_in_utc_and_the_method():
    invited = read_by_ical_js(letter(CLINIC))
    cancelled = read_by_ical_js(letter(replace(CLINIC, is_cancelled=True, sequence=4)))

    [event], [gone] = invited["events"], cancelled["events"]
    assert (invited["method"], cancelled["method"]) == ("REQUEST", "CANCEL")
    assert (event["status"], gone["status"]) == ("CONFIRMED", "CANCELLED")
    assert event["attendees"] == ["mailto:asha@example.org"]
    assert (event["starts_at"], event["ends_at"]) == ("2026-03-28T22:00:00.000Z", "2026-03-29T02:00:00.000Z")
    assert (event["zone"], event["url"]) == ("UTC", PAGE)
    assert (event["uid"], event["sequence"], gone["sequence"]) == (gone["uid"], 3, 4)


def test_ical_js_reads_a_feed_and_how_often_to_come_again():
    events = [
        CLINIC,
        replace(CLINIC, uid=UUID(int=8), is_tentative=True, keeps_nobody_busy=True, is_for_everybody=True),
    ]
    content = calendars.published(events, product="X", language="ar", now=NOW, name="عيادات، كلها", refresh=HOUR)

    feed = read_by_ical_js(content)

    assert (feed["method"], feed["name"], feed["refresh"]) == ("PUBLISH", "عيادات، كلها", 3600)
    assert [event["status"] for event in feed["events"]] == ["CONFIRMED", "TENTATIVE"]
    assert [event["transp"] for event in feed["events"]] == ["OPAQUE", "TRANSPARENT"]
    assert [event["class"] for event in feed["events"]] == ["PRIVATE", "PUBLIC"]
    assert all(event["attendees"] == [] for event in feed["events"])


@pytest.mark.django_db(transaction=True)
def test_khal_follows_the_letters_of_a_seat_that_moves_is_given_back_is_taken_again_and_is_cancelled(tmp_path, sink):
    clinic, member, desk = make_clinic(title=ARABIC), make_member(), make_coordinator()
    khal, methods, hours = Khal(tmp_path), [], count(0, 4)

    def after(act, **given):
        """What khal shows once the letters of this act have arrived."""
        now = NOW + next(hours) * HOUR
        act(clinic=clinic, now=now, **given)
        drain(now=now + 2 * HOUR)
        for message in sink.messages[len(methods) :]:
            [file] = [part for part in message.walk() if part.get_content_type() == "application/ics"]
            khal.take(file.get_content())
            methods.append(read_by_ical_js(file.get_content())["method"])
        [event] = khal.shows()
        return event["title"], event["start"], event["end"], event["status"].strip()

    later = START + 24 * HOUR
    moved = {"local_date": later.date(), "local_time": later.time(), "zone": "UTC"}
    old, new = ([f"{moment + ahead:%Y-%m-%d %H:%M}" for ahead in (0 * HOUR, 2 * HOUR)] for moment in (START, later))

    assert after(rsvp, member=member, by=member) == (ARABIC, *old, "CONFIRMED")
    assert after(reschedule, by=desk, **moved) == (ARABIC, *new, "CONFIRMED")
    assert after(cancel_rsvp, member=member, by=member) == (ARABIC, *new, "CANCELLED")
    assert after(rsvp, member=member, by=member) == (ARABIC, *new, "CONFIRMED")
    assert after(cancel_clinic, by=desk, reason="The host is ill.") == (ARABIC, *new, "CANCELLED")
    assert methods == ["REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL"]


def test_khal_shows_the_readers_own_clock_across_the_night_on_which_it_changes(tmp_path):
    khal = Khal(tmp_path, zone="Europe/Berlin")

    khal.take(letter(CLINIC))

    [event] = khal.shows()
    assert (event["start"], event["end"]) == ("2026-03-28 23:00", "2026-03-29 04:00")
