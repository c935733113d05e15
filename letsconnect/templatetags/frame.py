"""The frame of every page, its style sheets, navigation and footer: drawn once for all who read the same one."""

from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import quote

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi

from letsconnect.base.drawn import drawn_once, forget_on_change
from letsconnect.base.visitor_zone import chosen_zone

register = template.Library()

# Stand-ins for what is of one reader and one request only: put in after the frame was drawn.
_CSRF, _NEXT, _NEXT_PATH = "\0csrf\0", "\0next\0", "\0next_path\0"
_IN_NAVIGATION = ("home", "clinics:clinic-list", "matching:match-list", "registrations:registration-edit")


class FrameKey(NamedTuple):
    """All that a frame depends on beside the language. Nothing here is of one person."""

    is_member: bool
    opens_desk: bool
    by_the_browsers_clock: bool  # of a visitor who chose no zone
    path: str  # "" unless the navigation leads there


@register.simple_tag(takes_context=True)
def frame(context: RequestContext, part: str) -> SafeString:
    """Draw the ``part`` of the frame ("head", "header", "footer") for the reader of this page."""
    request: Any = context.get("request")
    user: Any = context.get("user")
    is_member = user is not None and user.is_authenticated
    path = request.path if request else ""
    shown_path = path if path in _paths_of(get_script_prefix()) else ""
    by_browser = request is not None and not is_member and not chosen_zone(request)
    key = FrameKey(is_member, is_member and user.may_open_desk, by_browser, shown_path)
    return _filled(drawn_once(("frame", part, key), partial(_draw, part, key)), context, request)


def _filled(html: str, context: RequestContext, request: Any) -> SafeString:
    token = context.get("csrf_token")
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token) if token else ""
    return SafeString(  # drawn by templates, and each value escaped
        html.replace(_CSRF, field)
        .replace(_NEXT, escape(request.get_full_path()) if request else "")
        .replace(_NEXT_PATH, escape(quote(request.get_full_path())) if request else "")
    )


def _draw(part: str, key: FrameKey) -> str:
    values = {
        **key._asdict(),
        "language": get_language(),
        "language_name": dict(settings.LANGUAGES).get(get_language() or "", ""),
        "languages": settings.LANGUAGES,  # each by its own name, whatever language the page is in
        "is_rtl": get_language_bidi(),
        "site_name": settings.SITE_NAME,
        "has_mailbox": settings.EMBEDDED_MAILBOX,
        "csrf": SafeString(_CSRF),
        "next": SafeString(_NEXT),
        "next_path": SafeString(_NEXT_PATH),
    }
    return render_to_string(f"letsconnect/_frame_{part}.html", values)


@lru_cache(maxsize=8)
def _paths_of(script_prefix: str) -> frozenset[str]:
    return frozenset(reverse(name) for name in (*_IN_NAVIGATION, "registrations:sign-in"))


forget_on_change(_paths_of.cache_clear)
