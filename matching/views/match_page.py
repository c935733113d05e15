"""The page of one match, which several views show: who, what, why, the hours agreed, and how to reach the other."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base.avatars import avatar
from letsconnect.base.labels import label_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.templatetags.when import when
from matching.domain.matches import MatchState, Side
from matching.domain.sessions import DAY
from matching.feedback import context
from matching.matches.answering import have_met
from matching.matches.forms import DeclineForm, WithdrawFromMatchForm
from matching.models import Match
from matching.sessions import context as session_page
from matching.sessions import hours
from matching.words import reasons
from registrations.domain.registrations import ContactWay
from registrations.models import Member, Registration
from registrations.participation import blocking, next_round
from registrations.requests import MemberRequest


@dataclass(frozen=True)
class MatchRow:
    """One match as its reader sees it."""

    match: Match
    side: Side
    other: Registration
    name: str
    waits_for_me: bool


def row_for(match: Match, member: Member) -> MatchRow:
    """Return ``match`` as ``member``, one of its two people, sees it."""
    side = Side.LEARNER if match.learner.member_id == member.pk else Side.SHARER
    return MatchRow(
        match=match,
        side=side,
        other=match.person(side.other),
        name=reasons.name_of(match.person(side.other)),
        waits_for_me=match.waits_for(side),
    )


def line_of(match: Match, member: Member, *, skill: str) -> Piece:
    """Return the line of ``match``, about ``skill``, in the list of ``member``, for ``matching/_match_line.html``."""
    row = row_for(match, member)
    return Piece(
        shape={
            "side": row.side.value,
            "state": match.state,
            "is_open": match.is_open,
            "state_label": label_of(match, "state"),
            "waits_for_me": row.waits_for_me,
        },
        texts={
            "link": link_to("matching:match-detail", match.pk),
            "skill": skill,
            "name": row.name,
            "avatar": avatar(row.name),
            "moment": when(match.answer_by),
        },
    )


def show(request: MemberRequest, match: Match, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show one match to one of its two people; ``forms`` are those they have filled in, by their names on the page."""
    row = row_for(match, request.user)
    now, zone = timezone.now(), request.user.zone
    is_asked, is_connected = match.state == MatchState.ASKED, match.state == MatchState.CONNECTED
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
            **next_round.for_template(match.person(row.side), on=now.date()),
            "have_met": is_connected and have_met(match, now=now),
            "i_said_done": match.done_said_by == row.side,
            "other_said_done": match.done_said_by == row.side.other,
            "decline_form": DeclineForm(),
            "withdraw_form": WithdrawFromMatchForm(),
            "my_zone": zone,
            "days_left": (match.answer_by - now) // DAY if is_asked and match.answer_by else 0,
            "usual_week": hours.usual_week(match, zone=zone, now=now) if is_asked else [],
            **session_page.context(match, request.user, now),
            **context.context(match, request.user, now),
            **forms,
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
