"""The sign-in code: sent at once by the web process, never through the queue."""

from django.conf import settings

from mailings.rendering import Rendered, render_letter


def sign_in_code(digits: str, *, language: str, zone: str) -> Rendered:
    """Render the letter with the code."""
    context = {"digits": digits, "minutes": settings.SIGN_IN_CODE_MINUTES}
    return render_letter("registrations/emails/sign_in_code", context, language=language, zone=zone)
