"""Signing in with a Wikimedia account, and the page about the ways to sign in to one's account."""

import time

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from letsconnect.base.fields import longest
from letsconnect.base.links import path_or_nothing
from letsconnect.base.requests import noted_on
from registrations.accounts.wikimedia import PROVIDER, signing_in
from registrations.accounts.wikimedia.provider import WikimediaOAuth, WikimediaProvider, provider_of
from registrations.domain.registrations import LastWayIn, RegistrationError
from registrations.models import Member
from registrations.requests import MemberRequest
from registrations.views.wikimedia_arrivals import Failure, explain, failed

_come_back = OAuth2CallbackView.adapter_view(WikimediaOAuth)


def _provider_or_404(request: HttpRequest) -> WikimediaProvider:
    if not settings.MEDIAWIKI_CLIENT_ID:
        raise Http404
    return provider_of(request)


@never_cache
@require_POST
def wikimedia_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the wiki, which asks the person."""
    provider = _provider_or_404(request)
    target = path_or_nothing(request.POST.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target or "home")
    zone = request.POST.get("zone", "")[: longest(Member, "zone")]
    return provider.redirect(request, AuthProcess.LOGIN, next_url=target or None, data={"zone": zone})


@login_required
@require_POST
def wikimedia_connect(request: MemberRequest) -> HttpResponse:
    """Lead to the wiki, to connect the account there with this one here."""
    provider = _provider_or_404(request)
    return provider.redirect(request, AuthProcess.CONNECT, data={"connect": request.user.pk})


@never_cache
@require_GET
def wikimedia_callback(request: HttpRequest) -> HttpResponse:
    """Take the wiki's answer; whatever it is, the person gets a page within six seconds."""
    _provider_or_404(request)
    if request.GET.get("error") == "access_denied":  # some MediaWikis say so without the state
        return failed(request, Failure.DENIED)
    noted_on(request).wikimedia_until = time.monotonic() + settings.MEDIAWIKI_SECONDS
    try:
        return _come_back(request)
    except RegistrationError as error:
        return explain(request, str(error), status=403)


@never_cache
@login_required
@require_GET
def sign_in_ways(request: MemberRequest) -> HttpResponse:
    """Show how the account can be opened."""
    address = EmailAddress.objects.filter(user=request.user, email=request.user.email).first()
    return render(
        request,
        "registrations/sign_in_ways.html",
        {
            "account": SocialAccount.objects.filter(user=request.user, provider=PROVIDER).first(),
            "is_proved": address is not None and address.verified,
            "wiki": settings.MEDIAWIKI_NAME,
            "has_wiki": bool(settings.MEDIAWIKI_CLIENT_ID),
        },
    )


@login_required
@require_POST
def wikimedia_disconnect(request: MemberRequest) -> HttpResponse:
    """Disconnect the Wikimedia account, so that it cannot sign in to this account any more."""
    try:
        signing_in.disconnect_wikimedia(member=request.user, by=request.user, now=timezone.now())
    except LastWayIn as error:
        messages.error(request, str(error))
    else:
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Disconnected. Every other browser that was signed in is signed out."))
    return redirect("registrations:sign-in-ways")
