"""A letter that carries an hour: what a mail server is handed, byte for byte where programs depend on it."""

import pytest
from django.db import transaction

from letsconnect.base.calendars import CalendarPart
from mailings.domain.letters import LetterState
from mailings.ledger.draining import drain
from mailings.mailbox import Mailbox
from mailings.rendering import Rendered
from mailings.sending.composing import compose
from mailings.tests.factories import make_kind, make_letter
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nSUMMARY:ساعة — 1:1\r\nEND:VCALENDAR\r\n"


def carrying(method="REQUEST"):
    return Rendered("Agreed", "Text\n", "<p>Text</p>", CalendarPart(method, TEXT.format(method=method).encode()))


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_calendar_arrives_as_a_reading_of_the_letter_and_as_a_file(sink, method):
    make_letter(kind=make_kind(render=lambda about, language, zone: carrying(method)))

    assert drain(now=NOW) == {"sent": 1}

    [message] = sink.messages
    assert message.get_content_type() == "multipart/mixed"
    readings, file = message.iter_parts()
    assert readings.get_content_type() == "multipart/alternative"
    plain, html, calendar = readings.iter_parts()
    assert [part.get_content_type() for part in (plain, html, calendar)] == ["text/plain", "text/html", "text/calendar"]
    assert calendar["Content-Type"].params["method"] == method
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_content_disposition() is None
    assert calendar.get_content().splitlines() == TEXT.format(method=method).splitlines()
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_content_disposition() == "attachment"
    assert file.get_content() == TEXT.format(method=method).encode()


def test_the_calendar_is_written_when_the_letter_is_sent(sink):
    """As every word of it: what was true when it was owed may not be any more."""
    method = ["REQUEST"]
    make_letter(kind=make_kind(render=lambda about, language, zone: carrying(method[0])))
    method[0] = "CANCEL"

    drain(now=NOW)

    assert b"METHOD:CANCEL" in sink.messages[0].as_bytes()


def test_a_letter_without_a_calendar_is_as_it_was(sink):
    make_letter()

    drain(now=NOW)

    assert sink.messages[0].get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sink.messages[0].iter_parts()] == ["text/plain", "text/html"]


def test_a_method_that_would_break_out_of_its_header_fails_its_letter_only(sink):
    bad = make_letter(kind=make_kind(render=lambda about, language, zone: carrying("REQUEST; x=\r\nBcc: all")))
    make_letter()

    assert drain(now=NOW) == {"sent": 1, "failed": 1}

    bad.refresh_from_db()
    assert bad.state == LetterState.FAILED
    assert "not a method we send" in bad.reason


def test_the_mailbox_shows_the_words_of_a_letter_with_a_calendar(tmp_path):
    with transaction.atomic():
        composed = compose(make_letter(), carrying())
    mailbox = Mailbox(tmp_path)

    shown = mailbox.get(mailbox.put(composed.payload))

    assert (shown.text.strip(), shown.html.strip()) == ("Text", "<p>Text</p>")
