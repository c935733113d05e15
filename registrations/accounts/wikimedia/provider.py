"""allauth's `mediawiki` provider, with stricter rules where allauth is too open."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.mediawiki.provider import MediaWikiProvider
from allauth.socialaccount.providers.mediawiki.views import MediaWikiOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from django.conf import settings
from django.http import HttpRequest

from letsconnect.base.addresses import ours
from letsconnect.base.links import absolute
from registrations.accounts.wikimedia import PROVIDER
from registrations.accounts.wikimedia.profile import ProfileUnclear, read_profile
from registrations.models import Member


class WikimediaLogin(SocialLogin):
    """A login that allauth does not look up.

    Our action does that, under its own lock and by the account's number only.
    """

    def lookup(self) -> None:
        """Leave the stored account as it is."""


class WikimediaOAuth(MediaWikiOAuth2Adapter):
    """The OAuth client: addresses are read from the settings when they are needed, and every answer is checked."""

    @property
    def access_token_url(self) -> str:
        return f"{settings.MEDIAWIKI_URL}/oauth2/access_token"

    @property
    def authorize_url(self) -> str:
        return f"{settings.MEDIAWIKI_URL}/oauth2/authorize"

    @property
    def profile_url(self) -> str:
        return f"{settings.MEDIAWIKI_URL}/oauth2/resource/profile"

    @property
    def headers(self) -> dict[str, str]:
        """Name this program and its contact, as Wikimedia asks of every program."""
        return {"User-Agent": f"lets-connect-portal ({settings.SITE_URL}; {ours(settings.CONTACT_EMAIL)})"}

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the one registered address, whatever host the request came by."""
        return absolute("registrations:wikimedia-callback")

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str | None = None
    ) -> dict[str, str]:
        """Return only the token of the answer. Raises OAuth2Error if there is none."""
        try:
            answer = super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)
        except (ValueError, TypeError, RecursionError) as error:  # JSON that is none, or no object
            raise OAuth2Error("the token's answer is not understood") from error
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token.isascii():
            raise OAuth2Error("the token's answer has no token")
        return {"access_token": token}

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **options: Any
    ) -> WikimediaLogin:
        """Ask for the profile.

        Raises OAuth2Error if the answer is not understood, WikimediaRefused if the account may not sign in.
        """
        with get_adapter(request).get_requests_session() as session:
            answer = session.get(self.profile_url, headers={"Authorization": f"Bearer {token.token}", **self.headers})
        if answer.status_code != 200:
            raise OAuth2Error(f"the profile answered {answer.status_code}")
        try:
            profile = read_profile(answer.json())
        except (ProfileUnclear, ValueError, RecursionError) as error:
            raise OAuth2Error(f"the profile is not understood: {error!r}") from error
        account = SocialAccount(provider=PROVIDER, uid=profile.sub, extra_data={"username": profile.username})
        login = WikimediaLogin(user=Member(), account=account, provider=self.get_provider())
        login.profile = profile
        return login


class WikimediaProvider(MediaWikiProvider):
    """A provider that takes neither scope nor return address nor anything else from the request."""

    name = "Wikimedia"
    oauth2_adapter_class = WikimediaOAuth
    pkce_enabled_default = True

    def get_scope(self) -> list[str]:
        """Return the configured grants; an empty list means those the client was registered with."""
        return list(settings.MEDIAWIKI_SCOPES)

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return self.get_auth_params()


def provider_of(request: HttpRequest) -> WikimediaProvider:
    """Return the provider with the configured client."""
    app = SocialApp(provider=PROVIDER, client_id=settings.MEDIAWIKI_CLIENT_ID, secret=settings.MEDIAWIKI_CLIENT_SECRET)
    return WikimediaProvider(request, app=app)
