"""What somebody who is asked for a clinic answers, by their own hand."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from clinics.domain.people import AnswerNotAllowed, AnswerState, BusyElsewhere, TurnTaken, check_answer
from clinics.locking import lock_clinic
from clinics.models import Appointment, Clinic, ClinicPerson, Notice
from clinics.notices.changes import facts_now, owe_letters_of_changes
from clinics.people import letters
from clinics.people.asking import store_words
from clinics.seats.rsvps import come_without_seat
from letsconnect.base import acts
from letsconnect.base.constraints import constraint_of
from mailings.ledger.by_hand import forget_letters_about_gone
from registrations.models import Member

TWO_PLACES, TURN = "clinics_nobody_in_two_places", "clinics_one_interpreter_per_turn"


@transaction.atomic
def answer(
    *,
    person: ClinicPerson,
    becomes: AnswerState,
    note: str = "",
    words: dict[str, str] | None = None,
    by: Member | None,
    now: datetime,
) -> ClinicPerson:
    """Store a yes, a no or a stepping back; whoever asked and the hosts hear of it. The same answer twice changes
    nothing but the words.

    ``by`` None is somebody without an account. BusyElsewhere if they have said yes to another clinic at that time.
    """
    _lock_them(person)
    clinic = lock_clinic(person.clinic)
    person = read_again(clinic, person)
    if words:
        store_words(person, words, by=by, now=now)
    if person.state == becomes:
        return person
    check_answer(person.state, becomes, is_to_come=clinic.is_to_come, starts_at=clinic.starts_at, now=now)
    facts = facts_now(clinic)
    was, was_counted_on = person.state, person.is_counted_on
    person.state, person.answered_at, person.answer_note = becomes, now, note.strip()[:500]
    person.had_said_yes = False
    person.version += 1
    _save(person)
    said_no = "decline_clinic_role" if becomes == AnswerState.DECLINED else "step_back_from_clinic"
    verb = "accept_clinic_role" if becomes == AnswerState.ACCEPTED else said_no
    acts.record(by=by, verb=verb, on=person, now=now, was=was, became=person.state)
    letters.owe_to_planners(person, now=now)
    if becomes == AnswerState.ACCEPTED:
        if person.member is not None:
            come_without_seat(clinic=clinic, member=person.member, now=now)
        letters.owe_to_person(person, kind=letters.CONFIRMED, now=now)
    elif was_counted_on:  # what they said yes to stands in their calendar, be it the old hour
        letters.owe_to_person(person, kind=letters.STEPPED_BACK, now=now)
    owe_letters_of_changes(clinic, was=facts, now=now)
    return person


@transaction.atomic
def change_words(*, person: ClinicPerson, words: dict[str, str], by: Member | None, now: datetime) -> ClinicPerson:
    """Store how somebody wishes to be named, without answering anything."""
    _lock_them(person)
    clinic = lock_clinic(person.clinic)
    return store_words(read_again(clinic, person), words, by=by, now=now)


def _save(person: ClinicPerson) -> None:
    """Store the answer, or say what is in its way. The database decides, so that two who answer at once cannot both."""
    try:
        with transaction.atomic():
            person.save(update_fields=["state", "answered_at", "answer_note", "version", "had_said_yes"])
    except IntegrityError as refusal:
        name = constraint_of(refusal)
        if name == TWO_PLACES:
            raise BusyElsewhere(_elsewhere(person)) from refusal
        if name == TURN:
            raise TurnTaken(_("Somebody else interprets there by now. Thank you all the same.")) from refusal
        raise


def _elsewhere(person: ClinicPerson) -> str:
    there = clinics_in_the_way(person.clinic, [person.who]).get(person.who)
    if there is None:  # it was just given up
        return _("You have said yes to another clinic at that time.")
    return _("You have said yes to “%(clinic)s”, which is at the same time. Step back there first.") % {"clinic": there}


def clinics_in_the_way(
    clinic: Clinic, people: list[int], *, starts_at: datetime | None = None, ends_at: datetime | None = None
) -> dict[int, Clinic]:
    """Return for each of these people who is confirmed elsewhere at that time for which clinic.

    It is the clinic's own time, unless another one is asked about.
    """
    begin, end = starts_at or clinic.starts_at, ends_at or clinic.ends_at
    taken = Appointment.objects.filter(who__in=people, starts_at__lt=end, ends_at__gt=begin).exclude(clinic=clinic)
    rows = taken.select_related("clinic").prefetch_related("clinic__texts").order_by("-starts_at", "pk")
    return {row.who: row.clinic for row in rows}


@transaction.atomic
def erase_person(*, person: ClinicPerson, now: datetime) -> None:
    """Delete somebody without an account, and what was written to them and of them; planners hear that somebody left.

    Nobody is named in that letter, because nothing is kept that could name them.
    """
    _lock_them(person)
    clinic = lock_clinic(person.clinic)
    person = read_again(clinic, person)
    if person.has_account:
        raise AnswerNotAllowed(_("You have an account: on the page of your data you can delete it with everything."))
    if person.is_accepted and clinic.is_to_come and clinic.starts_at > now:
        letters.owe_that_somebody_left(person, now=now)
    facts = facts_now(clinic)
    forget(person, now=now)
    owe_letters_of_changes(clinic, was=facts, now=now)


def forget(person: ClinicPerson, *, now: datetime) -> None:
    """Delete the row of somebody without an account, with the reasons of acts, letters to them and texts about them."""
    acts.forget_reasons(ClinicPerson.objects.filter(pk=person.pk))
    acts.record(by=None, verb="forget_clinic_person", on=person, now=now)
    person.delete()
    forget_letters_about_gone(ClinicPerson)
    forget_letters_about_gone(Notice)


def read_again(clinic: Clinic, person: ClinicPerson) -> ClinicPerson:
    """Return the person as they are now, under the lock on their clinic; AnswerNotAllowed if they are gone."""
    person_now = clinic.people.select_related("member", "asked_by", "channel").filter(pk=person.pk).first()
    if person_now is None:
        raise AnswerNotAllowed(_("You are not asked any more. Thank you all the same."))
    person_now.clinic = clinic
    return person_now


def _lock_them(person: ClinicPerson) -> None:
    """Lock the person before the clinic, so that their own answers for two clinics come one after the other.

    An account by its row, as erasing does; somebody without one by a lock on the number made of their address.
    """
    if person.member_id is not None:
        Member.objects.select_for_update(no_key=True).get(pk=person.member_id)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [person.who])
