"""The letters about sessions: when each is still owed, and how it reads. None of them holds the link to the call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.models import Act
from mailings import kinds
from mailings.domain.letters import Priority
from mailings.models import Letter
from mailings.rendering import Rendered, render_letter
from matching.domain.matches import Side
from matching.domain.sessions import REMINDERS, SessionState, WhyCancelled
from matching.models import Match, Session
from matching.sessions import calendars
from matching.sessions.changing import gathering_of
from matching.words import reasons
from registrations.models import Registration

S = SessionState
_WHILE = {
    "proposed": {S.PROPOSED, S.CONFIRMED},
    "agreed": {S.CONFIRMED},
    "moved": {S.CONFIRMED},
    "kept": {S.CONFIRMED},
    **{letter: {S.CONFIRMED} for letter in REMINDERS.letters},
    "cancelled": {S.CANCELLED},
    "dropped": {S.CANCELLED},
    "lapsed": {S.CANCELLED},
}
_WITH_CALENDAR = {"agreed", "moved", "cancelled"}
_WITH_A_WORD = {"cancelled", "dropped"}
_AFTER_THE_END = {"cancelled"}  # an hour is taken out of a calendar even when the match is over


def register() -> None:
    """Make the letters about sessions known to the ledger."""
    for letter in _WHILE:
        for side in Side:
            kinds.register(
                f"matching.session_{letter}_{side}",
                still_owed=_still_owed(letter, side),
                render=_render(letter, side),
                facts=_facts_of(letter, side),
                priority=Priority.SOON if letter in REMINDERS.letters else Priority.ORDINARY,
                # The word to the other person that comes with what is taken back is for the two alone.
                keeps=kinds.kept("learner__member", "sharer__member", is_for_the_desk=letter not in _WITH_A_WORD),
            )


def _still_owed(letter: str, side: Side) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if session.state not in _WHILE[letter]:
            return f"the session is {session.state}"
        if letter not in _AFTER_THE_END and not Match.objects.live().filter(pk=session.match_id).exists():
            return "the match is over"
        return _out_of_date(session, letter, side, now)

    return still_owed


def _facts_of(letter: str, side: Side) -> Callable[[Session], str] | None:
    """Return a function that says, as a text to compare, what a letter that gathers tells; None for the others.

    A letter that would tell the same as the last one is not sent. It tells the hour, or the times that wait for the
    reader's answer. What the reader did meanwhile is part of the text, so that after it they are told again.
    """
    if letter in ("agreed", "moved", "cancelled"):
        return lambda session: f"{session.state} {session.starts_at} {session.ends_at}"
    if letter in ("proposed", "dropped", "kept", "lapsed"):
        return lambda session: f"{_times_asked(session.match, side)} {_last_act(session.match, session.person(side))}"
    return None


def _times_asked(match: Match, side: Side) -> str:
    """Return the times that wait for one side's answer, as a text to compare; "" where none do."""
    session = match.sessions.filter(waiting_for=side).prefetch_related("times").order_by("-pk").first()
    if session is None:
        return ""
    return " ".join([session.state, str(session.minutes), *(str(time.starts_at) for time in session.times.all())])


def _last_act(match: Match, reader: Registration) -> int:
    """Return the key of the last thing the reader did about a session of this match; 0 for nothing."""
    acts = Act.objects.filter(actor=reader.member_id, object_type=Session._meta.label_lower)
    return acts.filter(object_id__in=match.sessions.values("pk")).aggregate(last=Max("pk"))["last"] or 0


def _never_heard_of(session: Session, letter: str, side: Side) -> str | None:
    """Return why a letter that takes something back is not owed, or None.

    It is not owed to somebody who never got the letter it would take back.
    """
    me, taken_back = session.person(side).member_id, ("agreed", "moved") if letter == "cancelled" else ("proposed",)
    kinds_of = [f"matching.session_{name}_{side}" for name in taken_back]
    earlier = Letter.objects.filter(about_type=Session._meta.label_lower, about_id=session.pk, kind__in=kinds_of)
    if not earlier.exists() or earlier.perhaps_read().exists():
        return None
    if letter == "cancelled":
        return "they cancelled it before they were told of it" if session.cancelled_by_id == me else None
    was_told = Letter.objects.gathered(gathering_of(session, side, letter)).perhaps_read().exists()
    has_acted = Act.objects.filter(actor=me, object_type=Session._meta.label_lower, object_id=session.pk).exists()
    return None if was_told or has_acted else "they were not told of it"


def _out_of_date(session: Session, letter: str, side: Side, now: datetime) -> str | None:
    """Return why the letter does not say what is true any more, or None."""
    if letter in ("cancelled", "dropped") and (reason := _never_heard_of(session, letter, side)):
        return reason
    if letter == "proposed":
        if session.waiting_for != side:
            return "it has been answered"
        return None if session.times.filter(starts_at__gt=now).exists() else "every proposed time has passed"
    if letter == "agreed" and session.sequence:
        return "it has been moved since"
    if session.starts_at is None:
        return None
    if letter == "cancelled":
        return "the hour is past" if session.starts_at <= now else None
    if session.starts_at <= now:
        return "it has begun"
    return REMINDERS.why_void(letter, starts_at=session.starts_at, now=now) if letter in REMINDERS.letters else None


def _render(letter: str, side: Side) -> Callable[[Session, str, str], Rendered]:
    def render(session: Session, language: str, zone: str) -> Rendered:
        me, other = session.person(side), session.person(side.other)
        with speaking(language):
            context = {
                "session": session,
                "name": me.shown_name,
                "other": reasons.name_of(other),
                "other_zone": other.member.zone if other.member else zone,
                "skill": session.match.skill.name_in(language),
                "times": list(session.times.all()),
                "note": session.cancelled_note,
                "is_mine": session.cancelled_by_id is not None and session.cancelled_by_id == me.member_id,
                "was_chosen": session.cancelled_why not in ("", WhyCancelled.MATCH_OVER, WhyCancelled.PAUSED),
                "is_moving": session.state == S.CONFIRMED,
                "link": absolute("matching:match-detail", session.match_id),
            }
            rendered = render_letter(f"matching/emails/session_{letter}", context, language=language, zone=zone)
            if letter not in _WITH_CALENDAR:
                return rendered
            part = calendars.invitation(session, side, language=language, now=timezone.now())
            return replace(rendered, calendar=part)

    return render
