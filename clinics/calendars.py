"""A clinic as calendars read it, in whatever part somebody comes to it.

It holds the languages, what to prepare and the address of the page; never the link to the call, which that page hands
out when the doors open.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicState, Venue
from clinics.models import ENDS_AT, Clinic, ClinicQuerySet
from letsconnect.base.calendars import Event
from letsconnect.base.links import absolute

PRODUCT = "Clinics"
FILE_NAME = "lets-connect-clinic.ics"
LONGEST_PREPARATION = 400
_OF_EVERYBODY = UUID("5f0d2b1e-6f0a-4b53-9c1d-0a8f6c1f7e29")


def event_of(
    clinic: Clinic,
    *,
    uid: UUID,
    sequence: int,
    link: str,
    own: Iterable[str] = (),
    is_cancelled: bool = False,
    is_tentative: bool = False,
) -> Event:
    """Return the clinic as an event of one person; call it while their language is active.

    ``own`` are sentences about this person's part. A cancelled clinic is cancelled for everybody.
    """
    is_off = is_cancelled or clinic.state == ClinicState.CANCELLED
    return Event(
        uid=uid,
        sequence=sequence,
        starts_at=clinic.starts_at,
        ends_at=clinic.ends_at,
        summary=clinic.title,
        description=_description(clinic, own, link, leads_to_the_call=clinic.venue == Venue.CALL and not is_off),
        link=link,
        is_cancelled=is_off,
        is_tentative=is_tentative,
        place=clinic.place or (_("Online") if clinic.venue == Venue.CALL else ""),
    )


def ending_after(clinics: ClinicQuerySet, moment: datetime) -> ClinicQuerySet:
    return clinics.alias(_until=ENDS_AT).filter(_until__gt=moment)


def ended_by(clinics: ClinicQuerySet, moment: datetime) -> ClinicQuerySet:
    return clinics.alias(_until=ENDS_AT).filter(_until__lte=moment)


def of_clinics(*, in_a: str = "") -> list[str]:
    """Return what an event reads of its clinic, for ``prefetch_related`` of clinics, or of rows that name one."""
    names = ("texts", "channels__interpreters")
    return [f"{in_a}__{name}" if in_a else name for name in names]


def event_for_everybody(clinic: Clinic, *, keeps_nobody_busy: bool = False) -> Event:
    """Return the event of an announced clinic as anybody may read it; call it while the reader's language is active."""
    event = event_of(clinic, uid=_uid_for_everybody(clinic), sequence=clinic.calendar_sequence, link=page_of(clinic))
    return replace(event, is_for_everybody=True, keeps_nobody_busy=keeps_nobody_busy)


def _uid_for_everybody(clinic: Clinic) -> UUID:
    """Return the id under which those know a clinic who have no seat there and no part in it."""
    return uuid5(_OF_EVERYBODY, str(clinic.pk))


def page_of(clinic: Clinic) -> str:
    return absolute("clinics:clinic-detail", clinic.pk)


def _description(clinic: Clinic, own: Iterable[str], link: str, *, leads_to_the_call: bool) -> str:
    lines = [*own, _("Spoken language: %(language)s") % {"language": clinic.floor_language_in_words}]
    if languages := clinic.interpreted_in_words:
        lines.append(_("Interpreted into: %(languages)s") % {"languages": languages})
    if clinic.text is not None and clinic.text.preparation.strip():
        shortly = Truncator(" ".join(clinic.text.preparation.split())).chars(LONGEST_PREPARATION)
        lines.append(_("What to prepare: %(text)s") % {"text": shortly})
    if leads_to_the_call:
        lines.append(
            _("The page of the clinic leads to the call from half an hour before the start: %(link)s") % {"link": link}
        )
    else:
        lines.append(_("The page of the clinic: %(link)s") % {"link": link})
    return "\n".join(lines)
