"""Headers of every response, which forbid what our pages do not use, and the language and zone of the member."""

import secrets
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from letsconnect.base.requests import noted_on
from letsconnect.base.themes import chosen_theme, dressed
from letsconnect.base.visitor_zone import chosen_zone
from letsconnect.base.zones import zone_or_utc

_TEXT = ("text/html", "application/json", "text/calendar", "application/atom+xml")
Handler = Callable[[HttpRequest], HttpResponse]


# What no page of ours asks a browser for.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation"),
        *("gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
    )
)
# Pages that say the same to everybody; search engines may list these and nothing else.
_PUBLIC = {
    "home",
    "code-of-conduct",
    "privacy",
    "contact",
    "who-may-take-part",
    "run-your-own",
    "api",
    "clinics:clinic-list",
    "clinics:clinic-detail",
    "mailings:newsletter-list",
    "mailings:newsletter-detail",
    "robots",
    "security-txt",
}


def response_headers(get_response: Handler) -> Handler:
    """Add the security headers to every answer, also to errors, redirects and style sheets.

    The content security policy has a nonce for this response in ``request.csp_nonce``.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        nonce = noted_on(request).csp_nonce = secrets.token_urlsafe(16)
        response = get_response(request)
        for name, value in _headers(nonce).items():
            response.headers.setdefault(name, value)
        if not _may_be_listed(request, response):
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    return middleware


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": (
            "default-src 'none'; "
            f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; img-src 'self' data:; frame-src 'self'; "
            f"form-action {' '.join(_form_targets())}; "
            "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        ),
        "Permissions-Policy": _PERMISSIONS,
        "Cross-Origin-Resource-Policy": "same-origin",
        # Django's own middleware says these too, but not for what is answered before it.
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }


def _may_be_listed(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether search engines may list this answer: a public page, not a member's home page."""
    if request.path_info.startswith(settings.STATIC_URL):
        return True
    place = request.resolver_match
    is_visitor = settings.SESSION_COOKIE_NAME not in request.COOKIES
    return response.status_code == 200 and is_visitor and place is not None and place.view_name in _PUBLIC


def _form_targets() -> list[str]:
    return ["'self'", *(settings.MEDIAWIKI_FORM_ORIGINS if settings.MEDIAWIKI_CLIENT_ID else [])]


def member_language_and_zone(get_response: Handler) -> Handler:
    """Show a signed-in member every page in their own language and zone, and let no cache keep it.

    Visitors get the language of the cookie or of the browser, and the zone of the cookie; without one pages are in UTC,
    and a script writes their moments by the browser's clock.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        member = request.user
        if not member.is_authenticated:
            zone = chosen_zone(request)
            with timezone.override(zone_or_utc(zone)) if zone else nullcontext():
                return get_response(request)
        translation.activate(member.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_or_utc(member.zone)):
            response = get_response(request)
        add_never_cache_headers(response)  # names and ways to reach people stand on these pages
        return response

    return middleware


def dressed_pages(get_response: Handler) -> Handler:
    """Show each page in the theme that this browser chose."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        theme = chosen_theme(request)
        if theme and _is_page(response):
            response.content = dressed(response.content, theme)
            if "Content-Length" in response.headers:
                response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _is_page(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming


class CompressText(GZipMiddleware):
    """Compress pages, answers to scripts, calendars and feeds for who reads gzip. Django makes each longer by a random
    number of bytes, so that its length does not betray a secret that stands in it (BREACH). What is streamed goes out
    row by row as it is, and an .xlsx is compressed in itself."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = response.headers.get("Content-Type", "").startswith(_TEXT) and not response.streaming
        return super().process_response(request, response) if is_text else response
