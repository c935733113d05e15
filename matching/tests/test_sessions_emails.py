"""The letters about sessions: on the wire, in the reader's language and zone, and not sent once they are untrue."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from letsconnect.base.hours import HOUR
from mailings import kinds
from mailings.domain.letters import QUIET
from mailings.ledger.draining import drain
from mailings.models import Letter
from matching.domain.matches import ClosedWhy, Side
from matching.domain.sessions import DAY, ChosenTime, WhyCancelled
from matching.matches.answering import withdraw_from_match
from matching.models import Match, Session
from matching.sessions import changing
from matching.sessions.agreeing import cancel_session, confirm_time, propose_times, seen_as, set_call_link
from matching.sessions.emails import _WHILE
from matching.sessions.sweeps import remind_of_sessions
from matching.tests.factories import make_match
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_member, make_registration

LINK = "https://meet.example.org/our-secret-room"
LETTERS = sorted(_WHILE)


@pytest.fixture
def match(transactional_db):
    """A learner in Tunis who reads Arabic, a sharer in Nepal who reads English."""
    learner = make_member(name="نور", language="ar", zone="Africa/Tunis", email="nour@example.org")
    sharer = make_member(name="Asha", language="en", zone="Asia/Kathmandu", email="asha@example.org")
    return make_match(
        "connected",
        learner=make_registration(member=learner, wishes=["wikidata"]),
        sharer=make_registration(member=sharer, offers=["wikidata"]),
    )


def agree(match, *, day=3, now=NOW):
    session = match.sessions.open(now=now).first()
    proposed = propose_times(
        match=match,
        times=[ChosenTime(NOW + day * DAY, "UTC")],
        seen_version=seen_as(session),
        by=match.learner.member,
        now=now,
    )
    return confirm_time(
        session=proposed,
        starts_at=NOW + day * DAY,
        seen_version=seen_as(proposed),
        by=match.sharer.member,
        now=now,
    )


def sent(sink, address):
    """What somebody has got so far."""
    return [message for message in sink.messages if message["To"] == address]


def event_in(message):
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert part["Content-Type"].params["method"] == calendar["METHOD"]
    [event] = calendar.walk("VEVENT")
    return calendar["METHOD"], event


def words(message):
    return message.get_body(("plain",)).get_content() + message.get_body(("html",)).get_content()


def test_agree_move_and_cancel_on_the_wire(sink, match):
    session = agree(match)
    set_call_link(session=session, link=LINK, by=match.sharer.member, now=NOW)
    drain(now=NOW + QUIET)
    agree(match, day=5)
    drain(now=NOW + QUIET)
    session = Session.objects.get()
    cancel_session(
        session=session,
        why=WhyCancelled.CANNOT,
        note="My child is ill.",
        seen_version=seen_as(session),
        by=match.learner.member,
        now=NOW,
    )
    drain(now=NOW + QUIET)

    for address, other in (("nour@example.org", "asha@example.org"), ("asha@example.org", "nour@example.org")):
        with_events = [one for one in sent(sink, address) if one.get_content_type() == "multipart/mixed"]
        events = [event_in(message) for message in with_events]
        assert [(method, event["SEQUENCE"]) for method, event in events] == [
            ("REQUEST", 0),
            ("REQUEST", 1),
            ("CANCEL", 2),
        ]
        assert len({event["UID"] for _, event in events}) == 1
        assert [event["DTSTART"].dt for _, event in events] == [NOW + 3 * DAY, NOW + 5 * DAY, NOW + 5 * DAY]
        for message, (_, event) in zip(with_events, events, strict=True):
            assert event["ATTENDEE"] == f"mailto:{address}"
            assert other not in message.as_string()
    everything = "".join(words(message) + message.as_string() for message in sink.messages)
    assert LINK not in everything and "our-secret-room" not in everything
    assert list(Letter.objects.filter(kind__contains="_link_").values_list("kind", "state")) == [
        ("matching.session_link_learner", "sent")
    ]
    assert not Letter.objects.exclude(state="sent").exclude(kind="matching.session_proposed_sharer").exists()
    nour, asha = sent(sink, "nour@example.org")[-1], sent(sink, "asha@example.org")[-1]
    assert "My child is ill." in words(asha)
    assert "My child is ill." not in words(nour)


def test_each_reads_the_hour_in_both_zones_by_name(sink, match):
    propose_times(
        match=match, times=[ChosenTime(NOW + 3 * DAY, "UTC")], seen_version="", by=match.learner.member, now=NOW
    )
    drain(now=NOW + QUIET)

    [message] = sent(sink, "asha@example.org")
    there, here = ((NOW + 3 * DAY).astimezone(ZoneInfo(zone)) for zone in ("Asia/Kathmandu", "Africa/Tunis"))
    assert f"{there:%H:%M} (Kathmandu time, UTC+5:45)" in words(message)
    assert f"For \u2068نور\u2069: Thu 5 March 2026, {here:%H:%M} (Tunis time, UTC+1)" in words(message)
    assert message["Content-Language"] == "en"


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_letter_reads_without_gaps_and_gives_no_link_away(db, letter, side, language):
    match = make_match("connected")
    if letter in ("cancelled", "dropped", "lapsed"):
        hour = {"starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR, "confirmed_at": NOW}
        session = make_session(
            "cancelled", match=match, cancelled_note="A word", **(hour if letter == "cancelled" else {})
        )
    else:
        session = make_session(match=match, call_link=LINK, waiting_for=side.value)

    rendered = kinds.get(f"matching.session_{letter}_{side}").render(session, language, "Africa/Tunis")

    for text in (rendered.subject, rendered.text, rendered.html):
        assert text.strip()
        for wrong in ("None", "{{", "{%", "our-secret-room", match.person(side.other).member.email):
            assert wrong not in text
    assert f"/matches/{match.pk}/" in rendered.text
    assert match.person(side.other).shown_name in rendered.subject + rendered.text
    assert (rendered.calendar is not None) == (letter in ("agreed", "moved", "cancelled"))


def owed(session, letter, side=Side.LEARNER, now=NOW):
    session = Session.objects.get(pk=session.pk)
    return kinds.get(f"matching.session_{letter}_{side.value}").still_owed(session, now)


@pytest.mark.parametrize(
    ("letter", "left", "is_owed"),
    [
        ("day", 23, True),
        ("day", 25, False),
        ("day", 1, False),
        ("hour", 1, True),
        ("hour", 2, False),
        ("hour", 0, False),
        ("agreed", 2, True),
        ("agreed", 0, False),
        ("moved", 0, False),
    ],
)
def test_a_letter_about_an_hour_is_owed_while_it_is_true(db, letter, left, is_owed):
    session = make_session()

    assert (owed(session, letter, now=session.starts_at - left * HOUR) is None) == is_owed


def test_what_changed_meanwhile_is_not_written(db):
    moved, cancelled = make_session(sequence=1), make_session("cancelled")
    asked = make_session("proposed")

    assert owed(moved, "agreed") and owed(moved, "moved") is None
    for letter in ("agreed", "moved", "day", "hour", "kept", "proposed"):
        assert owed(cancelled, letter)
    assert owed(asked, "proposed", Side.SHARER) is None
    assert owed(asked, "proposed", Side.LEARNER) == "it has been answered"
    assert owed(asked, "proposed", Side.SHARER, now=NOW + 5 * DAY) == "every proposed time has passed"
    assert owed(moved, "cancelled")


def test_after_the_end_of_the_match_only_calendars_are_put_right(db):
    session = make_session()
    match = session.match

    withdraw_from_match(match=match, by=match.learner.member, why=ClosedWhy.NO_TIME, now=NOW)

    assert owed(session, "cancelled") is None
    assert owed(session, "dropped") == "the match is over"
    assert owed(session, "cancelled", now=session.starts_at) == "the hour is past"


def test_a_reminder_owed_before_the_hour_was_moved_is_not_sent(sink, match):
    session = agree(match)
    drain(now=NOW + QUIET)
    soon = session.starts_at - timedelta(hours=23)
    remind_of_sessions(soon)
    agree(match, day=9, now=soon)
    before = len(sink.messages)

    assert drain(now=soon + QUIET)["skipped"] == 3  # both reminders, and the times that were answered at once

    assert len(sink.messages) == before + 2
    assert Match.objects.live().exists()


def test_a_letter_to_nobody_is_not_owed(db):
    session = make_session()
    session.sharer.member = None

    changing.owe_letter(session, Side.SHARER, letter="agreed", occasion="0", now=NOW)

    assert not Letter.objects.exists()
