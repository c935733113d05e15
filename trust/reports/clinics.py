"""Who can tell of a clinic from its page, and who of the trust team is too close to it."""

from collections.abc import Iterable

from clinics.domain.people import WAITS_OR_COMES
from clinics.models import Attendance, Clinic, ClinicPerson
from registrations.models import Member


def took_part(clinic: Clinic, member: Member) -> bool:
    """Tell whether somebody ever signed up for a clinic, was there, or has or had a part in it."""
    people = ClinicPerson.objects.of(member).filter(clinic=clinic, asked_at__isnull=False)
    signed_up = clinic.rsvps.of(member)
    return signed_up.exists() or people.exists() or Attendance.objects.has_come(clinic, member)


def with_a_part_in(clinic: Clinic, members: Iterable[Member]) -> list[Member]:
    """Return those of these people who share, host, help or interpret there, or were asked to."""
    people = clinic.people.filter(state__in=WAITS_OR_COMES).values_list("member", flat=True)
    keys = set(people)
    return [member for member in members if member.pk in keys]
