"""The page behind the link of an invitation to claim a registration."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from registrations.domain.registrations import AlreadyRegistered, ClaimRefused
from registrations.models import Registration
from registrations.oldform import claims
from registrations.views.registration import redirect_to_sign_in


@never_cache
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is for, with one button. Only the button claims, and only if the person is signed in."""
    invitation = claims.invitation_of(token=token, now=timezone.now())
    if invitation is None:
        return render(request, "registrations/claim_gone.html", status=410)
    if request.method == "POST":
        return _claim(request, token)
    own = Registration.objects.of(request.user) if request.user.is_authenticated else None
    return render(request, "registrations/claim.html", {"invitation": invitation, "own": own})


def _claim(request: HttpRequest, token: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_sign_in(request.path)
    try:
        registration = claims.claim_by_link(token=token, member=request.user, now=timezone.now())
    except AlreadyRegistered as error:
        messages.info(request, str(error))
    except ClaimRefused as error:
        messages.error(request, str(error))
        return redirect("home")
    else:
        message = _("This registration is yours now. Please look through it and send it.")
        if registration.is_handed_in:
            message = _("This registration is yours now. Please look through it.")
        messages.success(request, message)
    return redirect("registrations:registration-edit")
