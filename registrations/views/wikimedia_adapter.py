"""The adapter with which allauth's sign-in flow calls our own code."""

import logging
from typing import Any

import requests
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthError
from django.http import HttpRequest

from registrations.accounts.wikimedia.outgoing import Outgoing
from registrations.accounts.wikimedia.provider import WikimediaLogin, WikimediaProvider, provider_of
from registrations.views import wikimedia_arrivals

logger = logging.getLogger(__name__)


class WikimediaAccounts(DefaultSocialAccountAdapter):
    """Lets allauth do the OAuth steps with the wiki, while we decide who is signed in and which pages are shown.

    Each hook ends allauth's flow with our own response, so its sign-up, its messages and its letters never run.
    """

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> WikimediaProvider:
        return provider_of(request)

    def get_requests_session(self) -> Outgoing:
        return Outgoing(until=context.request.wikimedia_until)

    def pre_social_login(self, request: HttpRequest, sociallogin: WikimediaLogin) -> None:
        raise ImmediateHttpResponse(wikimedia_arrivals.arrive(request, sociallogin.profile, sociallogin.state))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: WikimediaProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        if exception is not None:
            logger.warning("Signing in by %s failed: %.300r", provider.name, exception)
        if error == AuthError.CANCELLED:
            why = wikimedia_arrivals.Failure.DENIED
        elif "state_id" in (extra_context or {}):
            why = wikimedia_arrivals.Failure.LOST
        elif isinstance(exception, requests.RequestException):
            why = wikimedia_arrivals.Failure.SILENT
        else:
            why = wikimedia_arrivals.Failure.UNCLEAR
        raise ImmediateHttpResponse(wikimedia_arrivals.failed(request, why))
