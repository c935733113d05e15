"""The page of one match, which several views show: who, what, why, the hours agreed, and how to reach the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from letsconnect.base.avatars import avatar
from letsconnect.base.labels import label_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.templatetags.when import when
from matching.domain.matches import MatchState, Side
from matching.domain.sessions import DAY
from matching.feedback import context
from matching.matches.answering import hours_met
from matching.matches.context import asked_about, other_person
from matching.models import Match
from matching.models.feedback import SessionLine
from matching.sessions import context as session_page
from matching.sessions import hours
from matching.words import reasons
from registrations.domain.registrations import ContactWay
from registrations.models import Member, Registration
from registrations.participation import blocking, next_round
from registrations.requests import MemberRequest
from registrations.skills.names import names_asked, take_names


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


class NextStep(NamedTuple):
    """What is to do next about the hours of a match; ``is_mine``: it is the reader who has to do it."""

    name: str
    is_mine: bool
    moment: datetime | None = None
    session: int = 0  # of which the reader can say how it went


def step_of(session: SessionLine, member: Member, *, now: datetime) -> NextStep | None:
    """Return what is to do next about a session, as the list of matches says it."""
    side = Side.LEARNER if session.learner.member_id == member.pk else Side.SHARER
    if session.is_to_tell:
        return NextStep("tell", True, session.starts_at, session.key)
    if not session.is_of_live_match:
        return None
    if session.waiting_for == side:
        return NextStep("choose", True)
    if session.ends_at is not None and session.ends_at > now:
        return NextStep("meet", False, session.starts_at)
    return NextStep("chosen_by_other", False) if session.waiting_for else None


def line_of(match: Match, member: Member, *, skill: str, step: NextStep | None) -> Piece:
    """Return the line of ``match``, about ``skill``, in the list of ``member``, for ``matching/_match_line.html``."""
    row = row_for(match, member)
    if match.state == MatchState.ASKED:
        step = NextStep("answer" if row.waits_for_me else "wait", row.waits_for_me, match.answer_by)
    elif step is None and match.state == MatchState.CONNECTED:
        step = NextStep("propose", True)
    link, moment = link_to("matching:match-detail", match.pk), step.moment if step else None
    is_to_answer = step is not None and step.name == "answer"
    return Piece(
        shape={
            "side": row.side.value,
            "state": match.state,
            "is_open": match.is_open,
            "state_label": label_of(match, "state"),
            "step": step.name if step else "",
        },
        texts={
            "link": link,
            "skill": skill,
            "name": row.name,
            "avatar": avatar(row.name),
            "moment": date_format(timezone.localtime(moment)) if moment and is_to_answer else when(moment),
            "do": link_to("matching:feedback-give", step.session) if step and step.session else link,
        },
    )


def show(request: MemberRequest, match: Match, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show one match to one of its two people; ``forms`` are those they have filled in, by their names on the page.

    The names of its skill are read with the rest.
    """
    row = row_for(match, request.user)
    now, zone = timezone.now(), request.user.zone
    is_asked, is_connected = match.state == MatchState.ASKED, match.state == MatchState.CONNECTED
    batch = QueryBatch()
    unbroken = batch.add(Match.objects.unbroken().filter(pk=match.pk).values_list("pk", flat=True))
    about = asked_about(match, row.side, batch)
    over = batch.add(context.asked_of_hours(match, now=now))
    open_ = batch.add(session_page.asked_of_open(match, now=now)) if is_connected else ()
    met = batch.add(hours_met(match, now=now)) if is_connected else ()
    blocks = batch.add(blocking.blocks_of(row.other, by=request.user))
    windows = batch.add(hours.asked_of_windows(match)) if is_asked else ()
    names = batch.add(names_asked(match.skills_named))
    batch.run()
    take_names(match.skills_named, names)
    is_unbroken = bool(unbroken)  # neither has left, nor blocks the other
    is_live = is_unbroken and match.is_open
    shows_contact = is_unbroken and match.shows_contact
    return render(
        request,
        "matching/match_detail.html",
        {
            "row": row,
            "match": match,
            "side": row.side.value,
            "is_live": is_live,
            "is_unbroken": is_unbroken,
            "other": other_person(match, row.side, about, is_live=is_live or shows_contact),
            "i_accepted_at": match.accepted_at(row.side),
            "other_accepted_at": match.accepted_at(row.side.other),
            "best": reasons.best_for_person(match, row.side),
            "why": reasons.for_person(match, row.side),
            "contact": contact_of(row.other) if shows_contact else None,
            "me": reasons.name_of(match.person(row.side)),
            "can_block": blocking.could_be_blocked(row.other, blocks),
            **next_round.for_template(match.person(row.side), on=now.date()),
            "have_met": bool(met),
            "i_said_done": match.done_said_by == row.side,
            "other_said_done": match.done_said_by == row.side.other,
            "my_zone": zone,
            "days_left": (match.answer_by - now) // DAY if is_asked and match.answer_by else 0,
            "usual_week": hours.usual_week(match, windows, zone=zone, now=now) if is_asked else [],
            **session_page.context(match, request.user, now, asked=open_),
            **context.context(match, request.user, now, asked=over),
            **forms,
        },
        status=status,
    )


def contact_of(person: Registration) -> dict[str, str]:
    """Return how a person wants to be reached, as they chose; only for the other side of a connected match."""
    if person.contact_way == ContactWay.EMAIL:
        address = (person.member.email if person.member else "") or ""
        return {"way": _("by email"), "address": address}
    if person.contact_way == ContactWay.TALK_PAGE:
        return {"way": _("on their talk page"), "text": person.contact_text}
    return {"way": _("in the way they told us"), "text": person.contact_text}
