"""A person's matches: who, what, why; yes or no; and how to reach the other once both said yes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base.paging import page_of
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.domain.matches import LIVE, MatchingError, MatchState
from matching.matches.answering import accept_match, complete_match, decline_match, withdraw_from_match
from matching.matches.forms import DeclineForm, MatchReasonForm, WithdrawFromMatchForm
from matching.models import Match
from matching.models.feedback import SessionLine, sessions_under_way
from matching.models.matches import MatchQuerySet
from matching.views import match_page
from registrations.models import Member, Registration
from registrations.participation import next_round
from registrations.requests import MemberRequest
from registrations.skills.names import names_of


def _lines(member: Member, keys: list[int]) -> MatchQuerySet:
    return Match.objects.for_member(member).for_lines().filter(pk__in=any_of(keys))


_KEYS = Statement(
    lambda member, mine: (
        Match.objects.for_member(member).most_urgent_first(member, besides=mine).values_list("pk", "state")
    )
)
_LINES = Statement(_lines)
_SESSIONS = Statement(sessions_under_way)


@login_required
@require_safe
def match_list(request: MemberRequest) -> HttpResponse:
    """Show the member's matches with what is to do next in each, those that wait for them first."""
    me, now = request.user, timezone.now()
    steps = _steps(me, now=now)
    mine = [key for key, step in steps.items() if step.is_mine]
    of_member = [*_KEYS.rows({"member": me, "mine": mine})]
    page = page_of([key for key, _state in of_member], request)
    keys = list(page.object_list)
    matches = {match.pk: match for match in _LINES.rows({"member": me, "keys": keys})} if keys else {}
    skills = names_of({match.heir for match in matches.values()})
    shown = [matches[key] for key in keys if key in matches]
    rows = [match_page.line_of(match, me, skill=skills[match.heir], step=steps.get(match.pk)) for match in shown]
    has_live = any(state in LIVE for _key, state in of_member)
    context: dict[str, Any] = {"rows": rows, "page": page, "has_live": has_live}
    if not rows:
        context |= next_round.for_template(Registration.objects.of(me), on=now.date())
    return render(request, "matching/match_list.html", context)


def _steps(member: Member, *, now: datetime) -> dict[int, match_page.NextStep]:
    """Return what is to do next about the hours of each match, by its key; what the member has to do goes first."""
    at_hand = [SessionLine.of(row) for row in _SESSIONS.rows({"member": member, "now": now})]
    steps = [(session.match, match_page.step_of(session, member, now=now)) for session in at_hand]
    by_match: dict[int, match_page.NextStep] = {}
    for key, step in sorted(((key, step) for key, step in steps if step), key=lambda pair: not pair[1].is_mine):
        by_match.setdefault(key, step)
    return by_match


@login_required
@require_safe
def match_detail(request: MemberRequest, match_id: int) -> HttpResponse:
    """Show one match to one of its two people; to anybody else it does not exist."""
    shown = Match.objects.for_member(request.user).prefetch_related(None)
    return match_page.show(request, get_object_or_404(shown, pk=match_id))


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
@require_http_methods(["GET", "HEAD", "POST"])
def match_decline(request: MemberRequest, match_id: int) -> HttpResponse:
    """Ask why somebody says no, and take it."""
    return _say_no(request, match_id, DeclineForm, decline_match)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def match_withdraw(request: MemberRequest, match_id: int) -> HttpResponse:
    """Ask why somebody steps back from their yes, or ends a connection, and take it."""
    return _say_no(request, match_id, WithdrawFromMatchForm, withdraw_from_match)


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
            else _("Noted. No session has taken place here, so the match is completed once the other says the same."),
        )
    return redirect("matching:match-detail", match_id)


def _mine(request: MemberRequest, match_id: int) -> Match:
    return get_object_or_404(Match.objects.for_member(request.user), pk=match_id)


def _say_no(
    request: MemberRequest, match_id: int, form_class: type[MatchReasonForm], act: Callable[..., Match]
) -> HttpResponse:
    match = _mine(request, match_id)
    row = match_page.row_for(match, request.user)
    if request.method != "POST" and (not match.is_open or row.waits_for_me != (form_class is DeclineForm)):
        return redirect("matching:match-detail", match_id)  # answered meanwhile, in another window or by the other
    form = form_class(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"match": match, "row": row, "form": form, "is_no": form_class is DeclineForm}
        return render(request, "matching/match_no.html", context, status=422 if form.is_bound else 200)
    try:
        act(match=match, by=request.user, now=timezone.now(), **form.cleaned_data)
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you for telling us. This match is over."))
    return redirect("matching:match-detail", match_id)
