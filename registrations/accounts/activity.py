"""Record the day on which a member last signed in or pressed a button. Looking at pages does not count.

Who signs in by the link of a letter counts from the second page on, because programs that look into letters open links
and press the button there, and are led to a first page.
"""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from letsconnect.base import security_log
from letsconnect.base.models import SecurityEventKind
from registrations.accounts.security_details import DOORS
from registrations.answers import visitors
from registrations.models import Member

Handler = Callable[[HttpRequest], HttpResponse]
_LINK = "registrations:sign-in-link"
# Session key, after signing in by a link: how many pages were opened since.
PAGES_SINCE_LINK = "pages_since_link"


def note_activity(get_response: Handler) -> Handler:
    """Record the day when a button is pressed: one short statement a day, no query after the first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        had_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        pages = request.session.get(PAGES_SINCE_LINK) if had_session else None
        response = get_response(request)
        if pages is None and request.method != "POST":
            return response
        is_the_link_itself = pages is None and PAGES_SINCE_LINK in request.session
        if not request.user.is_authenticated or is_the_link_itself:
            return response
        if pages == 0 and request.method != "POST":
            request.session[PAGES_SINCE_LINK] = 1
            return response
        request.session.pop(PAGES_SINCE_LINK, None)
        request.user.be_seen(on=timezone.now().astimezone(UTC).date())
        return response

    return middleware


def note_sign_in(sender: Any, *, user: Member, request: HttpRequest, **kwargs: Any) -> None:
    """Record the day of signing in, and in the security log the way in: a code, a link, or a Wikimedia account."""
    now = timezone.now()
    view = request.resolver_match.view_name if request.resolver_match else ""
    if view == _LINK:
        request.session[PAGES_SINCE_LINK] = 0
    else:
        user.be_seen(on=now.astimezone(UTC).date())
    if browser := request.COOKIES.get(visitors.COOKIE, ""):
        proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        visitors.give_to_member(browser=browser, member=user, addresses=proved)
    security_log.record(kind=SecurityEventKind.SIGNED_IN, member=user, by=user, detail=DOORS.get(view, view), now=now)


def note_sign_out(sender: Any, *, user: Member | None, **kwargs: Any) -> None:
    """Record in the security log that a member signed out; a visitor who signs out is not recorded."""
    if user is not None:
        security_log.record(kind=SecurityEventKind.SIGNED_OUT, member=user, by=user, now=timezone.now())
