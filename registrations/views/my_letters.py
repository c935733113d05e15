"""My letters: what the portal wrote to me, and what the letters of the last 90 days said."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from letsconnect.base.keys import keys_among
from letsconnect.base.paging import page_of
from mailings import kinds
from mailings.models import Letter, LetterQuerySet
from mailings.newsletters import sent_letters
from registrations.models import Member
from registrations.privacy.proved_addresses import proved_addresses
from registrations.requests import MemberRequest


@never_cache
@login_required
@require_safe
def letter_list(request: MemberRequest) -> HttpResponse:
    """List the letters to the member, newest first."""
    letters = _letters_to(request.user).saying_whether_readable(timezone.now()).select_related("newsletter")
    page = page_of(letters.order_by("-owed_at", "-pk"), request)
    lines = [{"letter": letter, "label": kinds.label_of(letter.kind)} for letter in page]
    return render(request, "registrations/letter_list.html", {"page": page, "lines": lines})


@never_cache
@login_required
@require_safe
def letter_detail(request: MemberRequest, letter_id: int) -> HttpResponse:
    """Show what one letter to the member said."""
    letter = _letters_to(request.user).filter(pk__in=keys_among([str(letter_id)])).first()
    if letter is None:
        raise Http404
    now = timezone.now()
    context: dict[str, Any] = {
        "letter": letter,
        "label": kinds.label_of(letter.kind),
        "sent": sent_letters.what_was_sent(letter, now=now),
        "is_over": sent_letters.is_over(letter, now=now),
    }
    return render(request, "registrations/letter_detail.html", context)


def _letters_to(member: Member) -> LetterQuerySet:
    return Letter.objects.received_by(member, addresses=proved_addresses(member))
