"""What a person sees on their home page: their registration, their matches, their clinics.

All tables are read in one statement and the names of all skills at once, so the page costs the same for somebody with
thirty of everything as for a newcomer.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, QuerySet
from django.utils import timezone

from clinics.cards import Title, titles_of
from clinics.domain.clinics import ClinicState, RsvpState
from clinics.domain.feedback import ASKED_FOR
from clinics.domain.people import AnswerState, ClinicRole
from clinics.feedback.whose import clinics_of
from clinics.models import Clinic, ClinicPerson, Rsvp
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import how_many
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when
from mailings.ledger.reachable import has_sound_address, stops_letters, why_not_written_to
from matching.domain.matches import MatchState, Side
from matching.domain.sessions import SessionState
from matching.models import Match
from matching.models.feedback import SessionLine, sessions_at_hand
from matching.models.matches import MatchLine
from matching.models.people import NamedPerson
from matching.waiting import advice
from matching.words import reasons
from registrations import documents
from registrations.models import Member, SkillSuggestion
from registrations.participation.next_round import sentence, taking_part
from registrations.skills.names import names_of
from registrations.skills.suggestions import sentences_of_suggestions, skills_in_sentences
from trust.models import Report

SHOWN = 5
_OF_CLINICS = ("pk", "starts_at", "floor_language")


class ClinicLine(NamedTuple):
    """What a line says of a clinic; ``my_state`` is the state of the reader's own seat, if they have one."""

    key: int
    starts_at: datetime
    floor_language: str
    state: str = ""
    my_state: str | None = None


class ClinicPart(NamedTuple):
    """What the reader is asked to do, or does, at a clinic to come."""

    key: int
    role: str
    state: str
    clinic: int
    floor_language: str
    starts_at: datetime


def _rows_of(member: Member, *, on: date, versions: tuple[tuple[str, ...], ...]) -> QuerySet[Any, Any]:
    """The row of ``_row_of``; its SQL holds the day, and the versions of documents that count on it."""
    reports = Report.objects.readable_by(member, on=on).waiting()
    in_a_round = taking_part(on=on).filter(member=member)
    return (
        Member.objects.select_related("registration")
        .annotate(
            is_in_a_round=Exists(in_a_round),
            confided=how_many(reports),
        )
        .filter(pk=member.pk)
    )


_ROW = Statement(_rows_of)
_MATCHES = Statement(lambda member: Match.objects.for_member(member).live().as_lines()[:SHOWN])
_TO_ANSWER = Statement(lambda member: Match.objects.waiting_for(member).order_by().values_list("pk", flat=True))
_SESSIONS = Statement(sessions_at_hand)
_SUGGESTIONS = Statement(lambda member: SkillSuggestion.objects.to_tell(member).for_telling())
_CLINICS = Statement(
    lambda member, now: Clinic.objects.of_home(Rsvp.objects.of(member).active(), now=now).values_list(
        *_OF_CLINICS, "state", "my_state"
    )
)


_PARTS = Statement(
    lambda member, now: (
        ClinicPerson.objects.of(member)
        .asked_or_coming()
        .of_clinics_to_come(now=now)
        .order_by("clinic__starts_at", "pk")
        .values_list("pk", "role", "state", "clinic_id", "clinic__floor_language", "clinic__starts_at")
    )
)


_OVER = Statement(
    lambda member, now: clinics_of(member).ended_between(now - ASKED_FOR, now).values_list(*_OF_CLINICS)[:SHOWN]
)


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
    over = batch.add(_OVER.queryset({"member": member, "now": now}))
    parts = batch.add(_PARTS.queryset({"member": member, "now": now}))
    batch.run()
    lines, mine_to_answer = [MatchLine.of(match) for match in matches], list(to_answer)
    at_hand = [SessionLine.of(session) for session in sessions]
    live = sorted((session for session in at_hand if session.is_of_live_match), key=_begins)
    ahead = [session for session in live if _is_ahead(session, now)][:SHOWN]
    to_confirm = [session for session in live if _waits_for(session, member, now)][:SHOWN]
    to_tell = sorted((session for session in at_hand if session.is_to_tell), key=_begins, reverse=True)[:SHOWN]
    talked_about = {line.heir for line in lines} | {session.heir for session in (*ahead, *to_confirm)}
    suppression = why_not_written_to(member)
    skills = names_of(talked_about | skills_in_sentences(suggestions))
    return {
        "registration": registration,
        "suppression": suppression,
        "is_written_to": has_sound_address(member) and not stops_letters(suppression),
        "is_resting": registration is not None and registration.is_resting(on=now.date()),
        "next_round": sentence(registration, on=now.date(), is_in=me.is_in_a_round),
        "skill_news": sentences_of_suggestions(suggestions, skills),
        "to_answer": mine_to_answer,
        "waiting": None if lines else advice.waiting_status(registration, now=now),
        "matches": [_match_line(line, member, skills, is_to_answer=line.key in mine_to_answer) for line in lines],
        "next_sessions": [_session_line(session, member, skills) for session in ahead],
        "to_confirm": [_session_line(session, member, skills) for session in to_confirm],
        "confided": me.confided,
        "hours_to_tell": [_hour_line(session, member) for session in to_tell],
        **_clinics(clinics, [ClinicPart(*row) for row in parts], over),
    }


def _row_of(member: Member, *, now: datetime) -> Any:
    """Return the member with their registration, whether the next round includes them, and the reports for them."""
    return _ROW.rows({"member": member}, on=now.date(), versions=documents.all_counting(on=now.date()))[0]


