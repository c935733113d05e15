"""Choosing whom one does not want to be matched with again, among those one was matched with."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from matching.models import Match
from matching.views.match_page import row_for
from registrations.models import Block
from registrations.participation import blocking


@login_required
@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """Show each person the member was matched with and does not block yet, once, with their newest match."""
    blocked = set(Block.objects.filter(member=request.user).values_list("blocked", flat=True))
    rows = {}
    for match in Match.objects.for_member(request.user):
        row = row_for(match, request.user)
        member = row.other.member
        if member is not None and member.erased_at is None and member.pk not in blocked:
            rows.setdefault(member.pk, row)
    return render(request, "matching/person_list.html", {"rows": rows.values()})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_block(request: HttpRequest, match_id: int) -> HttpResponse:
    """Explain what a block does; the button blocks the other person of this match."""
    match = get_object_or_404(Match.objects.for_member(request.user), pk=match_id)
    row = row_for(match, request.user)
    if not blocking.can_be_blocked(row.other, by=request.user):
        return redirect("matching:match-detail", match_id)
    if request.method == "POST":
        blocking.block_person(member=request.user, blocked=row.other.member, by=request.user, now=timezone.now())
        messages.success(request, _("You are not matched with this person any more, and they are not told."))
        return redirect("registrations:my-data")
    both = Q(learner=row.other) | Q(sharer=row.other)
    live = Match.objects.for_member(request.user).live().filter(both)
    return render(request, "matching/person_block.html", {"match": match, "name": row.name, "live": live})
