"""The pages about hours: both zones, what clocks skip and repeat, stale buttons, and who may see what."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from letsconnect.base.models import Act
from mailings.models import Letter
from matching.domain.matches import ClosedWhy, MatchState
from matching.domain.sessions import ChosenTime
from matching.models import CalendarFeed, Match, Session
from matching.sessions import hours as shared_hours
from matching.sessions.agreeing import confirm_time, propose_times, seen_as
from matching.sessions.rooms import new_room
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.domain.registrations import UNTIL_THEY_RETURN
from registrations.models import Member, Registration
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LINK = "https://meet.example.org/our-room"
ONE_EVENING = ((1440 + 18 * 60, 1440 + 20 * 60),)  # each quarter that both are free is drawn, five weeks of them


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def make_pair(mine="Europe/Berlin", theirs="Asia/Kathmandu", **given):
    """A connected match of a learner and a sharer who read hours in two zones."""
    given = {"windows": ONE_EVENING} | given
    learner = make_member(name="Lena", zone=mine)
    sharer = make_member(name="Asha", zone=theirs)
    return make_match(
        "connected",
        learner=make_registration(member=learner, wishes=["wikidata"], **given),
        sharer=make_registration(member=sharer, offers=["wikidata"], **given),
    )


@pytest.fixture
def match():
    return make_pair()


def browser(member):
    client = Client()
    client.force_login(member)
    return client


def page_of(match, member):
    return browser(member).get(reverse("matching:match-detail", args=[match.pk])).content.decode()


def propose(match, member=None, **data):
    values = {"minutes": "60", "seen": seen_as(match.sessions.open(now=NOW).first())} | data
    member = member or match.learner.member
    return browser(member).post(reverse("matching:session-propose", args=[match.pk]), values)


def press(name, session, member, **data):
    session = Session.objects.get(pk=session.pk)
    values = {"seen": seen_as(session)} | data
    return browser(member).post(reverse(f"matching:session-{name}", args=[session.pk]), values, follow=True)


def value(moment):
    return shared_hours.value_of(moment)


def test_the_hours_in_common_are_shown_in_both_zones_by_name():
    match = make_pair(windows=[(18 * 60, 22 * 60)], zone="Europe/Berlin")

    content = browser(match.learner.member).get(reverse("matching:session-propose", args=[match.pk])).content.decode()

    assert "your clock (Berlin time)" in content
    assert "the clock of Asha (Kathmandu time)" in content
    assert 'aria-label="Monday 2 March, 18:00; for Asha 22:45"' in content
    assert 'aria-label="Monday 2 March, 20:00; for Asha Tue 00:45"' in content
    assert "Week of Monday 23 March" in content  # from the week of the 30th on it would be summer time
    other = browser(match.sharer.member).get(reverse("matching:session-propose", args=[match.pk])).content.decode()
    assert 'aria-label="Tuesday 3 March, 00:45; for Lena Mon 20:00"' in other


def test_hours_move_with_the_clock_of_whoever_said_them():
    match = make_pair(windows=[(18 * 60, 19 * 60)], zone="Europe/Berlin")

    weeks = shared_hours.to_choose(match, mine="Europe/Berlin", theirs="Asia/Kathmandu", name="Asha", now=NOW + 7 * DAY)

    assert [week.days[0].choices[0].mine for week in weeks] == ["18:00"] * 4
    assert [week.days[0].choices[0].theirs for week in weeks] == ["22:45", "22:45", "22:45", "21:45"]


def test_one_clock_is_shown_where_both_go_by_the_same():
    match = make_pair(windows=[(18 * 60, 19 * 60)], zone="Europe/Berlin")

    week = shared_hours.to_choose(match, mine="Europe/Berlin", theirs="Europe/Paris", name="Asha", now=NOW)[0]

    assert week.days[0].choices[0].theirs == ""
    assert week.days[0].choices[0].label.endswith("March, 18:00")


def test_what_either_has_agreed_elsewhere_or_lies_in_an_absence_is_not_offered():
    match = make_pair(windows=[(18 * 60, 20 * 60)], zone="Europe/Berlin")
    elsewhere = make_match("connected", skill="budgeting", learner=match.sharer)
    make_session(match=elsewhere, starts_at=datetime(2026, 3, 9, 17, tzinfo=UTC))

    def first_days():
        weeks = shared_hours.to_choose(match, mine="UTC", theirs="UTC", name="Asha", now=NOW)
        return [choice.value for week in weeks for choice in week.days[0].choices][:3]

    assert first_days() == ["2026-03-02T17:00Z", "2026-03-02T18:00Z", "2026-03-09T18:00Z"]
    Registration.objects.filter(pk=match.sharer.pk).update(away_until=NOW.date() + 10 * DAY)
    match.sharer.refresh_from_db()
    assert first_days()[0] == "2026-03-16T17:00Z"


def test_a_pause_with_an_end_hides_the_hours_in_it_and_one_for_silence_hides_none():
    match = make_pair(windows=[(18 * 60, 19 * 60)], zone="Europe/Berlin")

    def first_hour(until):
        Registration.objects.filter(pk=match.learner.pk).update(paused_until=until)
        match.learner.refresh_from_db()
        return shared_hours.to_choose(match, mine="UTC", theirs="UTC", name="", now=NOW)[0].days[0].choices[0].value

    assert first_hour("2026-03-17") == "2026-03-23T17:00Z"
    assert first_hour("2026-03-16") == "2026-03-16T17:00Z"  # they are back on that day
    assert first_hour(UNTIL_THEY_RETURN) == "2026-03-02T17:00Z"


@pytest.mark.parametrize("column", ["away_until", "paused_until"])
@pytest.mark.parametrize(
    ("zone", "hours", "until", "first"),
    [
        (
            "America/Los_Angeles",
            (14, 20),
            "2026-03-10",
            "2026-03-16T21:00Z",
        ),  # the evening of the 9th is the 10th in UTC
        ("Asia/Kathmandu", (0, 3), "2026-03-09", "2026-03-08T18:15Z"),  # the morning of the 9th is the 8th in UTC
    ],
)
def test_an_absence_and_a_pause_end_with_the_day_of_the_person_who_is_away(column, zone, hours, until, first):
    match = make_pair(zone, zone, windows=[tuple(60 * hour for hour in hours)], zone=zone)
    Registration.objects.filter(pk=match.sharer.pk).update(**{column: until})
    match.sharer.refresh_from_db()

    weeks = shared_hours.to_choose(match, mine=zone, theirs=zone, name="Asha", now=NOW)

    assert weeks[0].days[0].choices[0].value == first


def test_times_are_ticked_or_typed_and_up_to_three(match):
    response = propose(
        match, picked=[value(NOW + DAY), value(NOW + 2 * DAY)], day_1="2026-03-10", clock_1="09:15", minutes="45"
    )

    assert response.status_code == 302
    session = Session.objects.get()
    assert session.minutes == 45
    assert [time.starts_at for time in session.times.all()] == [
        NOW + DAY,
        NOW + 2 * DAY,
        datetime(2026, 3, 10, 8, 15, tzinfo=UTC),
    ]
    assert session.times.last().zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("data", "where", "said"),
    [
        ({}, "__all__", "at least one time"),
        ({"picked": [value(NOW + hours * HOUR) for hours in (3, 4, 5, 6)]}, "__all__", "at most three"),
        ({"picked": [value(NOW + DAY)], "day_1": "2026-03-03", "clock_1": "13:00"}, "__all__", "same time twice"),
        ({"picked": [value(NOW + HOUR)]}, "picked", "14:00 (Berlin time, UTC+1)"),
        ({"picked": [value(NOW + HOUR)]}, "picked", "too soon"),
        ({"picked": [value(NOW - HOUR)]}, "picked", "past"),
        ({"picked": [value(NOW + 43 * DAY)]}, "picked", "too far"),
        ({"picked": ["2026-03-05T12:01Z"]}, "picked", "not a time of ours"),
        ({"picked": ["\x00", "soon"]}, "picked", "not a time of ours"),
        ({"day_2": "2026-03-05"}, "clock_2", "both the day and the time"),
        ({"clock_2": "10:00"}, "day_2", "both the day and the time"),
        ({"day_1": "2026-03-05", "clock_1": "10:10"}, "clock_1", "quarter of an hour"),
        ({"day_1": "2026-03-02", "clock_1": "10:00"}, "day_1", "is past"),
        ({"day_1": "2026-03-02", "clock_1": "14:00"}, "day_1", "too soon"),
        ({"day_1": "2025-11-01", "clock_1": "10:00"}, "day_1", "This day is past"),
        ({"day_1": "2026-06-01", "clock_1": "10:00"}, "day_1", "next six weeks"),
        ({"day_1": "0001-01-01", "clock_1": "00:00"}, "day_1", "next six weeks"),
        ({"day_1": "9999-12-31", "clock_1": "23:45"}, "day_1", "next six weeks"),
        ({"day_1": "moon", "clock_1": "10:00"}, "day_1", "valid date"),
        ({"picked": [value(NOW + DAY)], "minutes": "7"}, "minutes", "valid choice"),
    ],
)
def test_what_cannot_be_proposed_is_refused_at_its_field(match, data, where, said):
    response = propose(match, **data)

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[where])
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("today", "zone", "day", "shown", "meanings"),
    [
        ("2026-03-20", "Europe/Berlin", "2026-03-29", "02:30", ["2026-03-29T00:30Z", "2026-03-29T01:30Z"]),
        ("2026-10-20", "Europe/Berlin", "2026-10-25", "02:30", ["2026-10-25T00:30Z", "2026-10-25T01:30Z"]),
        ("2018-10-20", "America/Sao_Paulo", "2018-11-04", "00:00", ["2018-11-04T02:00Z", "2018-11-04T03:00Z"]),
        ("2018-02-01", "America/Sao_Paulo", "2018-02-17", "23:30", ["2018-02-18T01:30Z", "2018-02-18T02:30Z"]),
        ("2026-02-01", "Africa/Casablanca", "2026-02-15", "02:30", ["2026-02-15T01:30Z", "2026-02-15T02:30Z"]),
        ("2026-03-10", "Africa/Casablanca", "2026-03-22", "02:15", ["2026-03-22T01:15Z", "2026-03-22T02:15Z"]),
        ("2026-09-10", "Pacific/Chatham", "2026-09-27", "03:00", ["2026-09-26T13:15Z", "2026-09-26T14:15Z"]),
        ("2026-03-20", "Pacific/Chatham", "2026-04-05", "03:00", ["2026-04-04T13:15Z", "2026-04-04T14:15Z"]),
    ],
)
def test_an_hour_the_clock_skips_or_repeats_is_asked_about_and_then_taken(clock, today, zone, day, shown, meanings):
    clock.move_to(datetime.fromisoformat(today).replace(tzinfo=UTC))
    match = make_pair(mine=zone)
    typed = {"day_1": day, "clock_1": shown, "seen": ""}

    response = propose(match, **typed)

    assert response.status_code == 422
    assert "Which one is meant?" in " ".join(response.context["form"].errors["meant_1"])
    assert [value for value, _words in response.context["form"]["meant_1"].field.choices] == meanings
    assert all("for Asha" in words for _value, words in response.context["form"]["meant_1"].field.choices)
    assert propose(match, **typed, meant_1="2026-01-01T00:00Z").status_code == 422
    assert not Session.objects.exists()
    assert propose(match, **typed, meant_1=meanings[1]).status_code == 302
    assert value(Session.objects.get().times.get().starts_at) == meanings[1]


def test_an_hour_of_nepal_needs_no_question(match):
    assert propose(match, match.sharer.member, day_1="2026-03-29", clock_1="02:30").status_code == 302
    assert Session.objects.get().times.get().starts_at == datetime(2026, 3, 28, 20, 45, tzinfo=UTC)


def test_ones_own_times_stand_in_the_form_again(match):
    propose(match, picked=[value(NOW + DAY)])
    session = Session.objects.get()

    mine = browser(match.learner.member).get(reverse("matching:session-propose", args=[match.pk]))
    theirs = browser(match.sharer.member).get(reverse("matching:session-propose", args=[match.pk]))

    form = mine.context["form"]
    ticked = form.ticked() or [form["day_1"].value()]
    assert len(ticked) == 1
    assert theirs.context["form"].ticked() == [] and not theirs.context["form"].has_typed()
    assert seen_as(session) in mine.content.decode()


def test_the_other_sees_the_times_in_both_zones_and_chooses_one(match):
    propose(match, picked=[value(NOW + DAY), value(NOW + 2 * DAY)])
    session = Session.objects.get()

    content = page_of(match, match.sharer.member)
    assert "Tue 3 March 2026, 17:45 (Kathmandu time, UTC+5:45)" in content
    assert "For Lena: Tue 3 March 2026, 13:00 (Berlin time, UTC+1)" in content
    assert content.count("This one suits me") == 2
    assert "This one suits me" not in page_of(match, match.learner.member)

    response = press("confirm", session, match.sharer.member, starts_at=value(NOW + DAY))

    assert "Agreed. Each of you gets an email" in response.content.decode()
    assert Session.objects.get().starts_at == NOW + DAY


def test_a_stale_button_says_so_and_changes_nothing(match):
    propose(match, picked=[value(NOW + DAY)])
    session = Session.objects.get()
    old = seen_as(session)
    propose(match, picked=[value(NOW + 2 * DAY)])

    for name, data in (("confirm", {"starts_at": value(NOW + DAY)}), ("cancel", {"why": "cannot"}), ("keep", {})):
        response = press(name, session, match.sharer.member, seen=old, **data)
        assert "has changed this in the meantime" in response.content.decode()
    assert (
        "has changed this" in propose(match, match.sharer.member, picked=[value(NOW + DAY)], seen=old).content.decode()
    )
    assert [time.starts_at for time in Session.objects.get().times.all()] == [NOW + 2 * DAY]
    assert Session.objects.get().state == "proposed"


def test_what_was_typed_on_a_page_opened_earlier_stays_and_can_be_sent_once_the_change_was_seen(match):
    propose(match, picked=[value(NOW + DAY)])
    session, sharer = Session.objects.get(), match.sharer.member
    old = seen_as(session)
    propose(match, picked=[value(NOW + 2 * DAY)])

    page = press("cancel", session, sharer, seen=old, why="cannot", note="My sister marries.")
    form = page.context["cancel_form"]
    assert (page.status_code, form["note"].value(), form["seen"].value()) == (
        422,
        "My sister marries.",
        seen_as(Session.objects.get()),
    )
    form = propose(match, sharer, picked=[value(NOW + 3 * DAY)], seen=old).context["form"]
    assert form["picked"].value() == [value(NOW + 3 * DAY)]

    propose(match, sharer, picked=form["picked"].value(), seen=form["seen"].value())
    assert [time.starts_at for time in Session.objects.get().times.all()] == [NOW + 3 * DAY]


def test_a_clash_is_said_in_a_clear_sentence(match):
    elsewhere = make_match("connected", skill="budgeting", sharer=match.learner)
    make_session(match=elsewhere, starts_at=NOW + DAY)

    content = propose(match, picked=[value(NOW + DAY)]).content.decode()

    assert "You have another session at that time" in content
    assert elsewhere.learner.shown_name in content


def test_the_call_link_is_shown_to_the_two_on_their_page_and_nowhere_else(match, stranger, coordinator):
    session = make_session(match=match)

    assert (
        "begins with https://" in press("link", session, match.learner.member, link="meet.example.org").content.decode()
    )
    assert "Saved." in press("link", session, match.learner.member, link=LINK).content.decode()

    for member in (match.learner.member, match.sharer.member):
        assert page_of(match, member).count(f'href="{LINK}"') == 1
    for member in (stranger, coordinator):
        assert LINK not in page_of(match, member)
        for name in ("link", "cancel", "confirm", "keep"):
            assert press(name, session, member, link=LINK).status_code == 404
    client = browser(match.sharer.member)
    for address in (
        reverse("home"),
        reverse("matching:match-list"),
        reverse("matching:session-calendar", args=[session.pk]),
    ):
        assert LINK not in client.get(address).content.decode()
    assert LINK not in str(list(Act.objects.values()))
    said = press("link", session, match.sharer.member, link="").content.decode()
    assert "There is no link to the call any more." in said and "Both of you find" not in said
    assert Session.objects.get().call_link == ""
    assert "nothing has changed" in press("link", session, match.sharer.member, link="").content.decode()
    newest = Letter.objects.order_by("-pk").first()
    assert (newest.kind, newest.state) == ("matching.session_unlinked_learner", "queued")
    assert Letter.objects.count() == 2


def test_a_room_is_offered_where_the_settings_name_a_service_and_the_other_is_told_without_its_link(match, settings):
    session = make_session(match=match)  # first proposed by the learner
    assert "Make us a room" not in page_of(match, match.learner.member)
    assert "It is your turn" in page_of(match, match.learner.member)
    assert f"turn of {match.learner.shown_name}" in page_of(match, match.sharer.member)
    assert "No rooms are offered" in press("link", session, match.learner.member, room="1").content.decode()

    settings.CALL_ROOM_URL = "https://rooms.example.org/a"
    assert "A new room on rooms.example.org" in page_of(match, match.sharer.member)
    opened = browser(match.learner.member).get(reverse("matching:match-detail", args=[match.pk])).context["link_seen"]
    press("link", session, match.sharer.member, room="1", opened=opened)

    link = Session.objects.get().call_link
    assert re.fullmatch(r"https://rooms\.example\.org/a/lets-connect-[0-9a-f]{32}", link)
    assert f'href="{link}"' in page_of(match, match.learner.member)
    for member in (match.sharer.member, match.learner.member):  # pressed twice, and by the other on a page of before
        answer = press("link", session, member, room="1", opened=opened)
        assert answer.status_code == 200 and "Both of you find the link" in answer.content.decode()
        assert set(re.findall("lets-connect-[0-9a-f]{32}", answer.content.decode())) == {link.rpartition("/")[2]}
    assert Session.objects.get().call_link == link
    assert new_room() != new_room(), "a new name each time"
    assert set(Letter.objects.values_list("kind", flat=True)) == {"matching.session_link_learner"}
    assert "rooms.example.org" not in str(list(Letter.objects.values()))


def test_who_proposed_the_hour_that_stands_says_where(match):
    learner, sharer = match.learner.member, match.sharer.member

    def propose(day, by):
        times = [ChosenTime(NOW + day * DAY, "UTC")]
        seen = seen_as(match.sessions.first())
        return propose_times(match=match, times=times, seen_version=seen, by=by, now=NOW)

    def choose(day, by):
        session = match.sessions.get()
        confirm_time(session=session, starts_at=NOW + day * DAY, seen_version=seen_as(session), by=by, now=NOW)

    def turns():
        return ["It is your turn" in page_of(match, member) for member in (learner, sharer)]

    propose(3, by=learner)
    propose(4, by=sharer)
    choose(4, by=learner)
    assert turns() == [False, True]
    propose(5, by=learner)
    assert turns() == [False, True], "the hour that stands is still the one before"
    choose(5, by=sharer)
    assert turns() == [True, False]


def test_a_file_for_the_calendar_is_for_the_two_only(match, stranger, coordinator):
    session = make_session(match=match)
    address = reverse("matching:session-calendar", args=[session.pk])

    response = browser(match.sharer.member).get(address)

    assert response.headers["Content-Type"].startswith("text/calendar")
    assert "attachment" in response.headers["Content-Disposition"]
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert "Lena" in event["SUMMARY"] and event["DTSTART"].dt == session.starts_at
    for member in (stranger, coordinator):
        assert browser(member).get(address).status_code == 404
    asked = make_session("proposed", match=make_pair())
    assert browser(asked.learner.member).get(reverse("matching:session-calendar", args=[asked.pk])).status_code == 302


def test_cancelling_needs_a_reason_and_tells_only_the_words(match):
    session = make_session(match=match)

    refused = press("cancel", session, match.learner.member, note="Ill.")
    assert refused.status_code == 422
    assert "Ill." in refused.content.decode()  # what was typed is still there
    press("cancel", session, match.learner.member, why="not_needed", note="Ill.")

    assert Session.objects.get().cancelled_why == "not_needed"
    assert "We no longer need it" not in page_of(match, match.sharer.member)
    assert Match.objects.get().state == MatchState.CONNECTED


def test_a_match_that_is_over_offers_no_hours(match):
    make_session(match=match)
    Match.objects.filter(pk=match.pk).update(
        state="completed", closed_at=NOW, closed_by=match.learner.member, closed_why=ClosedWhy.DONE
    )

    assert "Propose times" not in page_of(match, match.learner.member)
    response = propose(match, picked=[value(NOW + DAY)])
    assert response.status_code == 302
    assert Session.objects.count() == 1


def test_while_it_goes_on_the_link_stays_and_nothing_can_be_moved(match, clock):
    make_session(match=match, call_link=LINK, starts_at=NOW - HOUR / 2)

    content = page_of(match, match.learner.member)

    assert LINK in content and "It has begun." in content
    assert "Cancel this session" not in content and "Move it" not in content


def test_home_shows_what_waits_and_what_is_next(match):
    agreed = make_session(match=match)
    asked = make_session("proposed", match=make_match("connected", skill="budgeting", sharer=match.learner))
    client = browser(match.learner.member)

    content = client.get(reverse("home")).content.decode()

    assert f"<bdi>{asked.learner.shown_name}</bdi> proposes times to talk about" in content
    assert "4 March 2026, 13:00" in content
    assert "Berlin time, UTC+1" in content
    Session.objects.filter(pk=asked.pk).update(waiting_for="learner")
    assert "proposes times" not in client.get(reverse("home")).content.decode()
    Match.objects.filter(pk=match.pk).update(
        state="ended", closed_at=NOW, closed_by=match.learner.member, closed_why=ClosedWhy.NO_TIME
    )
    assert "Wed 4 March" not in client.get(reverse("home")).content.decode()
    assert agreed.state == "confirmed"


@pytest.mark.parametrize("name", ["home", "matching:match-detail", "matching:session-propose"])
def test_pages_ask_the_database_as_often_for_many_sessions_as_for_few(match, name):
    make_session(match=match)
    for number in range(2):
        make_session(match=match, starts_at=NOW - number * DAY - 2 * DAY)
    client = browser(match.learner.member)
    address = reverse(name, args=[] if name == "home" else [match.pk])

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    queries()
    few = queries()
    for number in range(30):
        make_session(match=match, starts_at=NOW - number * DAY - 9 * DAY)
        other = make_match("connected", skill="budgeting", sharer=match.learner) if number < 4 else None
        if other:
            make_session(match=other, starts_at=NOW + number * DAY + 9 * DAY)
    assert queries() <= few


def test_the_feed_needs_its_secret_and_gives_no_more_than_names_and_hours(match):
    session = make_session(match=match, call_link=LINK)
    make_session("proposed", match=match)
    make_session(match=match, starts_at=NOW - 60 * DAY)
    me = browser(match.learner.member)

    response = me.post(reverse("calendar-feed"))
    address = response.context["address"]
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")

    assert secret not in str(list(CalendarFeed.objects.values())) + str(list(Act.objects.values()))
    assert secret not in me.get(reverse("calendar-feed")).content.decode()
    path = urlsplit(address).path
    got = Client().get(path)
    [event] = Calendar.from_ical(got.content).walk("VEVENT")
    assert event["DTSTART"].dt == session.starts_at
    assert "Asha" in event["SUMMARY"]
    for private in (LINK, match.sharer.member.email, match.learner.member.email):
        assert private not in got.content.decode().replace("\r\n ", "")
    assert got.headers["Cache-Control"] == "private, no-cache"

    again = urlsplit(me.post(reverse("calendar-feed")).context["address"]).path
    assert Client().get(path).status_code == 404
    assert Client().get(again).status_code == 200
    me.post(reverse("calendar-feed-end"))
    assert Client().get(again).status_code == 404


def test_the_feed_of_somebody_who_left_is_void(match):
    make_session(match=match)
    path = urlsplit(browser(match.learner.member).post(reverse("calendar-feed")).context["address"]).path

    Match.objects.filter(pk=match.pk).update(
        state="ended", closed_at=NOW, closed_by=match.learner.member, closed_why=ClosedWhy.NO_TIME
    )
    assert Calendar.from_ical(Client().get(path).content).walk("VEVENT") == []
    Member.objects.filter(pk=match.learner.member_id).update(is_active=False)
    assert Client().get(path).status_code == 404


def test_the_asked_page_says_how_many_days_are_left_and_when_both_are_free(clock):
    match = make_pair(windows=[(18 * 60, 20 * 60)], zone="Europe/Berlin")
    Match.objects.filter(pk=match.pk).update(
        state="asked", asked_at=NOW, answer_by=NOW + 7 * DAY, connected_at=None, learner_accepted_at=None
    )

    content = page_of(match, match.learner.member)
    assert "7 days left to answer" in content
    clock.move_to(NOW + DAY / 2)
    assert "6 days left to answer" in page_of(match, match.learner.member)
    clock.move_to(NOW + 6.5 * DAY)
    assert "The last day to answer" in page_of(match, match.learner.member)
    clock.move_to(NOW)
    Match.objects.filter(pk=match.pk).update(learner_accepted_at=NOW)
    assert "left to answer" not in page_of(match, match.learner.member)
    Match.objects.filter(pk=match.pk).update(learner_accepted_at=None)
    assert "Monday 18:00–20:00" in content
    assert match.sharer.member.email not in content
    assert "Monday 22:45–00:45" in page_of(match, match.sharer.member)
    clock.move_to(NOW + 6 * DAY + HOUR)
    assert "The last day to answer" in page_of(match, match.learner.member)
