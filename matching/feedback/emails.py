"""The letters after an hour, after a long silence and at the end; none shows what the other said, but their thanks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.read_ahead import RowQuestion
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from matching.domain.feedback import CLOSES_AFTER, ConcernKind, Verdict
from matching.domain.matches import ClosedWhy, MatchState, Side
from matching.domain.sessions import SessionState
from matching.models import Concern, Feedback, Match, Session
from matching.words import reasons
from matching.words.letter_rows import (
    IS_CONNECTED,
    IS_UNBROKEN,
    OF_A_MATCH,
    both_people,
    people_of_match,
    people_of_session,
    read_matches,
    read_names_of_skills,
)
from registrations.models import Registration
from registrations.participation.next_round import next_round, read_who_takes_part
from registrations.review.undoable import until_it_stands

_MISSED = {
    "missed_absent": Verdict.MISSED,
    "missed_waiting": Verdict.MISSED,
    "missed_each_other": Verdict.CROSSED,
}


def register() -> None:
    """Make the letters known to the ledger."""
    for side in Side:
        kinds.register(
            f"matching.met_elsewhere_{side}",
            still_owed=until_it_stands(_meeting_owed(side), people_of_session),
            render=_about_session("met_elsewhere", side),
            reads=_read_hours,
            keeps=kinds.kept("learner__member", "sharer__member"),
        )
        for letter in ("did_you_meet", *_MISSED):
            kinds.register(
                f"matching.{letter}_{side}",
                still_owed=until_it_stands(
                    _question_owed(side) if letter == "did_you_meet" else _missed_owed(letter), people_of_session
                ),
                render=_about_session(letter, side),
                reads=_read_hours,
                keeps=kinds.kept("learner__member", "sharer__member"),
            )
        for letter in ("completed", "quiet", "quiet_end"):
            kinds.register(
                f"matching.{letter}_{side}",
                still_owed=until_it_stands(_match_owed(letter), people_of_match),
                render=_about_match(letter, side),
                reads=_read_matches,
                keeps=kinds.kept("learner__member", "sharer__member"),
            )
    # The words of the thanks are for the two alone.
    both = kinds.kept("session__learner__member", "session__sharer__member", is_for_the_desk=False)
    kinds.register("matching.thanks", still_owed=thanks_owed, render=render_thanks, reads=_read_feedback, keeps=both)
    kinds.register("matching.concern", still_owed=concern_owed, render=render_concern, keeps=kinds.kept())


_HOURS = Statement(
    lambda keys: Session.objects.filter(pk__in=any_of(keys)).select_related(
        "outcome", *(f"match__{way}" for way in OF_A_MATCH)
    )
)
_FEEDBACK = Statement(
    lambda keys: Feedback.objects.filter(pk__in=any_of(keys)).select_related(
        *(f"session__match__{way}" for way in OF_A_MATCH)
    )
)
_HAS_SAID = RowQuestion(
    lambda side: Session.objects.filter(Exists(Feedback.objects.filter(session=OuterRef("pk"), side=side)))
)


def _read_matches(keys: list[int], now: datetime) -> list[Match]:
    matches = read_matches(keys)
    _read_more(matches, now=now)
    return matches


def _read_hours(keys: list[int], now: datetime) -> list[Session]:
    sessions = _HOURS.rows({"keys": keys})
    matches = [session.match for session in sessions]
    read_names_of_skills(matches)
    IS_CONNECTED.read_ahead(matches)
    _read_more(matches, now=now)
    for side in Side:
        _HAS_SAID.read_ahead(sessions, side=side.value)
    return sessions


def _read_feedback(keys: list[int], now: datetime) -> list[Feedback]:
    rows = _FEEDBACK.rows({"keys": keys})
    matches = [feedback.session.match for feedback in rows]
    read_names_of_skills(matches)
    _read_more(matches, now=now)
    return rows


def _read_more(matches: list[Match], *, now: datetime) -> None:
    IS_UNBROKEN.read_ahead(matches)
    read_who_takes_part(both_people(matches), on=now.date())


def _question_owed(side: Side) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if session.state != SessionState.CONFIRMED or session.ends_at is None or now < session.ends_at:
            return "the hour was moved or cancelled"
        if now >= session.ends_at + CLOSES_AFTER:
            return "the two weeks to say how it went are over"
        if _HAS_SAID.is_so(session, side=side.value):
            return "this side has said it"
        return None if IS_UNBROKEN.is_so(session.match) else "one side has left"

    return still_owed


def _meeting_owed(side: Side) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if session.state != SessionState.ELSEWHERE or session.over_since is None:
            return "nobody tells of it any more"
        if now >= session.over_since + CLOSES_AFTER:
            return "the two weeks to say how it went are over"
        outcome = getattr(session, "outcome", None)
        if outcome is not None and outcome.verdict == Verdict.NOT_SO:
            return "it was not like that"
        if _HAS_SAID.is_so(session, side=side.value):
            return "this side has said it"
        return None if IS_UNBROKEN.is_so(session.match) else "one side has left"

    return still_owed


def _missed_owed(letter: str) -> Callable[[Session, datetime], str | None]:
    def still_owed(session: Session, now: datetime) -> str | None:
        if not IS_CONNECTED.is_so(session.match):
            return "the match is over"
        outcome = getattr(session, "outcome", None)
        return None if outcome is not None and outcome.verdict == _MISSED[letter] else "it was not like that"

    return still_owed


_OPEN = Statement(lambda match, now: Session.objects.filter(match=match).open(now=now).values_list("pk")[:1])
_OVER = Statement(lambda match, now: Session.objects.filter(match=match).over(now=now).values_list("pk")[:1])


def _match_owed(letter: str) -> Callable[[Match, datetime], str | None]:
    owed_in = {"completed": MatchState.COMPLETED, "quiet": MatchState.CONNECTED, "quiet_end": MatchState.EXPIRED}[
        letter
    ]

    def still_owed(match: Match, now: datetime) -> str | None:
        if match.state != owed_in or (letter == "quiet_end" and match.closed_why != ClosedWhy.NO_HOUR):
            return f"the match is {match.state}"
        if letter == "quiet" and _OPEN.rows({"match": match, "now": now}):
            return "an hour is being agreed"
        return None if IS_UNBROKEN.is_so(match) else "one side has left"

    return still_owed


def thanks_owed(feedback: Feedback, now: datetime) -> str | None:
    if not feedback.thanks:
        return "the thanks were taken back"
    return None if IS_UNBROKEN.is_so(feedback.session.match) else "one side has left"


def concern_owed(concern: Concern, now: datetime) -> str | None:
    return None if concern.closed_at is None else "somebody has looked after it"


def _about_session(letter: str, side: Side) -> Callable[[Session, str, str], Rendered]:
    def render(session: Session, language: str, zone: str) -> Rendered:
        page = (
            ("matching:feedback-give", session.pk)
            if letter in ("did_you_meet", "met_elsewhere")
            else _page(session.match)
        )
        more = {"session": session, "side": side.value, "link": absolute(*page)}
        return _render(letter, session.match, side, more, language=language, zone=zone)

    return render


def _about_match(letter: str, side: Side) -> Callable[[Match, str, str], Rendered]:
    def render(match: Match, language: str, zone: str) -> Rendered:
        had_hour = bool(_OVER.rows({"match": match, "now": timezone.now()}))
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
