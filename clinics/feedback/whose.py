"""Who is asked how a clinic was, and until when: whoever had a seat, or was there, or had a part in it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from clinics.domain.feedback import FeedbackClosed, check_asked
from clinics.models import Attendance, Clinic, ClinicPerson, ClinicQuerySet, CountedFeedback, Rsvp
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member


def clinics_of(member: Member) -> ClinicQuerySet:
    """Return the clinics people were told of at which the member had a seat, was, or had a part."""
    here = OuterRef("pk")
    seat = Exists(Rsvp.objects.going().of(member).filter(clinic=here))
    came = Exists(Attendance.objects.filter(member=member, clinic=here))
    part = Exists(ClinicPerson.objects.accepted().of(member).filter(clinic=here))
    return Clinic.objects.ever_announced().filter(Q(seat) | Q(came) | Q(part))


def had_part_in(clinic: Clinic, member: Member) -> bool:
    return bool(asked_for_part(clinic, member).rows())


def asked_for_part(clinic: Clinic, member: Member) -> Inquiry[int]:
    return _PART.asked({"clinic": clinic.pk, "member": member})


_PART = Statement(lambda clinic, member: clinics_of(member).filter(pk=clinic).order_by().values_list("pk", flat=True))


def check_open(clinic: Clinic, *, now: datetime) -> None:
    """Raise FeedbackClosed unless people may say now how a clinic was, and change what they said.

    What was counted is final, also where a clinic was put to a later day afterwards.
    """
    check_asked(state=clinic.state, ends_at=clinic.ends_at, now=now)
    if CountedFeedback.objects.filter(clinic=clinic).exists():
        raise FeedbackClosed(_("What people said of this clinic was counted already. Thank you all the same."))
