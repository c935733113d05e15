"""A person's matches: who, what, why; yes or no; and how to reach the other once both said yes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base.paging import ON_A_PAGE, page_of
from letsconnect.base.statements import Statement
from matching.domain.matches import MatchingError, MatchState
from matching.matches.answering import accept_match, complete_match, decline_match, withdraw_from_match
from matching.matches.forms import DeclineForm, MatchReasonForm, WithdrawFromMatchForm
from matching.models import Match
from matching.models.matches import MatchQuerySet
from matching.views import match_page
from registrations.models import Member, Registration
from registrations.participation import next_round
from registrations.requests import MemberRequest
from registrations.skills.names import names_of


def _in_order(member: Member) -> MatchQuerySet:
    return Match.objects.for_member(member).most_urgent_first(member)


def _lines(member: Member, *, start: int) -> MatchQuerySet:
    """The matches of one page of the list, which begins at ``start``."""
    return _in_order(member).for_lines()[start : start + ON_A_PAGE]


_KEYS = Statement(lambda member: _in_order(member).values_list("pk", flat=True))
_LINES = Statement(_lines)


@login_required
@require_safe
def match_list(request: MemberRequest) -> HttpResponse:
    """Show the member's matches, those that wait for them first."""
    values = {"member": request.user}
    page = page_of(_KEYS.rows(values), request)
    matches = _LINES.rows(values, start=page.start_index() - 1) if page.object_list else []
    skills = names_of({match.heir for match in matches})
    rows = [match_page.line_of(match, request.user, skill=skills[match.heir]) for match in matches]
    context: dict[str, Any] = {"rows": rows, "page": page}
    if not rows:
        context |= next_round.for_template(Registration.objects.of(request.user), on=timezone.now().date())
    return render(request, "matching/match_list.html", context)


@login_required
@require_safe
def match_detail(request: MemberRequest, match_id: int) -> HttpResponse:
    """Show one match to one of its two people; to anybody else it does not exist."""
    return match_page.show(request, _mine(request, match_id))


@login_required
@require_POST
def match_accept(request: MemberRequest, match_id: int) -> HttpResponse:
    match = _mine(request, match_id)
    try:
        match = accept_match(match=match, by=request.user, now=timezone.now())
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        connected = match.state == MatchState.CONNECTED
        messages.success(
            request,
            _("You are connected: see below how to reach each other.")
            if connected
            else _("Thank you. Once the other person says yes too, you are connected."),
        )
    return redirect("matching:match-detail", match_id)


@login_required
@require_http_methods(["GET", "POST"])
def match_decline(request: MemberRequest, match_id: int) -> HttpResponse:
    return _say_no(request, match_id, DeclineForm, decline_match, "decline")


@login_required
@require_http_methods(["GET", "POST"])
def match_withdraw(request: MemberRequest, match_id: int) -> HttpResponse:
    return _say_no(request, match_id, WithdrawFromMatchForm, withdraw_from_match, "withdraw")


@login_required
@require_POST
def match_complete(request: MemberRequest, match_id: int) -> HttpResponse:
    match = _mine(request, match_id)
    try:
        match = complete_match(match=match, by=request.user, now=timezone.now())
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("This match is completed. Thank you both.")
            if match.state == MatchState.COMPLETED
            else _("Noted. No hour has taken place here, so the match is completed once the other says the same."),
        )
    return redirect("matching:match-detail", match_id)


def _mine(request: MemberRequest, match_id: int) -> Match:
    return get_object_or_404(Match.objects.for_member(request.user), pk=match_id)


def _say_no(
    request: MemberRequest, match_id: int, form_class: type[MatchReasonForm], act: Callable[..., Match], name: str
) -> HttpResponse:
    match = _mine(request, match_id)
    if request.method == "GET":  # somebody's way back from signing in again: the form is on the match's page
        return redirect("matching:match-detail", match_id)
    form = form_class(request.POST)
    if not form.is_valid():
        return match_page.show(request, match, status=422, **{f"{name}_form": form})
    try:
        act(match=match, by=request.user, now=timezone.now(), **form.cleaned_data)
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you for telling us. This match is over."))
    return redirect("matching:match-detail", match_id)