def _begins(session: SessionLine) -> tuple[datetime, int]:
    return session.starts_at or session.made_at, session.key


def _is_ahead(session: SessionLine, now: datetime) -> bool:
    return session.state == SessionState.CONFIRMED and session.ends_at is not None and session.ends_at > now


def _waits_for(session: SessionLine, member: Member, now: datetime) -> bool:
    is_open = session.state == SessionState.PROPOSED or _is_ahead(session, now)
    return is_open and session.waiting_for == _side(session, member)


def _side(line: MatchLine | SessionLine, member: Member) -> Side:
    """Return on which side of a match or session of their own the member is."""
    return Side.LEARNER if line.learner.member_id == member.pk else Side.SHARER


def _other(line: MatchLine | SessionLine, member: Member) -> NamedPerson:
    return line.sharer if _side(line, member) == Side.LEARNER else line.learner


def _match_line(line: MatchLine, member: Member, skills: Mapping[int, str], *, is_to_answer: bool) -> Piece:
    return Piece(
        shape={"state": str(MatchState(line.state).label), "is_to_answer": is_to_answer},
        texts={
            "link": link_to("matching:match-detail", line.key),
            "name": _other(line, member).shown_name,
            "skill": skills[line.heir],
            "moment": when(line.answer_by),
        },
    )


def _session_line(session: SessionLine, member: Member, skills: Mapping[int, str]) -> Piece:
    return Piece(
        shape={},
        texts={
            "link": link_to("matching:match-detail", session.match),
            "name": reasons.name_of(_other(session, member)),
            "skill": skills[session.heir],
            "moment": when(session.starts_at),
        },
    )


def _hour_line(session: SessionLine, member: Member) -> Piece:
    return Piece(
        shape={},
        texts={
            "link": link_to("matching:feedback-give", session.key),
            "name": _other(session, member).shown_name,
            "moment": when(session.starts_at),
        },
    )


def _clinics(clinics: Iterable[Any], parts: list[ClinicPart], over: Iterable[Any]) -> dict[str, object]:
    """Return the member's own clinics, what they are asked to do or do at clinics, and those still open to anybody.

    Of those of their own that are ``over`` they can say how it was, and have a certificate.
    """
    lines, ended = [ClinicLine(*row) for row in clinics], [ClinicLine(*row) for row in over]
    mine = [clinic for clinic in lines if clinic.my_state][:SHOWN]
    open_ = [clinic for clinic in lines if clinic.state == ClinicState.ANNOUNCED][:SHOWN]
    asked = [part for part in parts if part.state == AnswerState.ASKED][:SHOWN]
    agreed = [part for part in parts if part.state == AnswerState.ACCEPTED][:SHOWN]
    spoken = {part.clinic: part.floor_language for part in (*asked, *agreed)}
    titles = titles_of(spoken | {clinic.key: clinic.floor_language for clinic in (*mine, *open_, *ended)})
    return {
        "clinics_over": [_over_line(clinic, titles) for clinic in ended],
        "asked_for_clinics": [_part_line(part, titles) for part in asked],
        "parts_in_clinics": [_part_line(part, titles) for part in agreed],
        "hosts_clinics": any(part.role == ClinicRole.HOST for part in agreed),  # they can be given things to do
        "rsvps": [_clinic_line(clinic, titles) for clinic in mine],
        "upcoming": [_clinic_line(clinic, titles) for clinic in open_],
    }


def _part_line(part: ClinicPart, titles: Mapping[int, Title]) -> Piece:
    """Return the line of what the member is asked to do, or does, at a clinic."""
    return Piece(
        shape={},
        texts={
            "link": link_to("clinics:person-mine", part.key),
            "title": titles[part.clinic].text,
            "moment": when(part.starts_at),
            "role": str(ClinicRole(part.role).label),
        },
    )


def _clinic_line(clinic: ClinicLine, titles: Mapping[int, Title]) -> Piece:
    """Return the line of a clinic, with the state of the member's own seat if they have one."""
    return Piece(
        shape={
            "state": str(RsvpState(clinic.my_state).label) if clinic.my_state else "",
            "has_text": bool(titles[clinic.key].language),
        },
        texts={
            "link": link_to("clinics:clinic-detail", clinic.key),
            "title": titles[clinic.key].text,
            "text_language": titles[clinic.key].language,
            "text_direction": titles[clinic.key].direction,
            "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
            "moment": when(clinic.starts_at),
        },
    )


def _over_line(clinic: ClinicLine, titles: Mapping[int, Title]) -> Piece:
    """Return the line of a clinic of the member's own that is over."""
    return Piece(
        shape={},
        texts={
            "feedback": link_to("clinics:feedback-give", clinic.key),
            "certificate": link_to("clinics:certificate-mine", clinic.key),
            "title": titles[clinic.key].text,
            "moment": when(clinic.starts_at),
        },
    )


def for_everybody(*, now: datetime) -> dict[str, object]:
    """Return what anybody may see on the home page."""
    lines = [ClinicLine(*row) for row in _ANNOUNCED.rows({"now": now})]
    titles = titles_of({clinic.key: clinic.floor_language for clinic in lines})
    return {"upcoming": [_clinic_line(clinic, titles) for clinic in lines]}


_ANNOUNCED = Statement(
    lambda now: Clinic.objects.announced().upcoming(now=now).values_list(*_OF_CLINICS)[:SHOWN],
)
