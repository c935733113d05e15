"""An offered seat: claimed or declined in time by whoever it is offered to."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicClosed, ClinicState
from clinics.domain.seats import OfferGone
from clinics.locking import lock_clinic
from clinics.models import Clinic, Rsvp
from clinics.seats.rsvps import cancel_rsvp, is_overdue, lock_person, take_offered
from registrations.models import Member


@transaction.atomic
def claim(*, clinic: Clinic, member: Member, by: Member | None, now: datetime) -> Rsvp:
    """Take the seat that is offered; claiming twice changes nothing. OfferGone once it has ended."""
    if not lock_person(member).is_active:
        raise ClinicClosed(_("This account is closed."))
    clinic = lock_clinic(clinic)
    answer = clinic.rsvps.filter(member=member).select_related("member").first()
    if answer is not None and answer.is_going:
        return answer
    if clinic.state == ClinicState.CANCELLED:
        raise ClinicClosed(_("This clinic has been cancelled."))
    if answer is None or not answer.is_offered or is_overdue(answer, clinic, now=now):
        raise OfferGone(_("This seat is not kept for you any more: nobody claimed it in time, or it was given back."))
    return take_offered(answer, by=by, now=now)


@transaction.atomic
def decline(*, clinic: Clinic, member: Member, by: Member | None, now: datetime) -> Rsvp | None:
    """Give the offered seat to the next in the queue; a seat that was claimed meanwhile stays theirs."""
    clinic = lock_clinic(clinic)
    answer = clinic.rsvps.filter(member=member).first()
    if answer is None or not answer.is_offered:
        return answer
    return cancel_rsvp(clinic=clinic, member=member, by=by, now=now)
