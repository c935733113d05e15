"""How long somebody stays signed in. Checked at each request: a cookie guarantees nothing, and people become staff."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from letsconnect.signed_in import is_on_trust_team
from registrations.models import Member

SIGNED_IN_AT = "signed_in_at"  # session key: seconds since 1970


def note_when(sender: Any, *, user: Member, request: HttpRequest, **kwargs: Any) -> None:
    """Store in a new session when it began; the cookie and row of a staff member live no longer than a day."""
    request.session[SIGNED_IN_AT] = int(timezone.now().timestamp())
    if is_staff(user):
        request.session.set_expiry(settings.STAFF_SESSION_AGE)


def end_old_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out people who signed in too long ago: a day for staff, including new staff, 60 days for others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and _is_over(request, request.user):
            logout(request)
        return get_response(request)

    return middleware


def is_staff(member: Member) -> bool:
    """Tell whether the member sees what others wrote: at the desk, or on the trust team."""
    return member.may_open_desk or is_on_trust_team(member)


def _is_over(request: HttpRequest, member: Member) -> bool:
    begun = request.session.get(SIGNED_IN_AT)
    if begun is None:  # from before sessions said when they began
        if is_staff(member):
            return True
        begun = (member.last_login or datetime.min.replace(tzinfo=UTC)).timestamp()
    age = timezone.now().timestamp() - begun
    if age < settings.STAFF_SESSION_AGE:
        return False
    return age >= settings.SESSION_COOKIE_AGE or is_staff(member)
