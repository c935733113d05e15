"""What may wait for somebody, and which of it comes first: decided here alone, without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from registrations.domain.registrations import RegistrationState


class ThingKind(StrEnum):
    """What can wait for a person, in the order in which it is done."""

    JOIN_SESSION = "join_session"  # the hour has come
    JOIN_CLINIC = "join_clinic"
    AGREE = "agree"  # without it nothing else goes on
    CLAIM_SEAT = "claim_seat"  # others wait for it
    ANSWER_MATCH = "answer_match"
    CHOOSE_HOUR = "choose_hour"
    ANSWER_CLINIC = "answer_clinic"
    READ_REPORTS = "read_reports"
    OPEN_TODAY = "open_today"  # at the desk; as many lines as wait there
    CHANGE_REGISTRATION = "change_registration"
    CONTINUE_REGISTRATION = "continue_registration"
    PROPOSE_HOUR = "propose_hour"
    ADD_LINK = "add_link"
    TELL_SESSION = "tell_session"
    AGREE_SOON = "agree_soon"
    REGISTER = "register"
    GET_INTO_ROUNDS = "get_into_rounds"  # an answer of theirs keeps them out


_RANK = {kind: rank for rank, kind in enumerate(ThingKind)}
_AT_ONCE = (ThingKind.JOIN_SESSION, ThingKind.JOIN_CLINIC)
PRESSING = timedelta(days=1)
MOST_OF_A_KIND, MOST = 2, 8  # that a page names beside the first
JOINED_FROM = timedelta(minutes=15)  # before the start of an hour of two people
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    """One thing that waits: ``due`` is when it is too late, ``key`` of which row it is, ``count`` how many they are."""

    kind: ThingKind
    due: datetime | None = None
    key: int = 0
    count: int = 0


def in_order(things: Iterable[Thing], *, now: datetime) -> list[Thing]:
    """Return them as they are to be done: what begins now, what will be too late within a day, then by kind.

    Of one kind, what is due sooner comes first; what was too late already waits for nobody.
    """
    waiting = (thing for thing in things if thing.due is None or thing.due > now)
    return sorted(waiting, key=lambda thing: _place(thing, now=now))


def worth_naming(things: Iterable[Thing]) -> list[Thing]:
    """Return those of them, in their order, that a page names: many of one kind do not push out the others."""
    named: list[Thing] = []
    for thing in things:
        if sum(other.kind == thing.kind for other in named) < MOST_OF_A_KIND:
            named.append(thing)
    return named[:MOST]


def kept_while_resting(things: Iterable[Thing]) -> list[Thing]:
    """Return what somebody who is paused is told all the same: what they asked for, and lose if nobody tells them, and
    what others wait for at the desk."""
    return [thing for thing in things if thing.kind in (ThingKind.CLAIM_SEAT, ThingKind.OPEN_TODAY)]


def _place(thing: Thing, *, now: datetime) -> tuple[bool, bool, int, datetime, int]:
    is_pressing = thing.due is not None and thing.due - now <= PRESSING
    return thing.kind not in _AT_ONCE, not is_pressing, _RANK[thing.kind], thing.due or _NEVER, thing.key


_OF_REGISTRATION = {
    None: ThingKind.REGISTER,
    RegistrationState.DRAFT: ThingKind.CONTINUE_REGISTRATION,
    RegistrationState.NEEDS_CHANGES: ThingKind.CHANGE_REGISTRATION,
}


def of_registration(state: str | None) -> list[Thing]:
    """Return what a registration in this state asks for; None stands for no registration at all."""
    kind = _OF_REGISTRATION.get(RegistrationState(state) if state else None)
    return [Thing(kind)] if kind else []
