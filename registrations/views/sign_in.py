"""Signing in and out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from letsconnect.base.links import path_or_nothing
from letsconnect.base.network import network_of
from registrations.actions import claims, keeping, members
from registrations.domain import CodeNotSent, CodeRefused, TooManyCodes
from registrations.forms.sign_in import AddressForm, CodeForm

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Session key: address, zone, next page, and the codes this browser asked for (their numbers, not the codes).
PENDING = "sign_in"


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the address and send a code there."""
    target = path_or_nothing(request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(target or "home")
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        pending = {
            "address": form.cleaned_data["email"],
            "zone": form.cleaned_data["zone"],
            "next": target,
            "codes": [],
        }
        error = _send(request, pending)
        if not error:
            return redirect("registrations:sign-in-code")
        form.add_error("email", error)
    return render(
        request,
        "registrations/sign_in.html",
        {"form": form, "next": target, "wiki": settings.MEDIAWIKI_CLIENT_ID and settings.MEDIAWIKI_NAME},
    )


def _send(request: HttpRequest, pending: dict) -> str:
    """Send a code and remember it for this browser; return what went wrong, or ""."""
    try:
        code = members.send_sign_in_code(
            address=pending["address"],
            network=network_of(request),
            language=get_language() or "en",
            zone=pending["zone"] or "UTC",
            now=timezone.now(),
        )
    except (TooManyCodes, CodeNotSent) as error:
        return str(error)
    pending["codes"] = [*pending["codes"][-2:], code.pk]
    request.session[PENDING] = pending
    # What this browser wrote before signing in is found by the address then, should its owner delete their account.
    keeping.note_address(browser=request.COOKIES.get(keeping.COOKIE, ""), address=code.address)
    return ""


@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Take the code and sign in."""
    pending = request.session.get(PENDING)
    if not pending:
        if request.user.is_authenticated:
            return redirect("home")
        messages.info(request, _("Please give your address first; a code is sent there."))
        return redirect("registrations:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wikimedia_name = members.also_opened_by(pending["address"])
        try:
            member = members.sign_in_with_code(
                code_ids=pending["codes"],
                digits=form.cleaned_data["code"],
                language=get_language() or "en",
                zone=pending["zone"],
                now=timezone.now(),
            )
        except CodeRefused as error:
            form.add_error("code", str(error))
        else:
            del request.session[PENDING]
            login(request, member, backend=BACKEND)
            if wikimedia_name:  # nothing is claimed before the owner had the chance to shut that door
                _warn_of_the_other_door(request, wikimedia_name)
            elif claims.claim_by_address(member=member, now=timezone.now()) is not None:
                messages.info(
                    request, _("We found what you wrote in the old form. It is yours now; please look at it.")
                )
            return redirect(pending["next"] or "home")
    return render(request, "registrations/sign_in_code.html", {"form": form, "address": pending["address"]})


def _warn_of_the_other_door(request: HttpRequest, username: str) -> None:
    text = _(
        "This account can also be opened with the %(wiki)s account %(username)s, from which it has this address. If "
        "that is not you, disconnect it under “Ways to sign in”."
    )
    messages.warning(request, text % {"wiki": settings.MEDIAWIKI_NAME, "username": username})


@require_POST
def sign_in_resend(request: HttpRequest) -> HttpResponse:
    """Send another code to the same address; the earlier ones keep working until they are too old."""
    pending = request.session.get(PENDING)
    if not pending:
        return redirect("registrations:sign-in")
    error = _send(request, pending)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, _("Another code is on its way."))
    return redirect("registrations:sign-in-code")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home")
