"""What the page of a match shows of the hours its two people agree on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matching.domain.matches import MatchState
from matching.models import Match, Session, SessionQuerySet
from matching.sessions.agreeing import link_seen_as, seen_as
from matching.sessions.forms import CallLinkForm, CancelSessionForm
from matching.sessions.hours import value_of
from matching.sessions.rooms import host_of_rooms
from matching.words import reasons
from registrations.models import Member


@dataclass(frozen=True)
class Proposed:
    """One proposed time that is still ahead, and its value in a form."""

    pk: int
    starts_at: datetime
    value: str


def asked_of_open(match: Match, *, now: datetime) -> SessionQuerySet:
    """Return what the page of a match asks of the session that is being agreed or to come."""
    return match.sessions.open(now=now).saying_who_chose().order_by("-made_at", "-pk").prefetch_related("times")


def context(match: Match, member: Member, now: datetime, *, asked: Iterable[Session]) -> dict[str, Any]:
    """Return what the page of a match shows of its sessions; ``asked`` is what came of `asked_of_open`."""
    side = match.side_of(member)
    if match.state != MatchState.CONNECTED or side is None:
        return {}
    session = next(iter(asked), None)
    seen = seen_as(session)
    return {
        "session": session,
        "seen": seen,
        "waits_for_me": session is not None and session.waiting_for == side,
        "has_begun": session is not None and session.starts_at is not None and session.starts_at <= now,
        "times": [
            Proposed(time.pk, time.starts_at, value_of(time.starts_at))
            for time in (session.times.all() if session else ())
            if time.starts_at > now
        ],
        "my_zone": member.zone,
        "other_zone": zone_of_other(match, member),
        "link_form": CallLinkForm(initial={"link": session.call_link if session else ""}),
        "link_seen": link_seen_as(session),
        "is_my_turn_to_link": session is not None and _proposed_the_hour(session, member),
        "room_host": host_of_rooms(),
        "cancel_form": CancelSessionForm(initial={"seen": seen}),
    }


def _proposed_the_hour(session: Session, member: Member) -> bool:
    """Tell who says where: the one of the two who proposed the hour that stands, which the other chose.

    Somebody has to begin; the other can as well.
    """
    if session.chosen_by is None:
        return session.made_by_id == member.pk
    return session.chosen_by != member.pk


def name_of_other(match: Match, member: Member) -> str:
    """Return what the other person of a match is called."""
    side = match.side_of(member)
    return reasons.name_of(match.person(side.other)) if side else ""


def zone_of_other(match: Match, member: Member) -> str:
    """Return the zone in which the other person reads hours."""
    side = match.side_of(member)
    other = match.person(side.other).member if side else None
    return other.zone if other else "UTC"
