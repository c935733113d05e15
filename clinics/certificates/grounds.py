"""For what somebody may have a certificate: they were there, or had a part in it. The database checks it again."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from clinics.domain.certificates import ROLES_OF, CertificateKind
from clinics.domain.clinics import TOOK_PLACE
from clinics.models import Attendance, Certificate, Clinic, ClinicPerson, ClinicQuerySet
from registrations.models import Member


def kinds_for(clinic: Clinic, member: Member) -> list[CertificateKind]:
    """Return of what the member may have a certificate, as far as is known of them."""
    roles = set(ClinicPerson.objects.accepted().of(member).filter(clinic=clinic).values_list("role", flat=True))
    came = Attendance.objects.has_come(clinic, member)
    has_ground = {kind: bool(roles & set(of_it)) for kind, of_it in ROLES_OF.items()}
    return [kind for kind in CertificateKind if has_ground.get(kind, came)]


def lock_grounds(clinic: Clinic, member: Member) -> None:
    """Lock what says that the member came or had a part, until the transaction ends: whoever takes it back waits."""
    for grounds in (Attendance.objects.filter(member=member), ClinicPerson.objects.of(member)):
        list(grounds.filter(clinic=clinic).select_for_update(no_key=True).order_by("pk").values_list("pk"))


def roles_in_words(clinic: Clinic, member: Member) -> list[str]:
    """Return as what the member contributed, beside sharing, in the active language."""
    people = (
        ClinicPerson.objects.accepted()
        .of(member)
        .filter(clinic=clinic, role__in=ROLES_OF[CertificateKind.CONTRIBUTING])
    )
    labels = {person.role: str(person.get_role_display()) for person in people.order_by("pk")}
    return list(labels.values())


def clinics_to_certify(member: Member, *, now: datetime) -> ClinicQuerySet:
    """Return the clinics that are over and for which the member may have a certificate, but has none; latest first."""
    here = OuterRef("pk")
    came = Exists(Attendance.objects.filter(member=member, clinic=here))
    part = Exists(ClinicPerson.objects.accepted().of(member).filter(clinic=here))
    has_one = Exists(Certificate.objects.of(member).filter(clinic=here))
    over = Clinic.objects.past(now=now)
    return (over.filter(came) | over.filter(part, state__in=TOOK_PLACE)).exclude(has_one)
