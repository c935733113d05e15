"""A person's matches: who, what, why; yes or no; and how to reach the other once both said yes."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matching import actions, reasons
from matching.domain import MatchingError, MatchState, Side
from matching.forms import DeclineForm, ReasonForm, WithdrawForm
from matching.models import Match
from registrations.actions import blocking
from registrations.domain import ContactWay
from registrations.models import Member, Registration


@dataclass(frozen=True)
class Row:
    """One match as its reader sees it."""

    match: Match
    side: Side
    other: Registration
    name: str
    waits_for_me: bool


def row_for(match: Match, member: Member) -> Row:
    """Return ``match`` as ``member``, one of its two people, sees it."""
    side = Side.LEARNER if match.learner.member_id == member.pk else Side.SHARER
    return Row(
        match=match,
        side=side,
        other=match.person(side.other),
        name=reasons.name_of(match.person(side.other)),
        waits_for_me=match.state == MatchState.ASKED and match.accepted_at(side) is None,
    )


@login_required
@require_safe
def match_list(request: HttpRequest) -> HttpResponse:
    """Show the member's matches, those that wait for them first."""
    rows = [row_for(match, request.user) for match in Match.objects.for_member(request.user)]
    return render(
        request,
        "matching/match_list.html",
        {"rows": sorted(rows, key=lambda row: (not row.waits_for_me, not row.match.is_open))},
    )


@login_required
@require_safe
def match_detail(request: HttpRequest, match_id: int) -> HttpResponse:
    """Show one match to one of its two people; to anybody else it does not exist."""
    return _detail(request, _mine(request, match_id), decline=DeclineForm(), withdraw=WithdrawForm())


@login_required
@require_POST
def match_accept(request: HttpRequest, match_id: int) -> HttpResponse:
    match = _mine(request, match_id)
    try:
        match = actions.accept_match(match=match, by=request.user, now=timezone.now())
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        connected = match.state == MatchState.CONNECTED
        messages.success(
            request,
            _("You are connected: see below how to reach each other.")
            if connected
            else _("Thank you. As soon as the other person says yes too, we write to both of you."),
        )
    return redirect("matching:match-detail", match_id)


@login_required
@require_http_methods(["GET", "POST"])
def match_decline(request: HttpRequest, match_id: int) -> HttpResponse:
    return _say_no(request, match_id, DeclineForm, actions.decline_match, "decline")


@login_required
@require_http_methods(["GET", "POST"])
def match_withdraw(request: HttpRequest, match_id: int) -> HttpResponse:
    return _say_no(request, match_id, WithdrawForm, actions.withdraw_from_match, "withdraw")


@login_required
@require_POST
def match_complete(request: HttpRequest, match_id: int) -> HttpResponse:
    match = _mine(request, match_id)
    try:
        actions.complete_match(match=match, by=request.user, now=timezone.now())
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Good to hear that you have met. You are free for another match."))
    return redirect("matching:match-detail", match_id)


def _mine(request: HttpRequest, match_id: int) -> Match:
    return get_object_or_404(Match.objects.for_member(request.user), pk=match_id)


def _say_no(
    request: HttpRequest, match_id: int, form_class: type[ReasonForm], act: Callable[..., Match], name: str
) -> HttpResponse:
    match = _mine(request, match_id)
    if request.method == "GET":  # somebody's way back from signing in again: the form is on the match's page
        return redirect("matching:match-detail", match_id)
    form = form_class(request.POST)
    forms = {"decline": DeclineForm(), "withdraw": WithdrawForm(), name: form}
    if not form.is_valid():
        return _detail(request, match, **forms, status=422)
    try:
        act(match=match, by=request.user, now=timezone.now(), **form.cleaned_data)
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you for telling us. You are free for another match."))
    return redirect("matching:match-detail", match_id)


def _detail(
    request: HttpRequest, match: Match, *, decline: ReasonForm, withdraw: ReasonForm, status: int = 200
) -> HttpResponse:
    row = row_for(match, request.user)
    return render(
        request,
        "matching/match_detail.html",
        {
            "row": row,
            "match": match,
            "side": row.side.value,
            "is_live": Match.objects.live().filter(pk=match.pk).exists(),
            "i_accepted_at": match.accepted_at(row.side),
            "other_accepted_at": match.accepted_at(row.side.other),
            "why": reasons.for_person(match, row.side),
            "wish": match.why_the_learner_wishes_it() if row.side == Side.SHARER and match.is_open else "",
            "contact": contact_of(row.other) if _may_see_contact(match) else None,
            "me": reasons.name_of(match.person(row.side)),
            "can_block": blocking.can_be_blocked(row.other, by=request.user),
            "decline_form": decline,
            "withdraw_form": withdraw,
        },
        status=status,
    )


def _may_see_contact(match: Match) -> bool:
    """Whether the two may still reach each other: not once one has left, or blocks the other."""
    return match.shows_contact and Match.objects.unbroken().filter(pk=match.pk).exists()


def contact_of(person: Registration) -> dict[str, str]:
    """Return how a person wants to be reached, as they chose; only for the other side of a connected match."""
    if person.contact_way == ContactWay.EMAIL:
        address = (person.member.email if person.member else "") or ""
        return {"way": _("by email"), "address": address}
    if person.contact_way == ContactWay.TALK_PAGE:
        return {"way": _("on their talk page"), "text": person.contact_text}
    return {"way": _("in the way they told us"), "text": person.contact_text}
