"""Composing the email message of a letter from its rendered text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from letsconnect.base import addresses
from letsconnect.base.calendars import CalendarPart
from letsconnect.base.lines import without_breaks
from mailings.models import Letter, NewsletterBody
from mailings.rendering import Rendered
from mailings.sending import mime
from mailings.sending.plain_text import FORMAT, flowed

_OF_ONE = {"Auto-Submitted": "auto-generated"}  # in letters that are no bulk mail
# Django writes these into a message that has none; in bulk mail each reader's letter has its own.
_ONE_READERS = re.compile(rb"^(?:Message-ID|Date): [^\r\n]*\r\n", re.MULTILINE | re.IGNORECASE)
# Lines are broken at the first space after so many characters, because mail allows 998 bytes in one.
_LONG_LINE = re.compile(r"([^\n]{160,700}?) ")


def in_short_lines(text: str) -> str:
    """Return the page of a letter with its long lines broken, so that marks in it can be replaced in bytes."""
    return _LONG_LINE.sub(r"\1\n", text)


class Composed(Protocol):
    """A message ready to be handed over: everything that can be wrong with its text was found while making it."""

    @property
    def sender(self) -> str: ...

    @property
    def recipient(self) -> str: ...

    @property
    def payload(self) -> bytes: ...

    @property
    def message(self) -> EmailMultiAlternatives: ...


@dataclass(frozen=True)
class ComposedLetter:
    """The message of a letter that is written for one person."""

    language: str
    rendered: Rendered
    message_id: str
    sender: str
    recipient: str
    payload: bytes

    @property
    def message(self) -> EmailMultiAlternatives:
        """The same as a message of Django's, for mail backends that take nothing else."""
        return _own_message(self.language, self.rendered, self.message_id, self.recipient)


def compose(letter: Letter, rendered: Rendered) -> ComposedLetter:
    """Return the message of a letter, under the letter's own Message-ID, the same at every attempt.

    Raises ValueError on an address no letter can be sent to, or a text that would break out of its header. Whatever
    spelling the row has, the letter goes to the canonical address. Django has no say in that, because it writes domains
    by IDNA 2003 and reads encoded words in addresses.
    """
    recipient = _recipient(letter)
    headers = {
        "Subject": without_breaks(rendered.subject),
        "From": _ours(settings.DEFAULT_FROM_EMAIL),
        "To": recipient,
        "Reply-To": _ours(settings.CONTACT_EMAIL),
        "Date": formatdate(),
        **_headers(letter.language, {"Message-ID": letter.message_id, **_OF_ONE}),
    }
    try:
        payload = mime.write(headers, rendered)
    except mime.LongLines:
        payload = _as_bytes(_own_message(letter.language, rendered, letter.message_id, recipient))
    return ComposedLetter(letter.language, rendered, letter.message_id, _sender(), recipient, payload)


def _own_message(language: str, rendered: Rendered, message_id: str, recipient: str) -> EmailMultiAlternatives:
    message = _message(language, rendered, {"Message-ID": message_id, **_OF_ONE})
    message.to = [recipient]
    if rendered.calendar:
        _attach(message, rendered.calendar)
    return message


