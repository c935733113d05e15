"""Who is asked how a clinic was: whoever had a seat, or was there, or had a part in it."""

from django.db.models import Exists, OuterRef, Q

from clinics.models import Attendance, Clinic, ClinicPerson, ClinicQuerySet, Rsvp
from registrations.models import Member


def clinics_of(member: Member) -> ClinicQuerySet:
    """Return the clinics people were told of at which the member had a seat, was, or had a part."""
    here = OuterRef("pk")
    seat = Exists(Rsvp.objects.going().of(member).filter(clinic=here))
    came = Exists(Attendance.objects.filter(member=member, clinic=here))
    part = Exists(ClinicPerson.objects.accepted().of(member).filter(clinic=here))
    return Clinic.objects.ever_announced().filter(Q(seat) | Q(came) | Q(part))


def had_part_in(clinic: Clinic, member: Member) -> bool:
    return clinics_of(member).filter(pk=clinic.pk).exists()
