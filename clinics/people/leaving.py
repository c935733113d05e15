"""People of clinics who leave: they step back from what is to come. And what is stored about them, for their data."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.domain.people import AnswerState
from clinics.locking import lock_clinic, lock_clinics_of
from clinics.models import Clinic, ClinicPerson
from clinics.notices.changes import facts_now, owe_letters_of_changes
from clinics.people import letters
from letsconnect.base import acts
from letsconnect.base.lines import isolated
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.templatetags.when import moment_in_words
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Member, Registration


def connect() -> None:
    """Connect to the signals about people who leave, and who ask for their data."""
    events.registration_withdrawn.connect(on_withdrawn)
    events.erasing.connect(on_erasing)
    events.account_closed.connect(on_account_closed)
    events.effects_asked.connect(foresee)
    events.data_asked.connect(collect)


def on_withdrawn(
    sender: Any, *, registration: Registration, by: Member, now: datetime, leaves_clinics: bool, **kwargs: Any
) -> None:
    if leaves_clinics and registration.member is not None:
        step_back_everywhere(registration.member, by=by, now=now, is_told=True)


def on_erasing(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    step_back_everywhere(member, by=by or member, now=now)


def on_account_closed(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    step_back_everywhere(member, by=by, now=now)


def step_back_everywhere(member: Member, *, by: Member | None, now: datetime, is_told: bool = False) -> None:
    """Take back each yes to a clinic to come, and say no to what is asked; the planners hear of it.

    Unless they leave the portal, they get the letter that takes what they had said yes to out of their calendar.

    It goes clinic by clinic in the order of their keys; the sender of the signal holds the lock on the member's row,
    which answering takes first. Whom the planners only thought of is forgotten.
    """
    lock_clinics_of(member, now=now)
    mine = ClinicPerson.objects.of(member).of_clinics_to_come(now=now).that_may_still_come()
    for clinic in Clinic.objects.filter(pk__in=mine.values("clinic")).order_by("pk"):
        clinic = lock_clinic(clinic)
        facts = facts_now(clinic)
        for person in mine.filter(clinic=clinic).select_related("member", "asked_by", "channel").order_by("pk"):
            person.clinic = clinic
            if person.state == AnswerState.TO_ASK:
                person.delete()
                continue
            was, was_counted_on = person.state, person.is_counted_on
            person.state, person.had_said_yes = _LEAVING[AnswerState(person.state)], False
            person.answered_at, person.version = now, person.version + 1
            person.save(update_fields=["state", "answered_at", "version", "had_said_yes"])
            verb = "step_back_from_clinic" if was == AnswerState.ACCEPTED else "decline_clinic_role"
            acts.record(by=by, verb=verb, on=person, now=now, was=was, became=person.state)
            letters.owe_to_planners(person, now=now)
            if is_told and was_counted_on:
                letters.owe_to_person(person, kind=letters.STEPPED_BACK, now=now)
        owe_letters_of_changes(clinic, was=facts, now=now)


_LEAVING = {AnswerState.ACCEPTED: AnswerState.STEPPED_BACK, AnswerState.ASKED: AnswerState.DECLINED}


def foresee(
    sender: Any, *, member: Member, step: Step, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterable[str]:
    """Return sentences that say which clinics have to do without somebody who leaves."""
    if step not in _FORESEEN:
        return ()
    confirmed = ClinicPerson.objects.of(member).of_clinics_to_come(now=now).accepted()
    people = batch.add(confirmed.select_related("clinic").order_by("clinic__starts_at", "pk"))
    return _foreseen(people, member, step=step, batch=batch)


def _foreseen(people: Iterable[ClinicPerson], member: Member, *, step: Step, batch: QueryBatch) -> Iterator[str]:
    batch.prefetch(Clinic, "texts")
    for person in people:
        yield _FORESEEN[step] % {
            "role": person.get_role_display(),
            "title": isolated(person.clinic.title),
            "moment": moment_in_words(person.clinic.starts_at, member.zone),
        }


_FORESEEN = {
    Step.WITHDRAW: gettext_lazy("You stay %(role)s of “%(title)s” on %(moment)s, unless you tick the box below."),
    Step.ERASE: gettext_lazy("You step back as %(role)s of “%(title)s” on %(moment)s, and the planners hear of it."),
}


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return every part in a clinic that the person was asked to take."""
    people = batch.add(ClinicPerson.objects.of(member).select_related("clinic", "channel").order_by("pk"))
    yield ("clinics.ClinicPerson",)
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows = [
        (
            item("clinic", _("Clinic"), person.clinic.title),
            item("starts_at", _("Starts"), person.clinic.starts_at),
            item("role", _("Role"), person.role, person.get_role_display()),
            item(
                "channel",
                _("Interpretation into"),
                person.channel.language if person.channel else "",
                person.channel.language_in_words if person.channel else "",
            ),
            item("turn", _("Turn"), person.turn, person.get_turn_display()),
            item("name", _("Name"), person.name),
            item("role_line", _("Role line"), person.role_line),
            item("group", _("Group"), person.group),
            item("state", _("State"), person.state, person.get_state_display()),
            item("asked_at", _("I was asked"), person.asked_at),
            item("reminded_at", _("I was reminded"), person.reminded_at),
            item("answered_at", _("I answered"), person.answered_at),
            item("answer_note", _("What I said"), person.answer_note),
        )
        for person in people
    ]
    yield events.Section("clinic_roles", _("What I was asked to do at clinics"), rows)
