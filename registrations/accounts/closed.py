"""The answer to whoever's account was closed or erased in the instant between their request and what it does."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registrations.accounts.activity import Handler
from registrations.domain.registrations import ClosedMeanwhile


class AnswerClosed:
    """Sign out whoever is closed meanwhile, at whichever door they stood, and say so on the home page.

    `lock_member` refuses them, and no view need catch that unless it has something better to say.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for what a view let through; the session ended with the account."""
        if not isinstance(exception, ClosedMeanwhile):
            return None
        logout(request)
        messages.error(request, str(exception))
        return redirect("home")
