"""Record the day on which a member last signed in or pressed a button. Looking at pages does not count."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from letsconnect.base import security_log
from letsconnect.base.models import SecurityEventKind
from registrations.accounts.security_details import DOORS
from registrations.answers import visitors
from registrations.models import Member


def note_activity(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Record the day when a button is pressed: one short statement a day, no query after the first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and request.user.is_authenticated:
            request.user.be_seen(on=timezone.now().astimezone(UTC).date())
        return response

    return middleware


def note_sign_in(sender: Any, *, user: Member, request: HttpRequest, **kwargs: Any) -> None:
    """Record the day of signing in, and in the security log the way in: a code, a link, or a Wikimedia account."""
    now = timezone.now()
    user.be_seen(on=now.astimezone(UTC).date())
    view = request.resolver_match.view_name if request.resolver_match else ""
    if browser := request.COOKIES.get(visitors.COOKIE, ""):
        proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        visitors.give_to_member(browser=browser, member=user, addresses=proved)
    security_log.record(kind=SecurityEventKind.SIGNED_IN, member=user, by=user, detail=DOORS.get(view, view), now=now)


def note_sign_out(sender: Any, *, user: Member | None, **kwargs: Any) -> None:
    """Record in the security log that a member signed out; a visitor who signs out is not recorded."""
    if user is not None:
        security_log.record(kind=SecurityEventKind.SIGNED_OUT, member=user, by=user, now=timezone.now())
