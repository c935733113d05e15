"""What comes by the clock for the people of clinics: reminders, accounts of addresses, forgetting addresses."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from clinics.domain.people import (
    ADDRESS_KEPT_FOR,
    REMINDED_AFTER,
    REMINDED_AT_LEAST_BEFORE,
    reminder_is_due,
)
from clinics.locking import lock_clinic
from clinics.models import ENDS_AT, AgendaItem, Clinic, ClinicPerson, Notice
from clinics.people import letters
from clinics.people.answering import forget
from clinics.people.asking import ASKED_COLUMNS, mark_as_asked
from clinics.seats.rsvps import come_without_seat
from letsconnect.base import acts
from mailings.ledger.by_hand import forget_letters_about_gone
from registrations.models import Member, Registration

AT_ONCE = 200


def remind_people(now: datetime) -> int:
    """Remind whoever has not answered, once; not those who are pausing. Return how many."""
    pausing = Registration.objects.filter(member=OuterRef("member"), paused_until__gt=now.date())
    waiting = (
        ClinicPerson.objects.waiting_for_answer()
        .of_clinics_to_come(now=now)
        .filter(reminded_at=None, asked_at__lte=now - REMINDED_AFTER)
        .filter(clinic__starts_at__gt=now + REMINDED_AT_LEAST_BEFORE)
        .filter(Q(member=None) | Q(member__is_active=True))
        .exclude(Exists(pausing))
        .select_related("clinic", "member")
        .order_by("pk")
    )
    reminded = 0
    for person in waiting[:AT_ONCE]:
        due = person.asked_at is not None and reminder_is_due(
            state=person.state,
            asked_at=person.asked_at,
            was_reminded=False,
            starts_at=person.clinic.starts_at,
            now=now,
        )
        same = ClinicPerson.objects.filter(pk=person.pk, version=person.version, reminded_at=None)
        if due and same.update(reminded_at=now):
            letters.owe_reminder(person, kind=letters.REMINDER, now=now)
            reminded += 1
    return reminded


def forget_addresses(now: datetime) -> int:
    """Delete people without an account 30 days after their clinic; return how many.

    Of a clinic that is not to be held, its planned end counts.
    """
    over = Clinic.objects.alias(_ends=ENDS_AT).filter(_ends__lte=now - ADDRESS_KEPT_FOR)
    old = ClinicPerson.objects.without_account().filter(clinic__in=over.values("pk")).order_by("pk")
    people = list(old[:AT_ONCE])
    for person in people:
        forget(person, now=now)
    return len(people) + forget_letters_about_gone(ClinicPerson) + forget_letters_about_gone(Notice)


def hand_to_accounts(now: datetime) -> int:
    """Give to accounts what was asked of their addresses before: once a code has proved an address, it is theirs.

    Return how many.
    """
    proved = EmailAddress.objects.filter(verified=True, email=OuterRef("address"), user__is_active=True)
    waiting = ClinicPerson.objects.without_account().filter(Exists(proved)).order_by("clinic_id", "pk")
    people = list(waiting[:AT_ONCE])
    for person in people:
        owner = Member.objects.filter(emailaddress__email=person.address, emailaddress__verified=True).first()
        if owner is not None:  # erased since they were looked for
            hand_over(person, to=owner, now=now)
    return len(people)


@transaction.atomic
def hand_over(person: ClinicPerson, *, to: Member, now: datetime) -> None:
    """Make a row of an address the row of the account that proved it.

    If the account has the same role there already, its own row stays, with a yes of either; the agenda goes on naming
    them. If it is confirmed for another clinic at that time, they are asked which of the two it is to be. Of a clinic
    that has begun nobody is asked any more: that row stays an address until it is forgotten.
    """
    member = Member.objects.select_for_update(no_key=True).get(pk=to.pk)
    clinic = lock_clinic(person.clinic)
    theirs = clinic.people.filter(pk=person.pk, member=None).first()
    if theirs is None or not member.is_active:
        return
    theirs.clinic = clinic
    own = clinic.people.filter(role=theirs.role, member=member).first()
    if own is not None and (own.is_accepted or not theirs.is_accepted):
        _speaks_instead(theirs, own)
        forget(theirs, now=now)
        return
    if own is not None:
        _speaks_instead(own, theirs)
        own.delete()
    theirs.member, theirs.address, theirs.language, theirs.zone = member, "", "", ""
    columns = ["member", "address", "language", "zone"]
    try:
        with transaction.atomic():
            theirs.save(update_fields=columns)
    except IntegrityError:  # confirmed in two places: the database counts both as one person from now on
        if clinic.starts_at <= now:
            return
        mark_as_asked(theirs, now=now, again=True)
        theirs.save(update_fields=[*columns, *ASKED_COLUMNS])
        letters.owe_to_person(theirs, kind=letters.ASKED, now=now)
    if theirs.is_accepted:
        come_without_seat(clinic=clinic, member=member, now=now)
    acts.record(by=None, verb="hand_over_clinic_person", on=theirs, now=now, became=theirs.state)


def _speaks_instead(was: ClinicPerson, becomes: ClinicPerson) -> None:
    """Let the agenda name one row of somebody in place of another that goes."""
    AgendaItem.objects.filter(person=was).update(person=becomes)
