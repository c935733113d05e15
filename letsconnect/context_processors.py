"""Variables that every template can use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from mailings.ledger.reachable import is_written_to
from registrations.consents.asking import AgreementsToAsk, agreements_to_ask


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name, its contact address and this response's CSP nonce."""
    return {
        "asking": SimpleLazyObject(lambda: _asking(request)),
        "is_written_to": SimpleLazyObject(lambda: _is_written_to(request)),
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "trust_outside_email": settings.TRUST_OUTSIDE_EMAIL,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "embedded_mailbox": settings.EMBEDDED_MAILBOX,
    }


def _asking(request: HttpRequest) -> AgreementsToAsk:
    """Return what the member is asked to agree to; a page whose template does not use it makes no query."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return AgreementsToAsk()
    return agreements_to_ask(member, on=timezone.now().date())


def _is_written_to(request: HttpRequest) -> bool:
    """Tell whether letters reach the member, for pages that promise one; only a template that asks makes a query."""
    member = getattr(request, "user", None)
    return member is not None and member.is_authenticated and is_written_to(member)
