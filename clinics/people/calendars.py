"""What somebody does at a clinic, as their own calendar reads it: sharer, interpreter, host or helper."""

from datetime import datetime

from django.utils.translation import gettext as _

from clinics.calendars import FILE_NAME, PRODUCT, ending_after, event_of, of_clinics, page_of
from clinics.models import Clinic, ClinicPerson
from clinics.people.letters import CONFIRMED
from clinics.people.words import what_they_do
from letsconnect.base import calendar_events, calendars
from letsconnect.base.calendar_events import MOST_OF_ONE_PROVIDER
from letsconnect.base.calendars import Attendee, CalendarPart, Event
from letsconnect.base.languages import speaking
from letsconnect.base.statements import Statement
from mailings.models import Letter
from registrations.models import Member

_EARLIER = Statement(
    lambda about: (
        Letter.objects.perhaps_read()
        .filter(about_type=ClinicPerson._meta.label_lower, about_id=about, kind=CONFIRMED)
        .values_list("pk")[:1]
    )
)


def invitation_for_person(person: ClinicPerson, language: str, now: datetime) -> CalendarPart | None:
    """Return what goes with a letter about somebody's part: an invitation once they said yes.

    A cancellation where they do not come, or are asked again because the clinic was moved, if an invitation may have
    reached them before; else None.
    """
    comes = person.is_accepted and person.clinic.is_to_come
    if not comes and not may_be_in_a_calendar(person):
        return None
    with speaking(language):
        address = person.member.email if person.member else person.address
        reader = Attendee(address, person.shown_name) if address else None
        return calendars.invitation(
            event_for(person), reader, product=PRODUCT, language=language, now=now, name=FILE_NAME
        )


def may_be_in_a_calendar(person: ClinicPerson) -> bool:
    """Tell whether an invitation may have reached them, so that a cancellation would not puzzle them."""
    return bool(_EARLIER.rows({"about": person.pk}))


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
