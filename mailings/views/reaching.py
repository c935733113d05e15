"""A member says that letters reach them again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mailings.domain.letters import LiftRefused
from mailings.ledger import suppressing


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
