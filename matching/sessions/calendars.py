"""A session as calendars read it: an invitation in a letter, and files to download or subscribe to.

They hold the skill, the name of the other person and the address of the match's page; no link to the call, and nobody's
email address but the reader's.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from letsconnect.base import calendar_events, calendars
from letsconnect.base.calendar_events import MOST_OF_ONE_PROVIDER
from letsconnect.base.calendars import Attendee, CalendarPart, Event
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from matching.domain.matches import SHOWS_CONTACT, Side
from matching.domain.sessions import SessionState
from matching.models import Match, Session
from matching.words import reasons
from registrations.models import Member

FILE_NAME = "lets-connect-session.ics"
PRODUCT = "1:1"


def invitation(session: Session, side: Side, *, language: str, now: datetime) -> CalendarPart:
    """Return the calendar file of a letter to one side; call it while the reader's language is active.

    It names no organiser and asks for no answer: the portal must not pass on the other's address, and the two have
    agreed already.
    """
    me = session.person(side)
    reader = None
    if me.member is not None and me.member.email:
        reader = Attendee(me.member.email, me.shown_name or me.member.email)
    return calendars.invitation(
        _event(session, side), reader, product=PRODUCT, language=language, now=now, name=FILE_NAME
    )


def published(sessions: Iterable[tuple[Session, Side]], *, language: str, now: datetime) -> bytes:
    """Return sessions for a download or a feed."""
    events = (_event(session, side) for session, side in sessions)
    return calendars.published(events, product=PRODUCT, language=language, now=now)


def events_for(member: Member, since: datetime) -> list[Event]:
    """Return the member's agreed hours that end after ``since``, those that were cancelled too, for their own feed.

    What two had agreed on goes when they are not in touch any more.
    """
    in_touch = Match.objects.unbroken().filter(state__in=SHOWS_CONTACT)
    agreed = Session.objects.for_member(member).filter(
        state__in=(SessionState.CONFIRMED, SessionState.CANCELLED), ends_at__gt=since, match__in=in_touch.values("pk")
    )
    newest = agreed.with_people().order_by("-starts_at", "-pk")[:MOST_OF_ONE_PROVIDER]
    return [_event(session, side) for session in newest if (side := session.side_of(member))]


def register() -> None:
    calendar_events.register("matching.sessions", events_for)


def _event(session: Session, side: Side) -> Event:
    name = reasons.name_of(session.person(side.other))
    link = absolute("matching:match-detail", session.match_id)
    words = {"skill": isolated(session.match.skill), "name": isolated(name), "link": link}
    return Event(
        uid=session.uid,
        sequence=session.sequence,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        summary=_("%(skill)s: 1:1 with %(name)s") % words,
        description=_("Where you meet, and how to move or cancel the session: %(link)s") % words,
        link=link,
        is_cancelled=session.state == SessionState.CANCELLED,
    )
