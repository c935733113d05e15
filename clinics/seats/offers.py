"""An offered seat: claimed or declined in time by whoever it is offered to."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicClosed, ClinicState
from clinics.domain.seats import OfferGone
from clinics.locking import lock_clinic
from clinics.models import Clinic, Rsvp
from clinics.seats.rsvps import cancel_rsvp, lock_person, take_offered
from registrations.models import Member


def claim_under_locks(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Rsvp:
    """Take the seat that is offered; claiming twice changes nothing. OfferGone once it has ended.

    The rows of the member, whose account is open, and of the clinic are locked, in this order.
    """
    answer = clinic.rsvps.filter(member=member).first()
    if answer is not None and answer.is_going:
        return answer
    if clinic.state == ClinicState.CANCELLED:
        raise ClinicClosed(_("This clinic has been cancelled."))
    if answer is not None:
        answer.clinic, answer.member = clinic, member
    if answer is None or not answer.is_offered or answer.offer_has_ended(now):
        raise OfferGone(_("This seat is not kept for you any more: nobody claimed it in time, or it was given back."))
    return take_offered(answer, by=by, now=now)


@transaction.atomic
def claim(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Rsvp:
    """Do the same where nothing is locked yet, and nothing has to be said first."""
    if not lock_person(member).is_active:
        raise ClinicClosed(_("This account is closed."))
    return claim_under_locks(clinic=lock_clinic(clinic), member=member, by=by, now=now)


@transaction.atomic
def decline(*, clinic: Clinic, member: Member, by: Member | None, now: datetime) -> Rsvp | None:
    """Give the offered seat to the next in the queue; a seat that was claimed meanwhile stays theirs."""
    clinic = lock_clinic(clinic)
    answer = clinic.rsvps.filter(member=member).first()
    if answer is None or not answer.is_offered:
        return answer
    return cancel_rsvp(clinic=clinic, member=member, by=by, now=now)
