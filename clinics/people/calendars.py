"""What somebody does at a clinic, as their own calendar reads it: sharer, interpreter, host or helper."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from clinics.calendar_letters import CalendarLetters
from clinics.calendars import FILE_NAME, PRODUCT, ending_after, event_of, of_clinics, page_of
from clinics.domain.people import AnswerState
from clinics.models import Clinic, ClinicPerson
from clinics.notices.changes import PERSON as PERSON_CHANGED
from clinics.people.letters import CANCELLED, CONFIRMED, MOVED, RELEASED, STEPPED_BACK
from clinics.people.words import what_they_do
from letsconnect.base import calendar_events, calendars
from letsconnect.base.calendar_events import MOST_OF_ONE_PROVIDER
from letsconnect.base.calendars import Attendee, CalendarPart, Event
from letsconnect.base.languages import speaking
from registrations.models import Member

_LETTERS = CalendarLetters(
    ClinicPerson,
    notice_to="person",
    comes=AnswerState.ACCEPTED,
    bring=(CONFIRMED,),
    take_out=(MOVED, RELEASED, STEPPED_BACK, CANCELLED),
    follow=(PERSON_CHANGED,),
)
IN_CALENDAR = "in_calendar_read"  # on the object of somebody, where several letters are read together


def invitation_for_person(person: ClinicPerson, language: str, now: datetime) -> CalendarPart | None:
    """Return what goes with a letter about somebody's part: an invitation once they said yes.

    A cancellation where they do not come, or are asked again because the clinic was moved, if an invitation may have
    reached them before; else None.
    """
    if not _comes(person) and not may_be_in_a_calendar(person):
        return None
    with speaking(language):
        address = person.member.email if person.member else person.address
        reader = Attendee(address, person.shown_name) if address else None
        return calendars.invitation(
            event_for(person), reader, product=PRODUCT, language=language, now=now, name=FILE_NAME
        )


def may_be_in_a_calendar(person: ClinicPerson) -> bool:
    """Tell whether an invitation may stand in their calendar, so that a cancellation would not puzzle them."""
    is_read = vars(person).get(IN_CALENDAR)
    return bool(is_read if is_read is not None else person.pk and _LETTERS.may_have_the_event([person.pk]))


def read_calendars(people: Iterable[ClinicPerson]) -> None:
    """Read ahead whose invitation may stand in a calendar, of those who do not come."""
    without = [person for person in people if not _comes(person)]
    there = _LETTERS.may_have_the_event([person.pk for person in without])
    for person in without:
        vars(person)[IN_CALENDAR] = person.pk in there


def _comes(person: ClinicPerson) -> bool:
    return person.is_accepted and person.clinic.is_to_come


def event_for(person: ClinicPerson) -> Event:
    """Return the event of somebody's part; call it while the reader's language is active.

    Each answer and each asking raises its SEQUENCE, as each change of the clinic's hour does.
    """
    return event_of(
        person.clinic,
        uid=person.uid,
        sequence=person.clinic.calendar_sequence + person.version,
        link=page_of(person.clinic),
        own=[_("You take part as: %(role)s") % {"role": what_they_do(person)}],
        is_cancelled=not person.is_accepted,
    )


def events_of_parts(member: Member, since: datetime) -> list[Event]:
    """Return what the member has said yes to at clinics, for their own feed; cancelled clinics stay."""
    clinics = ending_after(Clinic.objects.order_by(), since)
    parts = ClinicPerson.objects.accepted().of(member).filter(clinic__in=clinics.values("pk"))
    newest = parts.select_related("clinic", "channel").order_by("-clinic__starts_at", "-pk")[:MOST_OF_ONE_PROVIDER]
    return [event_for(person) for person in newest.prefetch_related(*of_clinics(in_a="clinic"))]


def register() -> None:
    calendar_events.register("clinics.people", events_of_parts)
