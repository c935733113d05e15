"""Noting on which day a member last did something: signing in, or any button. Looking at pages is not counted."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from registrations.models import Member


def note_activity(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note the day after a button was pressed: one short statement a day, none afterwards."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and request.user.is_authenticated:
            request.user.be_seen(on=timezone.now().astimezone(UTC).date())
        return response

    return middleware


def note_sign_in(sender: Any, *, user: Member, **kwargs: Any) -> None:
    """Note the day of signing in, by whichever door."""
    user.be_seen(on=timezone.now().astimezone(UTC).date())
