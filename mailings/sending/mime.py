"""The bytes of a letter, as Django and Python's `email` would write them, for an eighth of what it costs there.

They make objects of every part and header, and look at each letter of each of them. A letter of ours has one to four
parts of known types, and most of its headers are the same in every letter, so their lines are kept.
"""

import base64
import re
import secrets
from collections.abc import Mapping
from email.header import Header
from email.policy import compat32
from functools import lru_cache
from typing import Any

from django.core.mail.message import RFC5322_EMAIL_LINE_LENGTH_LIMIT as LONGEST_LINE
from django.core.mail.message import forbid_multi_line_headers

from letsconnect.base.calendars import CalendarPart
from mailings.rendering import Rendered
from mailings.sending.plain_text import FORMAT, flowed

_BREAK = re.compile(rb"\r\n|\r|\n")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_SHORT = 78  # longer lines of a header are folded
_METHODS = ("REQUEST", "CANCEL", "PUBLISH")
_FLOWED = '; {}="{}"'.format(*FORMAT)
_POLICY = compat32.clone(linesep="\r\n")
_OWN = frozenset({"To", "Message-ID", "Date"})  # different in each letter, so their lines are not kept


class LongLines(ValueError):
    """A text with lines that mail does not allow: they have to be written in another way."""


def write(headers: Mapping[str, str], rendered: Rendered) -> bytes:
    """Return the message with these headers, in this order.

    Raises ValueError on a header of two lines, and LongLines.
    """
    head = b"".join(map(_header, headers, headers.values()))
    parts = [_text("plain", flowed(rendered.text), _FLOWED)]
    if rendered.html:
        parts.append(_text("html", rendered.html))
    calendar = rendered.calendar
    if calendar is not None:
        parts.append(_text(f'calendar; method="{method_of(calendar)}"', calendar.content.decode()))
    start, body = parts[0] if len(parts) == 1 else _together("alternative", parts)
    if calendar is not None:
        start, body = _together("mixed", [(start, body), _file(calendar)])
    return start + head + b"\r\n" + body


def method_of(calendar: CalendarPart) -> str:
    """Return what a calendar asks for; raises ValueError where that is nothing we send."""
    if calendar.method not in _METHODS:
        raise ValueError(f"{calendar.method!r} is not a method we send")
    return calendar.method


def subject(text: str) -> Header:
    """Return the header of a subject in other letters than English ones.

    Django begins it in the line after the one that names it: some programs show a space before it.
    """
    return Header(text, "utf-8", header_name="Subject")


def _text(kind: str, text: str, more: str = "") -> tuple[bytes, bytes]:
    body = _BREAK.sub(b"\r\n", text.encode())
    if max(map(len, body.split(b"\r\n"))) > LONGEST_LINE:
        raise LongLines
    return _start(f'text/{kind}; charset="utf-8"{more}', "7bit" if body.isascii() else "8bit"), body


def _file(calendar: CalendarPart) -> tuple[bytes, bytes]:
    start = _start("application/ics", "base64")
    start += _kept_header("Content-Disposition", f'attachment; filename="{calendar.name}"')
    return start, base64.encodebytes(calendar.content).replace(b"\n", b"\r\n")


def _together(kind: str, parts: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    boundary = f"===============letter{secrets.token_hex(12)}==".encode()
    between = b"\r\n--" + boundary
    written = b"".join(between + b"\r\n" + start + b"\r\n" + body for start, body in parts)
    start = f"Content-Type: multipart/{kind};\r\n boundary=".encode() + b'"' + boundary + b'"\r\nMIME-Version: 1.0\r\n'
    return start, written.removeprefix(b"\r\n") + between + b"--\r\n"


@lru_cache(maxsize=32)
def _start(content_type: str, encoding: str) -> bytes:
    lines = f"Content-Type: {content_type}", "MIME-Version: 1.0", f"Content-Transfer-Encoding: {encoding}", ""
    return "\r\n".join(lines).encode()


def _header(name: str, value: str) -> bytes:
    if name not in _OWN:
        return _kept_header(name, value)
    line = f"{name}: {value}"
    if len(line) <= _SHORT and _PLAIN.fullmatch(value):
        return line.encode() + b"\r\n"
    return _written_header(name, value)


def _written_header(name: str, value: str) -> bytes:
    checked: tuple[str, Any] = forbid_multi_line_headers(name, value, "utf-8")
    if name == "Subject" and not value.isascii():
        checked = name, subject(value)
    return _POLICY.fold_binary(*checked)


_kept_header = lru_cache(maxsize=512)(_written_header)  # subjects too: many letters have the same
