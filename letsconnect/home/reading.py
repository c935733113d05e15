"""What is stored of a member that their home page shows, read in one statement."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Exists, QuerySet
from django.db.models.functions import Coalesce

from clinics.domain.clinics import DOORS_OPEN, ClinicState, RsvpState
from clinics.domain.feedback import ASKED_FOR
from clinics.domain.people import AnswerState
from clinics.feedback.whose import clinics_of
from clinics.models import Clinic, ClinicPerson, Rsvp
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import how_many
from letsconnect.base.statements import Statement
from letsconnect.home.what_comes_first import JOINED_FROM, Thing, ThingKind, of_registration
from matching.domain.feedback import CLOSES_AFTER
from matching.domain.matches import Side
from matching.domain.sessions import SessionState
from matching.models import Match, Session
from matching.models.feedback import SessionLine, sessions_at_hand
from matching.models.matches import MatchLine
from matching.models.sessions import without_an_hour
from registrations import documents
from registrations.consents.asking import AgreementsToAsk
from registrations.models import Member, Registration, SkillSuggestion
from registrations.participation.next_round import taking_part
from trust.models import Report

SHOWN, MOST_OPEN = 5, 3
OF_CLINICS = ("pk", "starts_at", "floor_language")


class ClinicLine(NamedTuple):
    """What a line says of a clinic; ``my_state`` is the state of the reader's own seat, if they have one."""

    key: int
    starts_at: datetime
    floor_language: str
    state: str = ""
    my_state: str | None = None
    claim_by: datetime | None = None
    original: int = 0  # the clinic of which it is another edition, or itself


class ClinicPart(NamedTuple):
    """What the reader is asked to do, or does, at a clinic that is not over."""

    key: int
    role: str
    state: str
    clinic: int
    floor_language: str
    starts_at: datetime


def _rows_of(member: Member, *, on: date, versions: tuple[tuple[str, ...], ...]) -> QuerySet[Any, Any]:
    """The row of ``row_of``; its SQL holds the day, and the versions of documents that count on it."""
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
_TO_ANSWER = Statement(lambda member: Match.objects.waiting_for(member).order_by("answer_by", "pk").as_lines()[:SHOWN])
_WITHOUT_AN_HOUR = Statement(lambda member: without_an_hour(member).as_lines()[:SHOWN])
_SESSIONS = Statement(sessions_at_hand)
_WITHOUT_A_LINK = Statement(
    lambda member, now: (
        Session.objects.for_member(member).upcoming(now=now).without_a_link().values_list("pk", flat=True)
    )
)
_SUGGESTIONS = Statement(lambda member: SkillSuggestion.objects.to_tell(member).for_telling())
_CLINICS = Statement(
    lambda member, now: Clinic.objects.of_home(Rsvp.objects.of(member).active(), now=now).values_list(
        *OF_CLINICS, "state", "my_state", "my_claim_by", Coalesce("edition_of", "pk")
    )
)
_PARTS = Statement(
    lambda member, now: (
        ClinicPerson.objects.of(member)
        .asked_or_coming()
        .of_clinics_not_over(now=now)
        .order_by("clinic__starts_at", "pk")
        .values_list("pk", "role", "state", "clinic_id", "clinic__floor_language", "clinic__starts_at")
    )
)
_OVER = Statement(
    lambda member, now: clinics_of(member).ended_between(now - ASKED_FOR, now).values_list(*OF_CLINICS)[:SHOWN]
)


def row_of(member: Member, *, now: datetime) -> Any:
    """Return the member with their registration, whether the next round includes them, and the reports for them."""
    return _ROW.rows({"member": member}, on=now.date(), versions=documents.all_counting(on=now.date()))[0]


def side_of(line: MatchLine | SessionLine, member: Member) -> Side:
    """Return on which side of a match or session of their own the member is."""
    return Side.LEARNER if line.learner.member_id == member.pk else Side.SHARER


