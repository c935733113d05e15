"""Somebody says that letters reach them again: a member who is signed in, or a visitor by the link of a letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mailings.domain.letters import LiftRefused
from mailings.ledger import suppressing
from mailings.subscriptions import links


@login_required
@require_POST
def letters_again(request: HttpRequest) -> HttpResponse:
    """Send letters again to a member to whom none went, because a mail server or the working group said so."""
    try:
        lifted = suppressing.lift_own_suppressions(member=request.user, now=timezone.now())
    except LiftRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if lifted:
            messages.success(request, _("From now on we write to you again."))
    return redirect("home")


@require_POST
def letters_again_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send letters again to a visitor who proved the address; a member says so where they are signed in."""
    subscription = links.subscription_of(token)
    if subscription is None or not subscription.is_confirmed or subscription.member_id is not None:
        return render(request, "mailings/subscription_gone.html", status=404)
    if suppressing.lift_by_link(address=subscription.address, now=timezone.now()):
        messages.success(request, _("From now on we write to you again."))
    return redirect(links.preferences_path(subscription))
