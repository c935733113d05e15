"""The letter to somebody whose certificate the working group revoked: when it is still owed, and how it reads."""

from datetime import datetime

from django.utils.translation import gettext_noop

from clinics.certificates.context import heading_of
from clinics.certificates.revoking import REVOKED
from clinics.domain.certificates import RevokedWhy
from clinics.models import Certificate
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter


def revoked_owed(certificate: Certificate | None, _now: datetime) -> str | None:
    is_revoked = certificate is not None and certificate.revoked_why == RevokedWhy.DESK
    return None if is_revoked else gettext_noop("the certificate is not revoked")


def render_revoked(certificate: Certificate, language: str, zone: str) -> Rendered:
    text = certificate.clinic.text_in(language)
    with speaking(language):
        context = {
            "certificate": certificate,
            "heading": heading_of(certificate.kind),
            "title": text.title if text else certificate.clinic.title,
            "title_language": text.language if text else language,
            "url": absolute("clinics:certificate-mine", certificate.clinic_id),
            "contact_url": absolute("contact"),
        }
    return render_letter("clinics/emails/certificate_revoked", context, language=language, zone=zone)


_CERTIFICATES = Statement(
    lambda keys: (
        Certificate.objects.filter(pk__in=any_of(keys)).select_related("clinic").prefetch_related("clinic__texts")
    )
)


def read_certificates(keys: list[int], _now: datetime) -> list[Certificate]:
    """Read what several of these letters tell."""
    return _CERTIFICATES.rows({"keys": keys})


def register() -> None:
    """Register the letter with the ledger."""
    kinds.register(REVOKED, still_owed=revoked_owed, render=render_revoked, reads=read_certificates, keeps=kinds.kept())
