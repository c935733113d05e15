"""The letters about sessions: when each is still owed, and how it reads. None of them holds the link to the call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.models import Act
from letsconnect.base.querysets import any_of, in_one_row
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.domain.letters import PERHAPS_READ, Priority
from mailings.models import Letter
from mailings.rendering import Rendered, render_letter
from matching.domain.matches import Side
from matching.domain.sessions import REMINDERS, SessionState, WhyCancelled
from matching.models import Match, Session
from matching.sessions import calendars
from matching.sessions.changing import gathering_of
from matching.words import reasons
from matching.words.letter_rows import IS_LIVE, people_of_session, read_names_of_skills
from registrations.models import Registration
from registrations.review.undoable import until_it_stands

S = SessionState
_WHILE = {
    "proposed": {S.PROPOSED, S.CONFIRMED},
    "agreed": {S.CONFIRMED},
    "moved": {S.CONFIRMED},
    "kept": {S.CONFIRMED},
    "link": {S.CONFIRMED},
    "unlinked": {S.CONFIRMED},
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
                still_owed=until_it_stands(_still_owed(letter, side), people_of_session),
                render=_render(letter, side),
                facts=_facts_of(letter, side),
                reads=_read,
                priority=Priority.SOON if letter in (*REMINDERS.letters, "link", "unlinked") else Priority.ORDINARY,
                # The word to the other person that comes with what is taken back is for the two alone.
                keeps=kinds.kept("learner__member", "sharer__member", is_for_the_desk=letter not in _WITH_A_WORD),
            )


_ROWS = Statement(
    lambda keys: (
        Session.objects.filter(pk__in=any_of(keys))
        .select_related("match__skill__merged_into", "learner__member", "sharer__member")
        .prefetch_related("times")
    )
)


def _read(keys: list[int], _now: datetime) -> list[Session]:
    sessions = _ROWS.rows({"keys": keys})
    matches = [session.match for session in sessions]
    read_names_of_skills(matches)
    IS_LIVE.read_ahead(matches)
    return sessions


def _still_owed(letter: str, side: Side) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if session.state not in _WHILE[letter]:
            return f"the session is {session.state}"
        if letter not in _AFTER_THE_END and not IS_LIVE.is_so(session.match):
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


_ASKED = Statement(
    lambda match, side: (
        Session.objects.filter(match=match, waiting_for=side).prefetch_related("times").order_by("-pk")[:1]
    )
)
_LAST_ACT = Statement(
    lambda member, match: in_one_row(
        Act.objects.filter(
            actor=member,
            object_type=Session._meta.label_lower,
            object_id__in=Session.objects.filter(match=match).values("pk"),
        ),
        last=Max("pk"),
    )
)


def _times_asked(match: Match, side: Side) -> str:
    """Return the times that wait for one side's answer, as a text to compare; "" where none do."""
    session = next(iter(_ASKED.rows({"match": match, "side": side.value})), None)
    if session is None:
        return ""
    return " ".join([session.state, str(session.minutes), *(str(time.starts_at) for time in session.times.all())])


def _last_act(match: Match, reader: Registration) -> int:
    """Return the key of the last thing the reader did about a session of this match; 0 for nothing."""
    rows = _LAST_ACT.rows({"member": reader.member_id, "match": match})
    return max((last for (last,) in rows), default=0)


_EARLIER = Statement(
    lambda about, kinds_of: Letter.objects.filter(
        about_type=Session._meta.label_lower, about_id=about, kind__in=kinds_of
    ).values_list("state")
)
_TOLD = Statement(lambda gathering: Letter.objects.gathered(gathering).perhaps_read().values_list("pk")[:1])
_ACTED = Statement(
    lambda member, session: Act.objects.filter(
        actor=member, object_type=Session._meta.label_lower, object_id=session
    ).values_list("pk")[:1]
)


def _never_heard_of(session: Session, letter: str, side: Side) -> str | None:
    """Return why a letter that takes something back is not owed, or None.

    It is not owed to somebody who never got the letter it would take back.
    """
    me, taken_back = session.person(side).member_id, ("agreed", "moved") if letter == "cancelled" else ("proposed",)
    kinds_of = tuple(f"matching.session_{name}_{side}" for name in taken_back)
    earlier = {state for (state,) in _EARLIER.rows({"about": session.pk}, kinds_of=kinds_of)}
    if not earlier or earlier & PERHAPS_READ:
        return None
    if letter == "cancelled":
        return "they cancelled it before they were told of it" if session.cancelled_by_id == me else None
    was_told = _TOLD.rows({"gathering": gathering_of(session, side, letter)})
    has_acted = _ACTED.rows({"member": me, "session": session.pk})
    return None if was_told or has_acted else "they were not told of it"


def _out_of_date(session: Session, letter: str, side: Side, now: datetime) -> str | None:
    """Return why the letter does not say what is true any more, or None."""
    if letter in ("cancelled", "dropped") and (reason := _never_heard_of(session, letter, side)):
        return reason
    if letter == "proposed":
        if session.waiting_for != side:
            return "it has been answered"
        is_to_come = any(time.starts_at > now for time in session.times.all())
        return None if is_to_come else "every proposed time has passed"
    if letter in ("link", "unlinked"):
        return _link_out_of_date(session, letter, now)
    if letter == "agreed" and session.sequence:
        return "it has been moved since"
    if session.starts_at is None:
        return None
    if letter == "cancelled":
        return "the hour is past" if session.starts_at <= now else None
    if session.starts_at <= now:
        return "it has begun"
    return REMINDERS.why_void(letter, starts_at=session.starts_at, now=now) if letter in REMINDERS.letters else None


def _link_out_of_date(session: Session, letter: str, now: datetime) -> str | None:
    """Return why nobody needs to be told any more where the two talk, or None. It helps until the hour is over."""
    if bool(session.call_link) != (letter == "link"):
        return "there is a link again" if session.call_link else "the link was taken away again"
    return "the hour is past" if session.ends_at is None or session.ends_at <= now else None


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
