"""Making a certificate, and choosing what it says and what others see of it: the holder's own."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.certificates.grounds import kinds_for, lock_grounds
from clinics.domain.certificates import CertificateKind, CertificateRefused, RevokedWhy, check_can_be_made, new_code
from clinics.locking import lock_clinic
from clinics.models import Certificate, Clinic
from letsconnect.base import acts
from registrations.locking import lock_member
from registrations.models import Member


@dataclass(frozen=True)
class Choices:
    """Which name stands on a certificate, and what whoever checks its code sees."""

    name: str
    shows_name: bool = False
    shows_title: bool = True
    shows_date: bool = True
    shows_hours: bool = True


@transaction.atomic
def make_certificate(
    *, clinic: Clinic, kind: CertificateKind, choices: Choices, by: Member, now: datetime
) -> Certificate:
    """Make a certificate for ``by``; asking twice changes nothing.

    Raises NoGround unless they came or had the part, and the clinic is over; CertificateRefused where the working group
    revoked one of this kind.
    """
    by, clinic = lock_member(by), lock_clinic(clinic)
    mine = Certificate.objects.of(by).filter(clinic=clinic, kind=kind)
    if there := mine.valid().first():
        return there
    lock_grounds(clinic, by)
    has_ground = kind in kinds_for(clinic, by)
    check_can_be_made(kind, state=clinic.state, ends_at=clinic.ends_at, has_ground=has_ground, now=now)
    check_not_revoked_by_desk(row.revoked_why for row in mine)
    certificate = Certificate.objects.create(
        clinic=clinic, member=by, kind=kind, code=new_code(), made_at=now, **asdict(choices)
    )
    acts.record(by=by, verb="make_certificate", on=certificate, now=now)
    return certificate


def check_not_revoked_by_desk(reasons: Iterable[str]) -> None:
    """Raise CertificateRefused where one of somebody's certificates of a kind was revoked by the working group."""
    if RevokedWhy.DESK in reasons:
        raise CertificateRefused(_("The working group revoked such a certificate of yours. Please write to it."))


def lock_certificate(certificate: Certificate, *, held_by: Member | None = None) -> Certificate:
    """Return a certificate as it is now, locked; CertificateRefused once it went with its holder's account."""
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("member").filter(pk=certificate.pk)
    row = (rows.of(held_by) if held_by else rows).first()
    if row is None:
        raise CertificateRefused(_("This certificate is gone."))
    return row


@transaction.atomic
def change_certificate(*, certificate: Certificate, choices: Choices, by: Member, now: datetime) -> Certificate:
    """Store another name, or what others see from now on; the code stays. CertificateRefused once it is revoked."""
    certificate = lock_certificate(certificate, held_by=by)
    if not certificate.is_valid:
        raise CertificateRefused(_("This certificate does not count any more."))
    for name, value in asdict(choices).items():
        setattr(certificate, name, value)
    certificate.save(update_fields=list(asdict(choices)))
    acts.record(by=by, verb="change_certificate", on=certificate, now=now)
    return certificate
