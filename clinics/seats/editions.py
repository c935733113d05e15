"""Of two editions of a clinic people take one: what they have at the others is given back when they take a seat.

Whoever has a seat at another edition is passed over in the queue, and keeps their place in it: nobody loses a seat by
what somebody else does. A trigger keeps anybody from getting a second one (migration 0091).
"""

from datetime import datetime

from django.db.models import Q

from clinics.domain.clinics import ClinicState
from clinics.locking import lock_clinic
from clinics.models import Clinic, Rsvp
from clinics.seats.rsvps import cancel_rsvp
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member


def seats_at_other_editions(clinic: Clinic, member: Member, *, now: datetime) -> list[Rsvp]:
    """Return the member's seats and turns at other editions of the clinic that have not begun."""
    return asked_for_other_editions(clinic, member, now=now).rows()


def asked_for_other_editions(clinic: Clinic, member: Member, *, now: datetime) -> Inquiry[Rsvp]:
    values = {"member": member, "clinic": clinic.pk, "original": clinic.edition_of_id or clinic.pk, "now": now}
    return _AT_OTHER_EDITIONS.asked(values)


# Asked at each sign-up, so the SQL is written once.
_AT_OTHER_EDITIONS = Statement(
    lambda member, clinic, original, now: (
        Rsvp.objects.of(member)
        .active()
        .filter(Q(clinic=original) | Q(clinic__edition_of=original), clinic__state=ClinicState.ANNOUNCED)
        .filter(clinic__starts_at__gt=now)
        .exclude(clinic=clinic)
        .select_related("clinic", "member")
        .order_by("clinic_id")
    )
)


def lock_with_other_editions(
    clinic: Clinic, member: Member, *more: Clinic, now: datetime
) -> tuple[dict[int, Clinic], list[Rsvp]]:
    """Lock the clinic, ``more`` clinics and those at whose editions the member has something, in the order of their
    keys; return the clinics by their keys, and what the member has. The member's row is locked."""
    others = seats_at_other_editions(clinic, member, now=now)
    clinics = {clinic, *more, *(other.clinic for other in others)}
    locked = {edition.pk: lock_clinic(edition) for edition in sorted(clinics, key=lambda clinic: clinic.pk)}
    if others:  # one may have got a seat, or lost an offer, before its clinic was locked
        others = seats_at_other_editions(clinic, member, now=now)
    return locked, others


def give_back(others: list[Rsvp], *, by: Member, now: datetime) -> None:
    """Give back what somebody has at other editions of a clinic at which they have taken a seat."""
    for other in others:
        cancel_rsvp(clinic=other.clinic, member=other.member, by=by, now=now)
