"""The pages for requests that cannot be answered.

They must never fail themselves, so they read nothing that may be broken: no body, no session, no database, no style
sheet.
"""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def plain_page(request: HttpRequest, *, status: int, context: dict[str, object] | None = None) -> HttpResponse:
    """Return ``templates/<status>.html``, which extends `plain.html`, in the language this request is answered in."""
    with translation.override(_language(request)):
        values = {"csp_nonce": getattr(request, "csp_nonce", ""), **(context or {})}
        return HttpResponse(render_to_string(f"{status}.html", values), status=status)


def _language(request: HttpRequest) -> str | None:
    """Return the language a middleware has chosen; before that, what the cookie or the browser asks for."""
    if hasattr(request, "LANGUAGE_CODE"):
        return translation.get_language()
    return translation.get_language_from_request(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request makes no sense, or that it is too much at once."""
    return plain_page(request, status=413 if isinstance(exception, _TOO_MUCH) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the page is not open to this account."""
    return plain_page(request, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, or none for this person; the page does not say which of the two."""
    return plain_page(request, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that we failed."""
    return plain_page(request, status=500)
