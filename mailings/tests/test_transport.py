"""Handing over to a mail server that behaves, and to those that do not."""

import email

import pytest

from mailings.models import Letter
from mailings.rendering import Rendered
from mailings.sending.composing import compose
from mailings.sending.transport import open_session
from mailings.tests.factories import make_letter
from mailings.tests.smtp import free_port

pytestmark = pytest.mark.django_db


def deliver(count=1, text="Hello\n"):
    composed = compose(make_letter(), Rendered("Hello", text, "<p>Hello</p>"))
    with open_session() as session:
        return [session.ready() or session.deliver(composed) for _ in range(count)]


def test_letters_of_one_session_share_a_connection(sink):
    answers = deliver(count=5)

    assert [answer.code for answer in answers] == [250] * 5
    assert sink.connections == 1


def test_what_arrives_says_who_why_and_in_which_language(sink, settings):
    letter = make_letter(to=None, address="ana@example.org", language="ar")
    composed = compose(letter, Rendered("مرحبا — 100 %", "نص\n", "<p>نص</p>"))
    with open_session() as session:
        session.ready()
        session.deliver(composed)

    [message] = sink.messages
    assert sink.recipients == ["ana@example.org"]
    assert message["Subject"] == "مرحبا — 100 %"
    assert message["Message-ID"] == letter.message_id
    assert message["Reply-To"] == settings.CONTACT_EMAIL
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ar"
    assert message["Date"].datetime.year >= 2026
    assert message.get_body(("plain",)).get_content().strip() == "نص"
    assert message.get_body(("html",)).get_content().strip() == "<p>نص</p>"


def test_an_answer_goes_to_the_mailbox_that_the_settings_name(settings):
    """Django writes domains by IDNA 2003, where `straße.de` is `strasse.de`: somebody else's mailbox."""
    settings.DEFAULT_FROM_EMAIL, settings.CONTACT_EMAIL = "Let's Connect <hello@straße.de>", "help@straße.de"
    composed = compose(make_letter(), Rendered("Hello", "Hello\n", ""))

    message = email.message_from_bytes(composed.payload)
    assert (composed.sender, message["From"]) == ("Let's Connect <hello@xn--strae-oqa.de>",) * 2
    assert message["Reply-To"] == "help@xn--strae-oqa.de"


@pytest.mark.parametrize("text", [".\n", "..\n.a\n\n.\n\nend\n", "x" * 5000 + "\n", "é" * 3000 + "\n", "a\rb\n"])
def test_no_text_ends_early_or_loses_a_dot(sink, text):
    [answer] = deliver(text=text)

    assert answer.code == 250
    arrived = sink.messages[0].get_body(("plain",)).get_content()
    assert arrived.splitlines() == text.splitlines()


@pytest.mark.parametrize(
    ("behaviour", "code", "handed_over"),
    [
        ({"rcpt": "451 4.3.0 later"}, 451, False),
        ({"rcpt": "550 5.1.1 nobody"}, 550, False),
        ({"data": "451 4.3.0 later"}, 451, True),
        ({"data": "554 5.7.1 spam"}, 554, True),
        ({"data": "drop"}, None, True),
        ({"pause": 3.0}, None, True),
    ],
)
def test_how_far_a_letter_got_is_known(sink, settings, behaviour, code, handed_over):
    settings.EMAIL_TIMEOUT = 1
    for name, value in behaviour.items():
        setattr(sink, name, value)

    [answer] = deliver()

    assert (answer.code, answer.handed_over) == (code, handed_over)


def test_a_refusal_does_not_spoil_the_next_letter_on_the_connection(sink):
    sink.rcpt = "550 5.1.1 nobody"
    composed = compose(make_letter(), Rendered("Hello", "Hello\n", ""))
    with open_session() as session:
        session.ready()
        first = session.deliver(composed)
        sink.rcpt = ""
        second = session.ready() or session.deliver(composed)

    assert (first.code, second.code) == (550, 250)
    assert sink.connections == 1


def test_a_server_that_hung_up_between_two_letters_is_called_again(sink):
    composed = compose(make_letter(), Rendered("Hello", "Hello\n", ""))
    with open_session() as session:
        session.ready()
        sink.data = "drop"
        session.deliver(composed)
        sink.data = ""
        again = session.ready() or session.deliver(composed)

    assert again.code == 250
    assert sink.connections == 2


def test_a_connection_that_is_gone_in_the_middle_of_a_session_was_handed_nothing_and_a_new_one_is_opened(sink):
    composed = compose(make_letter(), Rendered("Hello", "Hello\n", ""))
    with open_session() as session:
        session.ready()
        session.close()
        lost = session.deliver(composed)
        again = session.ready() or session.deliver(composed)

    assert (lost.code, lost.handed_over) == (None, False)
    assert again.code == 250
    assert sink.connections == 2


def test_a_server_that_refuses_connections_was_handed_nothing(sink, settings):
    settings.EMAIL_PORT = free_port()

    [answer] = deliver()

    assert (answer.code, answer.handed_over) == (None, False)


@pytest.mark.parametrize("address", ["a@example.org\nBcc: b@example.org", "a@example.org\r\nX: y", "not an address\n"])
def test_an_address_cannot_break_out_of_its_header(db, address):
    letter = Letter(address=address, message_id="<x@example.org>", language="en")

    with pytest.raises(ValueError, match=r"[Ii]nvalid|newlines"):
        compose(letter, Rendered("Hello", "Hello\n", ""))
