"""Events as calendar programs read them (iCalendar): pure UTC, and nobody's address but the reader's.

An event keeps one UID for its whole life, and every change that moves or cancels it has a higher SEQUENCE: so a
program changes what it has instead of showing the event twice.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from icalendar import Calendar, vCalAddress, vDuration, vText
from icalendar import Event as CalendarEvent

from letsconnect.base.addresses import ours
from letsconnect.base.lines import without_breaks

PUBLISHED_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


@dataclass(frozen=True)
class Event:
    """One thing that takes place at a time. ``uid`` never changes; ``sequence`` grows with every change.

    Programs hide from others what is not ``is_for_everybody``, where they show a calendar to them; an event that
    ``keeps_nobody_busy`` leaves its hour free, because it is only on offer.
    """

    uid: UUID
    sequence: int
    starts_at: datetime | None
    ends_at: datetime | None
    summary: str
    description: str
    link: str
    is_cancelled: bool = False
    is_tentative: bool = False
    place: str = ""
    is_for_everybody: bool = False
    keeps_nobody_busy: bool = False


@dataclass(frozen=True)
class Attendee:
    """Who reads an invitation: the only person it names."""

    address: str
    name: str


@dataclass(frozen=True)
class CalendarPart:
    """What a calendar program reads in a letter: an iCalendar text and its METHOD, the same as in the text."""

    method: str
    content: bytes
    name: str = "invite.ics"


def invitation(
    event: Event, reader: Attendee | None, *, product: str, language: str, now: datetime, name: str
) -> CalendarPart:
    """Return what goes with a letter to ``reader``: a REQUEST for an event, a CANCEL for a cancelled one.

    The reader is the only attendee and has accepted already, so no answer is asked for.
    """
    method = "CANCEL" if event.is_cancelled else "REQUEST"
    calendar = _calendar(method, product, language)
    component = _component(event, now=now)
    if reader is not None:
        attendee = _person(reader.address, reader.name)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        attendee.params["RSVP"] = vText("FALSE")
        component.add("attendee", attendee)
    calendar.add_component(component)
    return CalendarPart(method=method, content=calendar.to_ical(), name=name)


def published(
    events: Iterable[Event],
    *,
    product: str,
    language: str,
    now: datetime,
    name: str = "",
    refresh: timedelta | None = None,
) -> bytes:
    """Return events for a download or a feed: no attendee, so that no program writes to anybody.

    ``refresh`` is how often a program that follows a feed is asked to come again.
    """
    calendar = _calendar("PUBLISH", product, language)
    calendar.add("x-wr-calname", without_breaks(name or settings.SITE_NAME))
    if refresh is not None:
        calendar.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(refresh))
    for event in events:
        calendar.add_component(_component(event, now=now))
    content: bytes = calendar.to_ical()
    return content


def version_of(events: Iterable[Event], *more: str) -> str:
    """Return an ETag for what `published` returns of these events: weak, because each file says when it was made."""
    said = json.dumps([*more, *(astuple(event) for event in events)], default=str)
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _calendar(method: str, product: str, language: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{without_breaks(settings.SITE_NAME)}//{product}//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _component(event: Event, *, now: datetime) -> CalendarEvent:
    component = CalendarEvent()
    component.add("uid", f"{event.uid}@{urlsplit(settings.SITE_URL).hostname}")
    component.add("sequence", event.sequence)
    component.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    if event.starts_at is not None and event.ends_at is not None:
        component.add("dtstart", event.starts_at.astimezone(UTC))
        component.add("dtend", event.ends_at.astimezone(UTC))
    component.add("summary", without_breaks(event.summary))
    component.add("description", event.description)
    component.add("url", event.link)
    component.add("organizer", _person(parseaddr(ours(settings.DEFAULT_FROM_EMAIL))[1], settings.SITE_NAME))
    if event.place:
        component.add("location", without_breaks(event.place))
    component.add("status", _status(event))
    component.add("class", "PUBLIC" if event.is_for_everybody else "PRIVATE")
    component.add("transp", "TRANSPARENT" if event.keeps_nobody_busy else "OPAQUE")
    return component


def _status(event: Event) -> str:
    if event.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if event.is_tentative else "CONFIRMED"


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    # A quote would end the parameter, whatever is written around it.
    person.params["CN"] = vText(without_breaks(name).replace('"', "”"))
    return person