class BulkTemplate:
    """The message of an issue in one language, made once: for each reader only headers and a few values are put in.

    A value stands in the text as a mark, a word no text contains; marks are replaced in the bytes of the message, which
    therefore leave the portal as they are (8bit), not in lines broken by quoted-printable.
    """

    def __init__(
        self,
        language: str,
        rendered: Rendered,
        *,
        marks: Mapping[str, str],
        headers: Mapping[str, str],
        says: tuple[NewsletterBody, str] | None = None,
    ) -> None:
        """Write the message. ``says`` names the issue and the readers' language where it is stored what it says."""
        self.language, self.rendered, self.marks, self._headers, self.says = language, rendered, marks, headers, says
        self.kept_as: tuple[date, str] | None = None  # the day and the fingerprint of what was kept of it
        message = _message(language, rendered, {"Precedence": "bulk", **headers})
        head, blank, text = _as_bytes(message).partition(b"\r\n\r\n")
        self._payload = _ONE_READERS.sub(b"", head + b"\r\n").removesuffix(b"\r\n") + blank + text
        for mark in marks.values():
            if mark in rendered.html + rendered.text and mark.encode() not in self._payload:
                raise ValueError(f"the mark {mark} was broken while the message was written")

    @property
    def size(self) -> int:
        """How many bytes the message has, without the few of each reader."""
        return len(self._payload)

    def fill(self, letter: Letter, values: Mapping[str, str], *, headers: Mapping[str, str]) -> "ComposedBulk":
        """Return the message for one reader; ``values`` are by the names of the marks, ``headers`` theirs alone."""
        own = {"To": _recipient(letter), "Message-ID": letter.message_id, "Date": formatdate(), **headers}
        lines = "".join(f"{name}: {without_breaks(value)}\r\n" for name, value in own.items())
        payload = self._payload
        for name, mark in self.marks.items():
            payload = payload.replace(mark.encode(), values[name].encode())
        return ComposedBulk(self, dict(values), own, payload=lines.encode("ascii") + payload)

    def as_message(self, values: Mapping[str, str], headers: Mapping[str, str]) -> EmailMultiAlternatives:
        """Return the same as a message of Django's, for mail backends that take nothing else."""
        text, html = self.rendered.text, self.rendered.html
        for name, mark in self.marks.items():
            text, html = text.replace(mark, values[name]), html.replace(mark, values[name])
        own = {name: value for name, value in headers.items() if name != "To"}
        message = _message(self.language, Rendered(self.rendered.subject, text, html), {**self._headers, **own})
        message.to = [headers["To"]]
        return message


@dataclass(frozen=True)
class ComposedBulk:
    """The message of an issue for one reader."""

    template: BulkTemplate
    values: dict[str, str]
    headers: dict[str, str]
    payload: bytes

    @property
    def sender(self) -> str:
        return _sender()

    @property
    def recipient(self) -> str:
        return self.headers["To"]

    @property
    def message(self) -> EmailMultiAlternatives:
        return self.template.as_message(self.values, self.headers)


class _Message(EmailMultiAlternatives):
    """A message that says how its plain text is broken, and whose subject begins in the line that names it."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        if not str(self.subject).isascii():
            message.replace_header("Subject", mime.subject(str(self.subject)))
        next(part for part in message.walk() if not part.is_multipart()).set_param(*FORMAT)
        return message


def _message(language: str, rendered: Rendered, headers: Mapping[str, str]) -> EmailMultiAlternatives:
    message = _Message(
        subject=without_breaks(rendered.subject),
        body=flowed(rendered.text),
        from_email=_ours(settings.DEFAULT_FROM_EMAIL),
        reply_to=[_ours(settings.CONTACT_EMAIL)],
        headers=_headers(language, headers),
    )
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    return message


_ours = lru_cache(maxsize=8)(addresses.ours)


def _headers(language: str, headers: Mapping[str, str]) -> dict[str, str]:
    return {"X-Auto-Response-Suppress": "All", "Content-Language": language, **headers}


def _recipient(letter: Letter) -> str:
    try:
        return addresses.canonical(letter.address)
    except addresses.AddressRefused as refusal:
        raise ValueError(f"Invalid address: {refusal}") from refusal


def _sender() -> str:
    return _as_sender(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=8)
def _as_sender(address: str) -> str:
    return sanitize_address(_ours(address), "utf-8")


def _as_bytes(message: EmailMultiAlternatives) -> bytes:
    as_bytes: Callable[..., bytes] = message.message().as_bytes  # the stubs are of Django 6, which takes a policy
    return as_bytes(linesep="\r\n")


def _attach(message: EmailMultiAlternatives, calendar: CalendarPart) -> None:
    """Add the calendar twice, as mail programs expect it.

    Once as another way to read the letter, which makes them show an invitation, and once as a file, for programs that
    only know attachments.
    """
    method = mime.method_of(calendar)
    message.attach_alternative(calendar.content.decode(), f"text/calendar; method={method}")
    message.attach(calendar.name, calendar.content, "application/ics")
