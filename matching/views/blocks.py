"""Choosing whom one does not want to be matched with again, among those one was matched with."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from letsconnect.base.paging import page_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from matching.domain.matches import Side
from matching.models import Match
from matching.models.matches import MatchQuerySet
from matching.views.match_page import MatchRow, row_for
from registrations.models import Block, Member
from registrations.participation import blocking
from registrations.requests import MemberRequest
from registrations.skills.names import names_of


@login_required
@require_safe
def person_list(request: MemberRequest) -> HttpResponse:
    """Show each person the member was matched with and does not block yet, once, with their newest match."""
    page = page_of(_newest_of_each(request.user), request)
    matches = _LINES.rows({"member": request.user, "keys": list(page)})
    rows = [row_for(match, request.user) for match in matches]
    skills = names_of({match.heir for match in matches})
    lines = [_line_of(row, skill=skills[row.match.heir]) for row in rows]
    context = {"rows": rows, "lines": lines, "page": page}
    return render(request, "matching/person_list.html", context)


def _line_of(row: MatchRow, *, skill: str) -> Piece:
    """Return the line of a person, with the link to where they can be blocked, for ``matching/_person_line.html``."""
    link = link_to("matching:person-block", row.match.pk)
    return Piece(shape={}, texts={"link": link, "name": row.name, "skill": skill})


def _lines(member: Member, keys: list[int]) -> MatchQuerySet:
    return Match.objects.for_member(member).for_lines().filter(pk__in=any_of(keys))


_LINES = Statement(_lines)


def _newest_of_each(member: Member) -> list[int]:
    """Return the key of the newest match with each person whom the member can block: not blocked yet, not erased."""
    left_out = {None, member.pk, *_BLOCKED.rows({"member": member})}
    newest: dict[int, int] = {}
    for match in _PEOPLE.rows({"member": member}):
        for side in Side:
            person, erased_at = match[f"{side}__member"], match[f"{side}__member__erased_at"]
            if erased_at is None and person not in left_out:
                newest.setdefault(person, match["pk"])
    return list(newest.values())


def _people(member: Member) -> QuerySet[Match, Any]:
    """The accounts of the two people of each match of a member, the newest match first."""
    columns = [f"{side}__{column}" for side in Side for column in ("member", "member__erased_at")]
    return Match.objects.for_member(member).select_related(None).prefetch_related(None).values("pk", *columns)


_PEOPLE = Statement(_people)
_BLOCKED = Statement(lambda member: Block.objects.filter(member=member).values_list("blocked", flat=True))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_block(request: MemberRequest, match_id: int) -> HttpResponse:
    """Explain what a block does; the button blocks the other person of this match."""
    match = get_object_or_404(Match.objects.for_member(request.user), pk=match_id)
    row = row_for(match, request.user)
    blocked = row.other.member
    if blocked is None or not blocking.can_be_blocked(row.other, by=request.user):
        return redirect("matching:match-detail", match_id)
    if request.method == "POST":
        blocking.block_person(member=request.user, blocked=blocked, by=request.user, now=timezone.now())
        messages.success(request, _("You are not matched with this person any more, and they are not told."))
        return redirect("registrations:my-data")
    with_them = Q(learner=row.other) | Q(sharer=row.other)
    live = Match.objects.for_member(request.user).live().filter(with_them)
    return render(request, "matching/person_block.html", {"match": match, "name": row.name, "live": live})
