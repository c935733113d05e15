"""Sessions as calendars read them: pure UTC, one UID for the life of a session, nobody's address but the reader's."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from mailings.rendering import CalendarPart, one_line
from matching.domain.matches import Side
from matching.domain.sessions import SessionState
from matching.models import Session
from matching.words import reasons

FILE_NAME = "lets-connect-session.ics"


def invitation(session: Session, side: Side, *, language: str, now: datetime) -> CalendarPart:
    """Return what goes with a letter to one side: a REQUEST for an agreed session, a CANCEL for a cancelled one.

    The reader is the only attendee: the other's address is nobody's to pass on, and the two have agreed already, so
    no answer is asked for. Call it while the reader's language is active.
    """
    method = "CANCEL" if session.state == SessionState.CANCELLED else "REQUEST"
    calendar = _calendar(method, language)
    event = _event(session, side, now=now)
    member = session.person(side).member
    if member is not None and member.email:
        reader = _person(member.email, session.person(side).shown_name or member.email)
        reader.params["ROLE"] = vText("REQ-PARTICIPANT")
        reader.params["PARTSTAT"] = vText("ACCEPTED")
        reader.params["RSVP"] = vText("FALSE")
        event.add("attendee", reader)
    calendar.add_component(event)
    return CalendarPart(method=method, content=calendar.to_ical(), name=FILE_NAME)


def published(sessions: Iterable[tuple[Session, Side]], *, language: str, now: datetime) -> bytes:
    """Return sessions for a download or a feed: no attendee, so that no program writes to anybody."""
    calendar = _calendar("PUBLISH", language)
    calendar.add("x-wr-calname", settings.SITE_NAME)
    for session, side in sessions:
        calendar.add_component(_event(session, side, now=now))
    return calendar.to_ical()


def _calendar(method: str, language: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{one_line(settings.SITE_NAME)}//1:1//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(session: Session, side: Side, *, now: datetime) -> Event:
    name = reasons.name_of(session.person(side.other))
    link = absolute("matching:match-detail", session.match_id)
    words = {"skill": isolated(session.match.skill), "name": isolated(name), "link": link}
    event = Event()
    event.add("uid", f"{session.uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    if session.starts_at is not None and session.ends_at is not None:
        event.add("dtstart", session.starts_at.astimezone(UTC))
        event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", one_line(_("%(skill)s: 1:1 with %(name)s") % words))
    event.add("description", _("Where you meet, and how to move or cancel the hour: %(link)s") % words)
    event.add("url", link)
    event.add("organizer", _person(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], settings.SITE_NAME))
    event.add("status", "CANCELLED" if session.state == SessionState.CANCELLED else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    # A quote would end the parameter, whatever is written around it.
    person.params["CN"] = vText(one_line(name).replace('"', "”"))
    return person
