"""Noting on which day a member last did something: signing in, or any button. Looking at pages is not counted."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from letsconnect.base import security
from letsconnect.base.models import SecurityEventKind
from registrations.answers import visitors
from registrations.models import Member

# As the security log names the doors, which the person themselves reads.
_DOORS = {
    "registrations:sign-in-code": "code of a letter",
    "registrations:sign-in-link": "link of a letter",
    "registrations:wikimedia-callback": "Wikimedia",
}


def note_activity(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note the day after a button was pressed: one short statement a day, none afterwards."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and request.user.is_authenticated:
            request.user.be_seen(on=timezone.now().astimezone(UTC).date())
        return response

    return middleware


def note_sign_in(sender: Any, *, user: Member, request: HttpRequest, **kwargs: Any) -> None:
    """Note the day of signing in, by whichever door, and the door in the security log."""
    now = timezone.now()
    user.be_seen(on=now.astimezone(UTC).date())
    view = request.resolver_match.view_name if request.resolver_match else ""
    visitors.note_member(browser=request.COOKIES.get(visitors.COOKIE, ""), member=user)
    security.record(kind=SecurityEventKind.SIGNED_IN, member=user, by=user, detail=_DOORS.get(view, view), now=now)


def note_sign_out(sender: Any, *, user: Member | None, **kwargs: Any) -> None:
    """Note in the security log that somebody signed out; a visitor who does leaves nothing."""
    if user is not None:
        security.record(kind=SecurityEventKind.SIGNED_OUT, member=user, by=user, now=timezone.now())
