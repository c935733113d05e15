"""The private feed, which holds what every app knows of a person, and the public one of all clinics."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, Rsvp
from clinics.planning.plans import cancel_clinic
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, make_text, sign_up
from letsconnect.base import calendar_events
from matching.sessions.feeds import make_feed
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def feed_of(member):
    return reverse("calendar-feed-file", args=[make_feed(member=member, by=member, now=NOW)])


def read(path, **headers):
    return Client().get(path, headers=headers)


def events(response):
    return {str(event["SUMMARY"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}


def seat_at(member, **fields):
    clinic = make_clinic(**fields)
    return rsvp(clinic=clinic, member=member, by=member, now=NOW)


def test_one_feed_holds_sessions_seats_offers_and_parts():
    session = make_session(call_link="https://meet.example.org/session")
    member = session.learner.member
    seat = seat_at(member, title="Budgets")
    offered = seat_at(member, title="Offered", starts_at=START + DAY)
    Rsvp.objects.filter(pk=offered.pk).update(state="offered", claim_by=NOW + HOUR, seated_at=None)
    part = make_person(make_clinic(title="Mine to host", starts_at=START + 2 * DAY), "host", member=member)
    full = make_clinic(title="Waiting", capacity=1, starts_at=START + 3 * DAY)
    sign_up(full, 1)
    rsvp(clinic=full, member=member, by=member, now=NOW)

    response = read(feed_of(member))

    found = events(response)
    assert calendar_events.names() == ["clinics.people", "clinics.seats", "matching.sessions"]
    assert {title: str(event["STATUS"]) for title, event in found.items() if "1:1" not in title} == {
        "Budgets": "CONFIRMED",
        "Offered": "TENTATIVE",
        "Mine to host": "CONFIRMED",
    }
    assert len(found) == 4
    assert str(seat.uid) in found["Budgets"]["UID"] and str(part.uid) in found["Mine to host"]["UID"]
    text = response.content.decode().replace("\r\n ", "")
    for private in (LINK, "meet.example.org", member.email, session.sharer.member.email, "ATTENDEE"):
        assert private not in text


def test_a_cancelled_clinic_stays_so_that_programs_see_it_and_what_was_given_back_goes():
    member = make_member()
    called_off, given_back = seat_at(member, title="Called off"), seat_at(member, title="Back", starts_at=START + DAY)
    path = feed_of(member)
    before = events(read(path))["Called off"]

    cancel_clinic(clinic=called_off.clinic, reason="Ill", by=make_coordinator(), now=NOW)
    cancel_rsvp(clinic=given_back.clinic, member=member, by=member, now=NOW)

    after = events(read(path))
    assert list(after) == ["Called off"]
    event = after["Called off"]
    assert (event["STATUS"], event["UID"]) == ("CANCELLED", before["UID"])
    assert event["SEQUENCE"] > before["SEQUENCE"]


def test_nothing_of_anybody_else_is_in_a_private_feed():
    clinic = make_clinic()
    sign_up(clinic, 2)
    make_person(clinic, "sharer")
    make_session()

    assert events(read(feed_of(make_member()))) == {}


def test_a_private_feed_is_kept_by_no_shared_cache_and_is_not_sent_twice(clock):
    member = make_member()
    seat_at(member)
    path = feed_of(member)

    first = read(path)
    assert first["Cache-Control"] == "private, no-cache" and first["X-Robots-Tag"] == "noindex"
    clock.shift(HOUR)
    same = read(path, if_none_match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same["Cache-Control"] == "private, no-cache"
    Clinic.objects.update(minutes=90)
    assert read(path, if_none_match=first["ETag"]).status_code == 200


def test_a_feed_costs_as_many_queries_for_many_events_as_for_few():
    def queries_of(count):
        member = make_member()
        for number in range(count):
            row = seat_at(member, title=f"Seat {number}", starts_at=START + (2 * number) * HOUR)
            channel = make_channel(row.clinic)
            make_person(row.clinic, "interpreter", channel=channel)
            Rsvp.objects.filter(pk=row.pk).update(channel=channel)
            make_person(make_clinic(starts_at=START + (60 + number) * DAY), "host", member=member)
        path = feed_of(member)
        with CaptureQueriesContext(connection) as captured:
            assert len(events(read(path))) >= count
        return len(captured)

    assert queries_of(2) == queries_of(6) <= 14


def test_the_page_makes_an_address_and_the_old_address_of_the_page_leads_on(client):
    member = make_member()
    client.force_login(member)
    seat_at(member)

    address = client.post(reverse("calendar-feed")).context["address"]

    assert urlsplit(address).path.startswith("/matches/calendar/"), "addresses in use keep working"
    assert len(events(read(urlsplit(address).path))) == 1
    moved = client.get("/matches/calendar/")
    assert (moved.status_code, moved["Location"]) == (301, "/calendar/")
    assert address not in client.get("/calendar/").content.decode()


def test_anybody_may_follow_all_clinics_in_a_language():
    make_text(make_clinic(title="Budgets"), "ar", "ميزانيات، وأكثر")
    make_clinic(title="Draft", state="draft")
    make_clinic(title="Long over", starts_at=NOW - 40 * DAY)
    make_clinic(title="Off", state=ClinicState.CANCELLED)
    make_clinic(title="Never told", state=ClinicState.CANCELLED, announced_at=None)

    english, arabic = read("/clinics/calendar/en.ics"), read("/clinics/calendar/ar.ics")

    assert {title: str(event["STATUS"]) for title, event in events(english).items()} == {
        "Budgets": "CONFIRMED",
        "Off": "CANCELLED",
    }
    assert "ميزانيات، وأكثر" in events(arabic)
    assert all(event["TRANSP"] == "TRANSPARENT" for event in events(english).values())
    assert LINK not in english.content.decode().replace("\r\n ", "")
    assert b"REFRESH-INTERVAL" in english.content
    assert english["Cache-Control"] == "public, max-age=300"


def test_a_public_feed_is_narrowed_as_the_list_is():
    make_clinic(title="Spoken in French", language="fr", floor_language="fr")
    make_clinic(title="English")
    make_clinic(title="Of MENA", for_whom="region", region="MENA")

    assert set(events(read("/clinics/calendar/fr.ics?language=fr"))) == {"Spoken in French"}
    assert set(events(read("/clinics/calendar/fr.ics?region=MENA"))) == {"Of MENA"}
    assert len(events(read("/clinics/calendar/fr.ics?region=nonsense"))) == 3
    make_clinic(title="Last week", starts_at=NOW - 7 * DAY, state="held")
    assert set(events(read("/clinics/calendar/fr.ics?when=past"))) == {"Last week"}
    assert set(events(read("/clinics/calendar/fr.ics?when=coming"))) == {"Spoken in French", "English", "Of MENA"}


def test_a_public_feed_is_not_sent_twice_and_costs_the_same_for_many():
    path = "/clinics/calendar/en.ics"
    make_clinic()
    with CaptureQueriesContext(connection) as few:
        first = read(path)
    assert read(path, if_none_match=first["ETag"]).status_code == 304
    for number in range(5):
        clinic = make_clinic(title=f"Clinic {number}")
        make_person(clinic, "interpreter")
    with CaptureQueriesContext(connection) as many:
        again = read(path, if_none_match=first["ETag"])
    assert (again.status_code, len(events(again))) == (200, 6)
    assert len(many) <= max(len(few), 4) + 1


def test_a_file_of_one_clinic_is_for_anybody_and_the_event_of_their_letter_for_those_who_come(client):
    seat = seat_at(make_member(), capacity=1)
    host = make_person(seat.clinic, "host")
    path = reverse("clinics:clinic-calendar", args=[seat.clinic_id])
    waiting = rsvp(clinic=seat.clinic, member=(second := make_member()), by=second, now=NOW)
    client.force_login(waiting.member)
    [theirs_who_wait] = events(client.get(path)).values()
    assert str(waiting.uid) in theirs_who_wait["UID"] and theirs_who_wait["STATUS"] == "TENTATIVE"
    page = client.get(reverse("clinics:clinic-detail", args=[seat.clinic_id])).content.decode()
    assert path in page and "calendar.google.com" not in page
    change_capacity(clinic=seat.clinic, capacity=2, by=host.member, now=NOW)
    [moved_up] = events(client.get(path)).values()
    assert (moved_up["UID"], moved_up["STATUS"]) == (theirs_who_wait["UID"], "CONFIRMED")
    client.logout()

    [anybodys] = events(client.get(path)).values()
    client.force_login(seat.member)
    response = client.get(path)
    [theirs] = events(response).values()
    client.force_login(host.member)
    [hosts] = events(client.get(path)).values()

    assert str(seat.uid) in theirs["UID"] and str(host.uid) in hosts["UID"]
    assert len({anybodys["UID"], theirs["UID"], hosts["UID"]}) == 3
    assert anybodys["CLASS"] == "PUBLIC" and theirs["CLASS"] == "PRIVATE"
    assert response["Content-Disposition"] == 'attachment; filename="lets-connect-clinic.ics"'
    assert "ATTENDEE" not in theirs and LINK.encode() not in response.content
    assert "no-store" in response["Cache-Control"]


def test_the_page_of_a_clinic_offers_calendars_while_it_is_to_come(client, clock):
    clinic = make_clinic(title="Money & <friends>")
    page = reverse("clinics:clinic-detail", args=[clinic.pk])

    content = client.get(page).content.decode()
    assert reverse("clinics:clinic-calendar", args=[clinic.pk]) in content
    assert (
        'href="https://calendar.google.com/calendar/render?action=TEMPLATE&amp;text=Money%20%26%20%3Cfriends%3E'
        in content
    )
    assert content.count('rel="noreferrer nofollow"') == 4
    clock.move_to(START + 3 * HOUR)
    assert "calendar.google.com" not in client.get(page).content.decode()


def test_the_page_says_where_else_somebody_with_a_seat_is_at_that_time(client):
    seat = seat_at(make_member())
    page = reverse("clinics:clinic-detail", args=[seat.clinic_id])
    client.force_login(seat.member)
    assert "you have also agreed to something else" not in client.get(page).content.decode()

    make_person(make_clinic(title="Surveys", starts_at=START + HOUR), "helper", member=seat.member)

    content = client.get(page).content.decode()
    assert "you have also agreed to something else" in content and "Surveys" in content
