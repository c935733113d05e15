"""A letter is handed over in the bytes that Django would write, but for what is drawn anew each time."""

import email
import re

import pytest

from letsconnect.base.calendars import CalendarPart
from mailings.rendering import Rendered
from mailings.sending import mime
from mailings.sending.composing import _as_bytes, compose
from mailings.tests.factories import make_letter

pytestmark = pytest.mark.django_db
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:ساعة — 1:1\r\n" + "X" * 90 + "\r\nEND:VCALENDAR\r\n"
HTML = "<p>Hello</p>"


def but_for_what_is_drawn(payload):
    """Headers and contents of each part, without date and boundaries: these are drawn anew each time."""
    message = email.message_from_bytes(payload)
    del message["Date"]
    names = [name for name in message if not name.startswith(("Content-T", "MIME"))]
    parts = [
        (
            sorted((name, re.sub(r';\s*boundary="[^"]*"', "", str(value))) for name, value in part.items()),
            "" if part.is_multipart() else part.get_payload(),
        )
        for part in message.walk()
    ]
    assert b"\n" not in payload.replace(b"\r\n", b"")
    return names, message.preamble, message.epilogue, parts


@pytest.mark.parametrize(
    "rendered",
    [
        Rendered("Hello", "Hello\n", HTML),
        Rendered("Hello", "Hello\n", ""),
        Rendered("", "\n", HTML),
        Rendered("مرحبا — 100 % " * 9, "نص\n", "<p>نص</p>"),
        Rendered(
            "A subject in ASCII that is longer than one line of a header may be, so it is folded", "a\rb\r\n\nc", HTML
        ),
        Rendered("Hello", "From me\n.\n--\nend", HTML + "\n\n"),
        Rendered("Hello", "\x0b\x0c\u2028x" * 300, HTML),
        Rendered("Hello", "é" * 499, HTML),
        Rendered("Hello", "é" * 500, HTML),
        Rendered("Agreed", "Text\n", HTML, CalendarPart("REQUEST", CALENDAR.encode(), "lets-connect-session.ics")),
    ],
)
def test_the_bytes_are_those_django_writes(rendered):
    composed = compose(make_letter(language="ar"), rendered)

    assert but_for_what_is_drawn(composed.payload) == but_for_what_is_drawn(_as_bytes(composed.message))


def test_a_long_address_is_written_as_django_writes_it():
    letter = make_letter(to=None, address=f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example.org")
    composed = compose(letter, Rendered("Hello", "Hello\n", HTML))

    assert but_for_what_is_drawn(composed.payload) == but_for_what_is_drawn(_as_bytes(composed.message))
    assert letter.address in composed.payload.decode()


@pytest.mark.parametrize("name", ["Subject", "To", "X-Other"])
def test_no_value_breaks_out_of_its_header(name):
    with pytest.raises(ValueError, match="newlines"):
        mime.write({name: "a@example.org\r\nBcc: b@example.org"}, Rendered("Hello", "Hello\n", HTML))


def test_two_letters_have_no_boundary_in_common():
    texts = [compose(make_letter(), Rendered("Hello", "Hello\n", HTML)).payload.decode() for _ in range(2)]

    assert len({boundary for text in texts for boundary in re.findall(r'boundary="([^"]+)"', text)}) == 2