class Stored:
    """The member's matches, hours and clinics, by what becomes of them on the page."""

    def __init__(self, member: Member, *, now: datetime) -> None:
        self.member, self.now, batch = member, now, QueryBatch()
        mine, at_present = {"member": member}, {"member": member, "now": now}
        matches, to_answer, without_hour, suggestions = (
            batch.add(statement.queryset(mine)) for statement in (_MATCHES, _TO_ANSWER, _WITHOUT_AN_HOUR, _SUGGESTIONS)
        )
        sessions, without_a_link, clinics, over, parts = (
            batch.add(statement.queryset(at_present))
            for statement in (_SESSIONS, _WITHOUT_A_LINK, _CLINICS, _OVER, _PARTS)
        )
        batch.run()
        self.matches = [MatchLine.of(row) for row in matches]
        self.to_answer = {line.key: line for line in map(MatchLine.of, to_answer)}
        self.without_an_hour = {line.key: line for line in map(MatchLine.of, without_hour)}
        self.without_a_link, self.suggestions = set(without_a_link), suggestions
        self._sort_sessions([SessionLine.of(row) for row in sessions])
        self._sort_clinics([ClinicLine(*row) for row in clinics], [ClinicPart(*row) for row in parts])
        self.over = [ClinicLine(*row) for row in over]

    def _sort_sessions(self, at_hand: list[SessionLine]) -> None:
        live = {session.key: session for session in at_hand if session.is_of_live_match}
        self.ahead = {key: session for key, session in live.items() if _is_ahead(session, self.now)}
        self.to_choose = {
            key: session
            for key, session in live.items()
            if session.waiting_for == side_of(session, self.member)
            and (session.state == SessionState.PROPOSED or key in self.ahead)
        }
        self.to_tell = {session.key: session for session in at_hand if session.is_to_tell}

    def _sort_clinics(self, clinics: list[ClinicLine], parts: list[ClinicPart]) -> None:
        self.asked = {part.key: part for part in parts if part.state == AnswerState.ASKED}
        # Of two parts at one clinic the first counts: it stands in a calendar once.
        self.parts = {part.clinic: part for part in reversed(parts) if part.state == AnswerState.ACCEPTED}
        self.mine = {clinic.key: clinic for clinic in clinics if clinic.my_state and clinic.key not in self.parts}
        on_the_page = {*self.mine, *self.parts, *(part.clinic for part in self.asked.values())}
        originals = {
            clinic.original for clinic in clinics if clinic.key in on_the_page
        }  # another hour of a clinic is that clinic
        others = (clinic for clinic in clinics if clinic.state == ClinicState.ANNOUNCED)
        self.open_clinics = [*islice((clinic for clinic in others if clinic.original not in originals), MOST_OPEN)]

    def things(self, registration: Registration | None, asking: AgreementsToAsk, *, confided: int) -> Iterator[Thing]:
        """Yield everything that waits for the member."""
        yield from of_registration(registration.state if registration is not None else None)
        if asking.is_for_every_page:
            day = asking.required_on
            due = datetime.combine(day, time(), tzinfo=UTC) if day is not None else None
            yield Thing(ThingKind.AGREE) if asking.is_needed_now else Thing(ThingKind.AGREE_SOON, due)
        if confided:
            yield Thing(ThingKind.READ_REPORTS)
        yield from (Thing(ThingKind.ANSWER_MATCH, line.answer_by, key) for key, line in self.to_answer.items())
        yield from (Thing(ThingKind.PROPOSE_HOUR, None, key) for key in self.without_an_hour)
        yield from self._things_of_sessions()
        yield from self._things_of_clinics()

    def _things_of_sessions(self) -> Iterator[Thing]:
        yield from (Thing(ThingKind.CHOOSE_HOUR, None, key) for key in self.to_choose)
        for key, session in self.to_tell.items():
            yield Thing(ThingKind.TELL_SESSION, session.over_since and session.over_since + CLOSES_AFTER, key)
        for key, session in self.ahead.items():
            if session.starts_at and session.starts_at - JOINED_FROM <= self.now:
                yield Thing(ThingKind.JOIN_SESSION, session.ends_at, key)
            elif key in self.without_a_link:
                yield Thing(ThingKind.ADD_LINK, session.starts_at, key)

    def _things_of_clinics(self) -> Iterator[Thing]:
        yield from (Thing(ThingKind.ANSWER_CLINIC, part.starts_at, key) for key, part in self.asked.items())
        for key, clinic in self.mine.items():
            if clinic.state != ClinicState.ANNOUNCED:
                continue
            if clinic.my_state == RsvpState.OFFERED:
                yield Thing(ThingKind.CLAIM_SEAT, clinic.claim_by, key)
            elif clinic.my_state == RsvpState.GOING and clinic.starts_at - DOORS_OPEN <= self.now:
                yield Thing(ThingKind.JOIN_CLINIC, None, key)
        for key, part in self.parts.items():
            if part.starts_at - DOORS_OPEN <= self.now:
                yield Thing(ThingKind.JOIN_CLINIC, None, key)


def _is_ahead(session: SessionLine, now: datetime) -> bool:
    return session.state == SessionState.CONFIRMED and session.ends_at is not None and session.ends_at > now
