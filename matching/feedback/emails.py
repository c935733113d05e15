"""The letters after an hour, after a long silence and at the end; none shows what the other said, but their thanks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from matching.domain.feedback import CLOSES_AFTER, ConcernKind, Verdict
from matching.domain.matches import ClosedWhy, MatchState, Side
from matching.domain.sessions import SessionState
from matching.models import Concern, Feedback, Match, Session
from matching.words import reasons
from registrations.models import Registration
from registrations.participation.next_round import next_round

_MISSED = {
    "missed_absent": Verdict.MISSED,
    "missed_waiting": Verdict.MISSED,
    "missed_each_other": Verdict.CROSSED,
}


def register() -> None:
    """Make the letters known to the ledger."""
    for side in Side:
        for letter in ("did_you_meet", *_MISSED):
            kinds.register(
                f"matching.{letter}_{side}",
                still_owed=_question_owed(side) if letter == "did_you_meet" else _missed_owed(letter),
                render=_about_session(letter, side),
                keeps=kinds.kept("learner__member", "sharer__member"),
            )
        for letter in ("completed", "quiet", "quiet_end"):
            kinds.register(
                f"matching.{letter}_{side}",
                still_owed=_match_owed(letter),
                render=_about_match(letter, side),
                keeps=kinds.kept("learner__member", "sharer__member"),
            )
    # The words of the thanks are for the two alone.
    both = kinds.kept("session__learner__member", "session__sharer__member", is_for_the_desk=False)
    kinds.register("matching.thanks", still_owed=thanks_owed, render=render_thanks, keeps=both)
    kinds.register("matching.concern", still_owed=concern_owed, render=render_concern, keeps=kinds.kept())


def _is_unbroken(match_id: int) -> bool:
    return Match.objects.unbroken().filter(pk=match_id).exists()


def _question_owed(side: Side) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if session.state != SessionState.CONFIRMED or session.ends_at is None or now < session.ends_at:
            return "the hour was moved or cancelled"
        if now >= session.ends_at + CLOSES_AFTER:
            return "the two weeks to say how it went are over"
        if Feedback.objects.filter(session=session, side=side).exists():
            return "this side has said it"
        return None if _is_unbroken(session.match_id) else "one side has left"

    return still_owed


def _missed_owed(letter: str) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if not Match.objects.connected().filter(pk=session.match_id).exists():
            return "the match is over"
        outcome = getattr(session, "outcome", None)
        return None if outcome is not None and outcome.verdict == _MISSED[letter] else "it was not like that"

    return still_owed


def _match_owed(letter: str) -> Callable[[Match, datetime], str | None]:
    owed_in = {"completed": MatchState.COMPLETED, "quiet": MatchState.CONNECTED, "quiet_end": MatchState.EXPIRED}[
        letter
    ]

    def still_owed(match: Match, now: datetime) -> str | None:
        if match.state != owed_in or (letter == "quiet_end" and match.closed_why != ClosedWhy.NO_HOUR):
            return f"the match is {match.state}"
        if letter == "quiet" and Session.objects.filter(match=match).open(now=now).exists():
            return "an hour is being agreed"
        return None if _is_unbroken(match.pk) else "one side has left"

    return still_owed


def thanks_owed(feedback: Feedback, now: datetime) -> str | None:
    if not feedback.thanks:
        return "the thanks were taken back"
    return None if _is_unbroken(feedback.session.match_id) else "one side has left"


def concern_owed(concern: Concern, now: datetime) -> str | None:
    return None if concern.closed_at is None else "somebody has looked after it"


def _about_session(letter: str, side: Side) -> Callable[[Session, str, str], Rendered]:
    def render(session: Session, language: str, zone: str) -> Rendered:
        page = ("matching:feedback-give", session.pk) if letter == "did_you_meet" else _page(session.match)
        more = {"session": session, "side": side.value, "link": absolute(*page)}
        return _render(letter, session.match, side, more, language=language, zone=zone)

    return render


def _about_match(letter: str, side: Side) -> Callable[[Match, str, str], Rendered]:
    def render(match: Match, language: str, zone: str) -> Rendered:
        had_hour = Session.objects.filter(match=match).over(now=timezone.now()).exists()
        more = {"side": side.value, "link": absolute(*_page(match)), "had_hour": had_hour}
        return _render(letter, match, side, more, language=language, zone=zone)

    return render


def render_thanks(feedback: Feedback, language: str, zone: str) -> Rendered:
    match = feedback.session.match
    more = {"thanks": feedback.thanks, "link": absolute(*_page(match))}
    return _render("thanks", match, Side(feedback.side).other, more, language=language, zone=zone)


def render_concern(concern: Concern, language: str, zone: str) -> Rendered:
    """Name nobody, because a letter is read in more places than the desk."""
    context = {
        "is_about_a_person": concern.kind == ConcernKind.ABSENT_TWICE,
        "link": absolute("admin:matching_concern_changelist"),
    }
    return render_letter("matching/emails/concern", context, language=language, zone=zone)


def _page(match: Match) -> tuple[str, int]:
    return "matching:match-detail", match.pk


def _render(letter: str, match: Match, side: Side, more: dict[str, Any], *, language: str, zone: str) -> Rendered:
    me: Registration = match.person(side)
    with speaking(language):
        context = {
            "name": me.shown_name,
            "other": reasons.name_of(match.person(side.other)),
            "skill": match.skill.name_in(language),
            "next_round": next_round(me, on=timezone.now().date()),
            **more,
        }
    return render_letter(f"matching/emails/{letter}", context, language=language, zone=zone)
