"""What every response carries: a strict content security policy, the member's language and zone."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from letsconnect.base.zones import zone_or_utc

Handler = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: Handler) -> Handler:
    """Send the policy with a nonce for this response in ``request.csp_nonce``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = nonce = secrets.token_urlsafe(16)
        response = get_response(request)
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; "
            f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; img-src 'self' data:; "
            f"form-action {' '.join(_form_targets())}; "
            "base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
        )
        return response

    return middleware


def _form_targets() -> list[str]:
    return ["'self'", *(settings.MEDIAWIKI_FORM_ORIGINS if settings.MEDIAWIKI_CLIENT_ID else [])]


def member_language_and_zone(get_response: Handler) -> Handler:
    """Show a signed-in member every page in their own language and zone, and let no cache keep it; visitors get the
    cookie's or the browser's language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        member = request.user
        if not member.is_authenticated:
            return get_response(request)
        translation.activate(member.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_or_utc(member.zone)):
            response = get_response(request)
        add_never_cache_headers(response)  # names and ways to reach people stand on these pages
        return response

    return middleware
