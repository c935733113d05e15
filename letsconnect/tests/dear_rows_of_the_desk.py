"""Rows of the desk with everything that can stand beside them, and as many of it as are asked for, in each state."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from clinics.domain.clinics import ClinicState
from clinics.feedback.quoting import give_quote
from clinics.models import CallList, CallListRow, ChecklistItem, Clinic, Rsvp
from clinics.tests.after_factories import make_certificate
from clinics.tests.factories import START, make_attendance, make_need, make_person, make_topic_request
from clinics.tests.resource_factories import make_resource
from letsconnect.base import acts, mass_acts
from letsconnect.base.models import MassActState
from letsconnect.tests.clinics_in_every_state import SOON, make_clinic_with_everything
from mailings.tests.factories import make_letter
from matching.domain.matches import MatchState, RoundState, Side
from matching.models import Concern
from matching.rounds.rules import exclude_pair
from matching.tests.factories import make_match, make_request, make_round
from matching.tests.feedback_factories import make_hour, say
from registrations.domain.looks import LookKind
from registrations.domain.registrations import RegistrationState
from registrations.models import ClaimInvitation, Look, Member, Registration, ReviewNote
from registrations.review.deciding import decide
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill

DAY = timedelta(days=1)


def dear_rows(many: int) -> Iterator[tuple[str, Any]]:
    """Yield rows, each with the name under which the table of doors has one of its kind."""
    by = make_coordinator()
    everybody = [make_member(name=f"Person {number}", region="MENA") for number in range(many)]
    yield from (("clinic", clinic) for clinic in _clinics(many, everybody, by))
    yield from _people(many, by)
    yield from _rounds(many, by)
    yield from (("mass_act", act) for act in _mass_acts(many, by))
    skill = make_skill("wikidata")
    yield "skill", skill
    topic = make_topic_request(supporters=many, member=everybody[0])
    for number in range(many):
        need = make_need(recorded_by=by, region="LAC", people=number + 1)
        make_topic_request(words=f"Topic {number}", member=everybody[number])
    yield "topic", topic
    yield "need", need


def _clinics(many: int, everybody: list[Member], by: Member) -> Iterator[Clinic]:
    states: list[tuple[str, Any]] = [
        (ClinicState.DRAFT, START),
        (ClinicState.ANNOUNCED, START + DAY),
        (ClinicState.ANNOUNCED, SOON),
        (ClinicState.HELD, NOW - 2 * DAY),
        (ClinicState.CANCELLED, START + 2 * DAY),
        (ClinicState.ARCHIVED, NOW - 30 * DAY),
    ]
    for state, starts_at in states:
        more = {"cancel_reason": "The sharer is ill."} if state == ClinicState.CANCELLED else {}
        clinic = make_clinic_with_everything(starts_at=starts_at, state=state, region="MENA", **more)
        Clinic.objects.filter(pk=clinic.pk).update(capacity=many)
        listed = CallList.objects.create(clinic=clinic, brought_by=by, brought_at=NOW, read=many)
        for number, member in enumerate(everybody):
            make_person(
                clinic, ("sharer", "host", "helper")[number % 3], "asked", address=f"asked-{number}@example.org"
            )
            Rsvp.objects.create(
                clinic=clinic, member=member, state="going", seat=number + 9, seated_at=NOW, made_at=NOW
            )
            Rsvp.objects.create(clinic=clinic, member=make_member(), state="waiting", place=number + 9, made_at=NOW)
            if starts_at <= SOON and state != ClinicState.CANCELLED:
                make_attendance(clinic, member)
            ChecklistItem.objects.create(clinic=clinic, name="", title=f"Item {number}", days=-number, assignee=member)
            CallListRow.objects.create(call_list=listed, row=number + 1, name=f"Guest {number}", minutes=20)
            make_resource(clinic)
            if state == ClinicState.HELD:
                make_certificate(clinic, member)
                give_quote(clinic=clinic, text="Good.", as_whom="participant", name="", by=member, now=NOW)
        yield clinic


def _people(many: int, by: Member) -> Iterator[tuple[str, Any]]:
    for state in ("submitted", "approved", "declined", "needs_changes", "withdrawn"):
        person = make_registration(state="submitted", region="MENA")
        for number in range(many):
            decision = (RegistrationState.DECLINED, RegistrationState.APPROVED)[number % 2]
            person = decide(registration=person, decision=decision, note="So it is.", by=by, now=NOW - number * DAY)
            ReviewNote.objects.create(registration=person, by=by, text="A note", written_at=NOW)
            viewer = make_member()
            Look.objects.create(viewer=viewer, registration=person, kind=LookKind.REGISTRATION, seen_on=NOW.date())
            make_letter(to=person.member)
            Concern.objects.create(kind="absent_twice", registration=person, raised_at=NOW, closed_at=NOW)
            acts.record(by=by, verb="note", on=person, now=NOW)
            if state == "approved" and number < 3:
                make_request(learner=person, place=number + 1)
        Registration.objects.filter(pk=person.pk).update(state=state)
        person.refresh_from_db()
        yield "waiting", person
        yield "learner", person
        yield "person", person.member
        yield "concern", Concern.objects.filter(registration=person).first()
    old = make_registration(source="import", state="submitted", name="Olga", imported_address="old@example.org")
    for number in range(many):
        invited = ClaimInvitation.objects.create(
            registration=old,
            address="old@example.org",
            invited_by=by,
            invited_at=NOW - number * DAY,
            expires_at=NOW + DAY,
            used_at=NOW if number else None,
        )
    yield "waiting", old
    yield "learner", old
    yield "invitation", invited


def _rounds(many: int, by: Member) -> Iterator[tuple[str, Any]]:
    for state in RoundState:
        more = {
            "cancelled": {"cancelled_at": NOW, "cancelled_by": by},
            "failed": {"failure": "too_few", "finished_at": NOW},
        }
        round_ = make_round(state, **more.get(state, {}))
        yield "round", round_
        yield "running", round_
    round_ = make_round("published")
    for state in MatchState:
        for _ in range(max(many // 10, 1)):
            match = make_match(state, round=round_, approved_by=by)
        yield "proposed", match
    learner = make_registration(region="MENA")
    for _number in range(many):
        match = make_match("connected", learner=learner, approved_by=by, skill=f"skill-{_number}")
        hour = make_hour(match=match, ended=(3 + 3 * _number) * timedelta(hours=1))
        say(hour, Side.LEARNER, thanks="Thank you!")
        exclude_pair(person=learner, other=make_registration(region="MENA"), reason="A quarrel.", by=by, now=NOW)
    yield "proposed", match
    yield "learner", learner
    yield "round", round_


def _mass_acts(many: int, by: Member) -> Iterator[Any]:
    for state in MassActState:
        rows = [make_registration(state="submitted", region="MENA") for _ in range(many)]
        act = mass_acts.prepare(kind="registrations.approved", rows=rows, by=by, now=NOW)
        if state != MassActState.PREPARED:
            act = mass_acts.begin(act=act, note="", by=by, now=NOW)
        if state == MassActState.DONE:
            mass_acts.work_waiting(now=NOW)
        if state == MassActState.CANCELLED:
            mass_acts.cancel(act=act, by=by, now=NOW)
        yield act
