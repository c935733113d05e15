"""Certificates that count no more: taken back by the holder, or revoked by the working group."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.certificates.making import lock_certificate
from clinics.domain.certificates import ReasonOfRevokingMissing, RevokedWhy
from clinics.locking import lock_theirs
from clinics.models import Certificate, Clinic
from clinics.texts.call_links import check_no_call_link
from letsconnect.base import acts
from letsconnect.base.fields import longest
from letsconnect.base.lines import has_something_to_see, one_line
from mailings.ledger import letters
from registrations.models import Member

REVOKED = "clinics.certificate_revoked"


@transaction.atomic
def take_back_certificate(*, certificate: Certificate, by: Member, now: datetime) -> Certificate:
    """Let the holder's own certificate count no more; they may make another, which has another code."""
    certificate = lock_certificate(certificate, held_by=by)
    return _revoke(certificate, RevokedWhy.HOLDER, "", by=by, now=now)


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by: Member, now: datetime) -> Certificate:
    """Let a certificate count no more, by the working group: the holder reads the reason, in a letter and on the page,
    and makes none of this kind.

    Also one that its holder took back, or took back and made again in the meantime: then it is that one. NotYourClinic
    for whoever does not look after the clinic, ReasonOfRevokingMissing without a reason.
    """
    clinic = lock_theirs(certificate.clinic, by=by)  # whoever makes one holds this lock, too
    check_reason(reason, clinic)
    same = Certificate.objects.filter(clinic=clinic, member=certificate.member_id, kind=certificate.kind)
    if revoked := same.filter(revoked_why=RevokedWhy.DESK).first():
        return revoked
    standing = lock_certificate(same.valid().first() or certificate)
    return _revoke(standing, RevokedWhy.DESK, one_line(reason), by=by, now=now)


def check_reason(reason: str, clinic: Clinic) -> None:
    """Raise ReasonOfRevokingMissing unless this can be the reason why the working group revokes a certificate, and
    CallLinkInText where it gives away where the call is."""
    check_no_call_link(clinic, reason)
    if not has_something_to_see(reason):
        raise ReasonOfRevokingMissing(_("Say why: the holder reads it."))
    if len(one_line(reason)) > longest(Certificate, "revoke_reason"):
        raise ReasonOfRevokingMissing(_("This reason is too long. Please say it in one line."))


def _revoke(certificate: Certificate, why: RevokedWhy, reason: str, *, by: Member | None, now: datetime) -> Certificate:
    if why == RevokedWhy.HOLDER and not certificate.is_valid:
        return certificate
    certificate.revoked_at, certificate.revoked_why = certificate.revoked_at or now, why
    certificate.revoked_by, certificate.revoke_reason = by, reason
    certificate.save(update_fields=["revoked_at", "revoked_why", "revoked_by", "revoke_reason"])
    acts.record(by=by, verb="revoke_certificate", on=certificate, now=now)
    if why == RevokedWhy.DESK:
        key = f"{REVOKED}:{certificate.pk}"
        letters.owe(kind=REVOKED, to=certificate.member, about=certificate, key=key, now=now)
    return certificate
