"""A seat at a clinic as the calendar of whoever has it reads it.

The event keeps one UID for its whole life: a seat that was given back and taken again is the same event. Its SEQUENCE
grows with the clinic's, and with every giving back and signing up.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from clinics.calendar_letters import CalendarLetters
from clinics.calendars import FILE_NAME, PRODUCT, ending_after, event_of, of_clinics, page_of
from clinics.domain.clinics import TOOK_PLACE, ClinicState, RsvpState
from clinics.models import Clinic, Rsvp
from letsconnect.base import calendar_events, calendars
from letsconnect.base.calendar_events import MOST_OF_ONE_PROVIDER
from letsconnect.base.calendars import Attendee, CalendarPart, Event
from letsconnect.base.languages import speaking
from registrations.models import Member

_LETTERS = CalendarLetters(
    Rsvp,
    notice_to="rsvp",
    comes=RsvpState.GOING,
    bring=("clinics.moved_up", "clinics.put_in"),
    take_out=(
        "clinics.seat_given_back",
        "clinics.taken_out",
        "clinics.seat_offered",
        "clinics.offer_expired",
        "clinics.still_waiting",
        "clinics.clinic_cancelled",
    ),
    follow=("clinics.rsvp_recorded", "clinics.channel_gone", "clinics.clinic_moved"),
)
IN_CALENDAR = "in_calendar_read"  # on the object of an RSVP, where several letters are read together


def invitation_for(rsvp: Rsvp, language: str, now: datetime) -> CalendarPart | None:
    """Return what goes with a letter about a seat: an invitation where it is held, a cancellation where it was.

    None where there is nothing in this person's calendar to change. A seat that is only offered is no event that a
    letter brings, but what they gave back before that is taken out.
    """
    is_held = _is_held(rsvp)
    if not is_held and not may_be_in_a_calendar(rsvp):
        return None
    with speaking(language):
        event = event_for(rsvp) if is_held else replace(event_for(rsvp), is_cancelled=True, is_tentative=False)
        reader = Attendee(rsvp.member.email, rsvp.member.name or rsvp.member.email) if rsvp.member.email else None
        return calendars.invitation(event, reader, product=PRODUCT, language=language, now=now, name=FILE_NAME)


def may_be_in_a_calendar(rsvp: Rsvp) -> bool:
    """Tell whether an invitation may stand in somebody's calendar, so that a cancellation would not puzzle them."""
    is_read = vars(rsvp).get(IN_CALENDAR)
    return bool(is_read if is_read is not None else rsvp.pk and _LETTERS.may_have_the_event([rsvp.pk]))


def read_calendars(rsvps: Iterable[Rsvp]) -> None:
    """Read ahead whose invitation may stand in a calendar, of those who do not come."""
    without = [rsvp for rsvp in rsvps if not _is_held(rsvp)]
    there = _LETTERS.may_have_the_event([rsvp.pk for rsvp in without])
    for rsvp in without:
        vars(rsvp)[IN_CALENDAR] = rsvp.pk in there


def _is_held(rsvp: Rsvp) -> bool:
    return rsvp.is_going and rsvp.clinic.state in (ClinicState.ANNOUNCED, *TOOK_PLACE)


def event_for(rsvp: Rsvp) -> Event:
    """Return the event of a seat, tentative while it is only offered; call it while the reader's language is active."""
    clinic = rsvp.clinic
    own = [_("You are offered a seat: say on the page whether you take it.")] if rsvp.is_offered else []
    if channel := rsvp.listens_in:
        own.append(_("You listen in: %(language)s") % {"language": channel.language_in_words})
    return event_of(
        clinic,
        uid=rsvp.uid,
        sequence=sequence_of(rsvp),
        link=page_of(clinic),
        own=own,
        is_cancelled=not rsvp.holds_a_seat,
        is_tentative=rsvp.is_offered,
    )


def event_for_the_queue(rsvp: Rsvp) -> Event:
    """Return the same event for somebody who waits for the seat: tentative, and a letter makes more of it."""
    return event_of(
        rsvp.clinic,
        uid=rsvp.uid,
        sequence=sequence_of(rsvp),
        link=page_of(rsvp.clinic),
        own=[_("You are on the waiting list. An email tells you if you get a seat.")],
        is_tentative=True,
    )


def events_of_seats(member: Member, since: datetime) -> list[Event]:
    """Return the clinics at which the member has a seat, or is offered one, for their own feed.

    Cancelled ones stay, so that programs see that they are; what was given back goes.
    """
    clinics = ending_after(Clinic.objects.ever_announced(), since)
    seats = Rsvp.objects.holding_a_seat().of(member).filter(clinic__in=clinics.order_by().values("pk"))
    newest = seats.select_related("clinic", "channel").order_by("-clinic__starts_at", "-pk")[:MOST_OF_ONE_PROVIDER]
    return [event_for(rsvp) for rsvp in newest.prefetch_related(*of_clinics(in_a="clinic"))]


def register() -> None:
    calendar_events.register("clinics.seats", events_of_seats)


def sequence_of(rsvp: Rsvp) -> int:
    """Return a number that is higher after each change of start or length, cancellation, giving back and signing up."""
    turns = 2 * max(rsvp.turn - 1, 0)
    if rsvp.is_waiting or rsvp.is_offered:  # below the seat they may still get in this turn
        return rsvp.clinic.calendar_sequence + max(turns - 1, 0)
    return rsvp.clinic.calendar_sequence + turns + (0 if rsvp.holds_a_seat else 1)
