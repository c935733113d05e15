"""Composing the email message of a letter from its rendered text."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from letsconnect.base import addresses
from letsconnect.base.calendars import CalendarPart
from letsconnect.base.lines import without_breaks
from mailings.models import Letter
from mailings.rendering import Rendered

_METHODS = ("REQUEST", "CANCEL", "PUBLISH")


@dataclass(frozen=True)
class ComposedLetter:
    """A message ready to be handed over: everything that can be wrong with its text was found while making it."""

    message: EmailMultiAlternatives
    sender: str
    recipient: str
    payload: bytes


def compose(letter: Letter, rendered: Rendered) -> ComposedLetter:
    """Return the message of a letter, under the letter's own Message-ID, the same at every attempt.

    Raises ValueError on an address no letter can be sent to, or a text that would break out of its header. Whatever
    spelling the row has, the letter goes to the canonical address. Django has no say in that, because it writes domains
    by IDNA 2003 and reads encoded words in addresses.
    """
    try:
        recipient = addresses.canonical(letter.address)
    except addresses.AddressRefused as refusal:
        raise ValueError(f"Invalid address: {refusal}") from refusal
    message = EmailMultiAlternatives(
        subject=without_breaks(rendered.subject),
        body=rendered.text,
        from_email=addresses.ours(settings.DEFAULT_FROM_EMAIL),
        to=[recipient],
        reply_to=[addresses.ours(settings.CONTACT_EMAIL)],
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": letter.language,
        },
    )
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    if rendered.calendar:
        _attach(message, rendered.calendar)
    as_bytes: Callable[..., bytes] = message.message().as_bytes  # the stubs are of Django 6, which takes a policy
    return ComposedLetter(
        message=message,
        sender=sanitize_address(addresses.ours(settings.DEFAULT_FROM_EMAIL), "utf-8"),
        recipient=recipient,
        payload=as_bytes(linesep="\r\n"),
    )


def _attach(message: EmailMultiAlternatives, calendar: CalendarPart) -> None:
    """Add the calendar twice, as mail programs expect it.

    Once as another way to read the letter, which makes them show an invitation, and once as a file, for programs that
    only know attachments.
    """
    if calendar.method not in _METHODS:
        raise ValueError(f"{calendar.method!r} is not a method we send")
    message.attach_alternative(calendar.content.decode(), f"text/calendar; method={calendar.method}")
    message.attach(calendar.name, calendar.content, "application/ics")
