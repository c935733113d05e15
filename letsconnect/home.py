"""What a person sees on their home page: their registration, their matches, their clinics.

All tables are read in one statement and the names of all skills at once, so the page costs the same for somebody with
thirty of everything as for a newcomer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, QuerySet, Subquery, Value, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone

from clinics.domain import ClinicState, RsvpState
from clinics.models import Clinic
from letsconnect.base.labels import label_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when
from mailings.ledger.reachable import why_not_written_to
from matching.domain.matches import MatchState
from matching.domain.sessions import SessionState
from matching.models import Match, Session
from matching.models.feedback import sessions_at_hand
from matching.waiting import advice
from matching.words import reasons
from registrations import documents
from registrations.models import Member, Registration, Skill, SkillSuggestion
from registrations.participation.next_round import sentence
from registrations.skills.suggestions import sentences_of_suggestions
from trust.models import Report

SHOWN = 5


def _rows_of(member: Member, *, on: date, versions: tuple[tuple[str, ...], ...]) -> QuerySet[Any, Any]:
    """The row of ``_row_of``; its SQL holds the day, and the versions of documents that count on it."""
    reports = Report.objects.readable_by(member, on=on).waiting().order_by()
    matchable = Registration.objects.matchable(on=on).filter(member=member)
    return (
        Member.objects.select_related("registration")
        .annotate(
            is_in_a_round=Exists(matchable),
            confided=Coalesce(Subquery(reports.values(one=Value(1)).annotate(count=Count("pk")).values("count")), 0),
        )
        .filter(pk=member.pk)
    )


_ROW = Statement(_rows_of)
_MATCHES = Statement(lambda member: Match.objects.for_member(member).live().for_lines()[:SHOWN])
_TO_ANSWER = Statement(lambda member: Match.objects.waiting_for(member).order_by().values_list("pk", flat=True))
_SESSIONS = Statement(sessions_at_hand)
_SUGGESTIONS = Statement(lambda member: SkillSuggestion.objects.to_tell(member).for_telling())
_CLINICS = Statement(Clinic.objects.of_home)


def for_member(member: Member, *, now: datetime) -> dict[str, object]:
    """Return what the home page of ``member`` shows."""
    me = _row_of(member, now=now)
    registration = getattr(me, "registration", None)
    batch = QueryBatch()
    matches = batch.add(_MATCHES.queryset({"member": member}))
    to_answer = batch.add(_TO_ANSWER.queryset({"member": member}))
    sessions = batch.add(_SESSIONS.queryset({"member": member, "now": now}))
    suggestions = batch.add(_SUGGESTIONS.queryset({"member": member}))
    clinics = batch.add(_CLINICS.queryset({"member": member, "now": now}))
    batch.run()
    live = sorted((session for session in sessions if session.is_of_live_match), key=_begins)
    ahead = [session for session in live if _is_ahead(session, now)][:SHOWN]
    to_confirm = [session for session in live if _waits_for(session, member, now)][:SHOWN]
    to_tell = sorted((session for session in sessions if session.is_to_tell), key=_begins, reverse=True)[:SHOWN]
    talked_about = (session.match.skill for session in [*ahead, *to_confirm])
    _name_skills(chain((match.skill for match in matches), talked_about, _of(suggestions)))
    return {
        "registration": registration,
        "suppression": why_not_written_to(member),
        "is_resting": registration is not None and registration.is_resting(on=now.date()),
        "next_round": sentence(registration, on=now.date(), is_in=me.is_in_a_round),
        "skill_news": sentences_of_suggestions(suggestions),
        "to_answer": list(to_answer),
        "waiting": None if matches else advice.waiting_status(registration, now=now),
        "matches": [_match_line(match, member) for match in matches],
        "next_sessions": [_session_line(session, member) for session in ahead],
        "to_confirm": [_session_line(session, member) for session in to_confirm],
        "confided": me.confided,
        "hours_to_tell": [_hour_line(session, member) for session in to_tell],
        **_clinics(clinics),
    }


def _row_of(member: Member, *, now: datetime) -> Any:
    """Return the member with their registration, whether the next round includes them, and the reports for them."""
    return _ROW.rows({"member": member}, on=now.date(), versions=documents.all_counting(on=now.date()))[0]


def _of(suggestions: Iterable[SkillSuggestion]) -> Iterable[Skill]:
    return (suggestion.skill for suggestion in suggestions)


def _name_skills(skills: Iterable[Skill]) -> None:
    """Load the names of all these skills, and of the skills they were merged into, in one query for the whole page."""
    shown = list(skills)
    prefetch_related_objects([*shown, *(skill.heir for skill in shown if skill.heir is not skill)], "skill_names")


def _begins(session: Session) -> tuple[datetime, int]:
    return session.starts_at or session.made_at, session.pk


def _is_ahead(session: Session, now: datetime) -> bool:
    return session.state == SessionState.CONFIRMED and session.ends_at is not None and session.ends_at > now


def _waits_for(session: Session, member: Member, now: datetime) -> bool:
    is_open = session.state == SessionState.PROPOSED or _is_ahead(session, now)
    return is_open and session.waiting_for != "" and session.waiting_for == session.side_of(member)


def _other(row: Match | Session, member: Member) -> Registration:
    """Return the other person of a row that is the member's own."""
    return row.sharer if row.learner.member_id == member.pk else row.learner


def _match_line(match: Match, member: Member) -> Piece:
    return Piece(
        shape={"state": label_of(match, "state"), "is_asked": match.state == MatchState.ASKED},
        texts={
            "link": link_to("matching:match-detail", match.pk),
            "name": _other(match, member).shown_name,
            "skill": str(match.skill),
            "moment": when(match.answer_by),
        },
    )


def _session_line(session: Session, member: Member) -> Piece:
    return Piece(
        shape={},
        texts={
            "link": link_to("matching:match-detail", session.match_id),
            "name": reasons.name_of(_other(session, member)),
            "skill": str(session.match.skill),
            "moment": when(session.starts_at),
        },
    )


def _hour_line(session: Session, member: Member) -> Piece:
    return Piece(
        shape={},
        texts={
            "link": link_to("matching:feedback-give", session.pk),
            "name": _other(session, member).shown_name,
            "moment": when(session.starts_at),
        },
    )


def _clinics(clinics: Iterable[Any]) -> dict[str, object]:
    """Return the member's own clinics, and those that are still open to anybody."""
    mine = [clinic for clinic in clinics if clinic.my_state][:SHOWN]
    open_ = [clinic for clinic in clinics if clinic.state == ClinicState.ANNOUNCED][:SHOWN]
    prefetch_related_objects([*mine, *open_], "texts")
    return {"rsvps": [_clinic_line(clinic) for clinic in mine], "upcoming": [_clinic_line(clinic) for clinic in open_]}


def _clinic_line(clinic: Any) -> Piece:
    """Return the line of a clinic, with the state of the member's own seat if they have one."""
    state = getattr(clinic, "my_state", None)
    return Piece(
        shape={"state": str(RsvpState(state).label) if state else ""},
        texts={
            "link": link_to("clinics:clinic-detail", clinic.pk),
            "title": clinic.title,
            "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
            "moment": when(clinic.starts_at),
        },
    )


def for_everybody(*, now: datetime) -> dict[str, object]:
    """Return what anybody may see on the home page."""
    upcoming = Clinic.objects.announced().upcoming(now=now).prefetch_related("texts")[:SHOWN]
    return {"upcoming": [_clinic_line(clinic) for clinic in upcoming]}
