"""What every template may name."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name, its contact address and this response's CSP nonce."""
    return {
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "trust_outside_email": settings.TRUST_OUTSIDE_EMAIL,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "embedded_mailbox": settings.EMBEDDED_MAILBOX,
    }
