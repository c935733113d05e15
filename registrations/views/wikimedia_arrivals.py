"""What happens when a person comes back from the wiki: signing in, connecting, or a page that says what failed."""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base.lines import isolated
from letsconnect.base.links import path_or_nothing
from registrations.accounts.wikimedia import signing_in
from registrations.accounts.wikimedia.profile import Profile
from registrations.answers import visitors
from registrations.domain.registrations import ConnectedElsewhere
from registrations.views.sign_in import BACKEND


class Failure(StrEnum):
    DENIED = "denied"
    LOST = "lost"
    SILENT = "silent"
    UNCLEAR = "unclear"


def failed(request: HttpRequest, why: Failure) -> HttpResponse:
    """Say why nobody was signed in, and how to go on."""
    wiki = {"wiki": settings.MEDIAWIKI_NAME}
    text = {
        Failure.DENIED: _("You did not allow the portal to see who you are on %(wiki)s, so nothing happened here."),
        Failure.LOST: _(
            "This answer from %(wiki)s does not belong to a sign-in of the last ten minutes in this browser. "
            "Or it was used already."
        ),
        Failure.SILENT: _("%(wiki)s did not answer in time. It may be busy; please try again in a minute."),
        Failure.UNCLEAR: _("%(wiki)s gave an answer that we did not understand. Please try again in a minute."),
    }
    return explain(request, text[why] % wiki, status=400)


def explain(request: HttpRequest, text: str, *, status: int) -> HttpResponse:
    """Show the sentence, with the ways on."""
    return render(request, "registrations/wikimedia_failed.html", {"text": text}, status=status)


def arrive(request: HttpRequest, profile: Profile, state: dict[str, Any]) -> HttpResponse:
    """Sign in, or connect, whatever was begun here. Raises a RegistrationError that says why not."""
    began = state.get("data") or {}
    if "connect" in began:
        return _connect(request, profile, began["connect"])
    arrival = signing_in.sign_in_with_wikimedia(
        profile=profile, language=get_language() or "en", zone=began.get("zone", ""), now=timezone.now()
    )
    login(request, arrival.member, backend=BACKEND)
    target = path_or_nothing(state.get("next") or "")
    browser = request.COOKIES.get(visitors.COOKIE, "")
    visitors.give_what_nobody_owns(browser=browser, member=arrival.member, leads_to=target)
    if arrival.taken_address:
        text = _(
            "Another account here has the address %(address)s already, so this new account has none. If that "
            "account is yours, sign out and sign in with a code sent to that address. Then connect your "
            "%(wiki)s account there."
        )
        messages.warning(request, text % {"address": arrival.taken_address, "wiki": settings.MEDIAWIKI_NAME})
    return redirect(target or "home")


def _connect(request: HttpRequest, profile: Profile, member_id: int) -> HttpResponse:
    if not request.user.is_authenticated or request.user.pk != member_id:
        raise ConnectedElsewhere(
            _("You signed out, or changed accounts, while you were away. Please sign in and connect again.")
        )
    signing_in.connect_wikimedia(member=request.user, profile=profile, by=request.user, now=timezone.now())
    text = _("The %(wiki)s account %(username)s opens this account now.")
    messages.success(request, text % {"wiki": settings.MEDIAWIKI_NAME, "username": isolated(profile.username)})
    return redirect("registrations:sign-in-ways")
