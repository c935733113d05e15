"""What a certificate says, in the active language: on paper all of it, to whoever checks its code what is allowed."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from clinics.certificates.grounds import roles_in_words
from clinics.domain.certificates import CertificateKind
from clinics.models import Certificate
from letsconnect.base.languages import listed


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate in words; what is not to be shown is empty."""

    heading: str
    said_for: str
    name: Any = ""
    title: str = ""
    title_language: str = ""
    date: str = ""
    length: str = ""


def all_facts(certificate: Certificate) -> CertificateFacts:
    """Return what stands on the certificate itself, which its holder gives away."""
    text = certificate.clinic.text_in(get_language() or "en")
    return CertificateFacts(
        heading=heading_of(certificate.kind),
        said_for=_said_for(certificate),
        name=certificate.name,
        title=certificate.clinic.title,
        title_language=text.language if text else "",
        date=date_format(certificate.clinic.local_date),
        length=length_in_words(certificate.clinic.minutes),
    )


def allowed_facts(certificate: Certificate) -> CertificateFacts:
    """Return what somebody who checks the code may see."""
    facts = all_facts(certificate)
    return CertificateFacts(
        heading=facts.heading,
        said_for=_said_for(certificate, names_roles=False),
        name=facts.name if certificate.shows_name else "",
        title=facts.title if certificate.shows_title else "",
        title_language=facts.title_language if certificate.shows_title else "",
        date=facts.date if certificate.shows_date else "",
        length=facts.length if certificate.shows_hours else "",
    )


def heading_of(kind: str) -> str:
    return {
        CertificateKind.ATTENDING: pgettext("heading of a certificate", "Certificate of attendance"),
        CertificateKind.SHARING: pgettext("heading of a certificate", "Certificate of sharing knowledge"),
        CertificateKind.CONTRIBUTING: pgettext("heading of a certificate", "Certificate of contribution"),
    }[CertificateKind(kind)]


def _said_for(certificate: Certificate, *, names_roles: bool = True) -> str:
    """Say what the certificate is for; the title of the clinic follows, where it is shown.

    As what somebody helped stands on paper only: its holder shows it, and cannot choose it for whoever has the code.
    """
    if certificate.kind == CertificateKind.ATTENDING:
        return pgettext("on a certificate, before the title of a clinic", "for taking part in a clinic")
    if certificate.kind == CertificateKind.SHARING:
        return pgettext("on a certificate, before the title of a clinic", "for sharing knowledge at a clinic")
    if not names_roles:
        return pgettext("on a certificate, before the title of a clinic", "for helping to hold a clinic")
    roles = listed(roles_in_words(certificate.clinic, certificate.member))
    text = pgettext("on a certificate, before the title of a clinic", "for helping to hold a clinic (%(roles)s)")
    return text % {"roles": roles}


def length_in_words(minutes: int) -> str:
    """Return how long a clinic was, in full hours where it were such."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def page_title(certificate: Certificate) -> str:
    return _("%(heading)s: %(name)s") % {"heading": heading_of(certificate.kind), "name": certificate.name}
