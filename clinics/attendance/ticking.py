"""Ticking who is there, at the door or at the desk, and counting those whom nobody knows by name.

Each tick is an action of its own that changes nothing when it comes again: a bad line repeats it until it is answered.
"""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.attendance.presses import note_press
from clinics.domain.attendance import CannotTick, check_ticking
from clinics.domain.clinics import may_be_hosted
from clinics.models import Attendance, Clinic, OtherHeads
from clinics.models.outcomes import MOST_HEADS
from clinics.seats.agreements import missing_documents
from clinics.seats.editions import give_back, lock_with_other_editions
from clinics.seats.rsvps import lock_person, rsvp_under_locks
from letsconnect.base import acts
from letsconnect.base.constraints import constraint_of
from letsconnect.base.lines import isolated
from registrations.models import Member

OWN_SEAT = gettext_lazy("You are a guest at this clinic: the button to join notes you, or somebody else does.")


@transaction.atomic
def tick(
    *, clinic: Clinic, member: Member, by: Member, now: datetime, pressed_at: datetime | None = None
) -> Attendance:
    """Note that ``by`` sees somebody there; the first tick counts, and a second one changes nothing.

    Who does something at the clinic may tick themselves: it is their work. CannotTick for a guest who does.

    SaidOtherwiseSince where it was taken back after ``pressed_at``.
    """
    locked = lock_person(member)
    clinic = _clinic_of(clinic, by=by, now=now)
    check_not_a_guest_themselves(clinic, locked, by=by)
    note_press(clinic, locked, is_there=True, pressed_at=pressed_at, now=now)
    attendance = Attendance.objects.of(clinic).filter(member=locked).first()
    if attendance is not None and attendance.ticked_at is not None:
        return attendance
    if not locked.is_active or (attendance is None and not is_expected(clinic, locked)):
        raise CannotTick(_("This person has no seat at this clinic any more."))
    attendance = attendance or Attendance(clinic=clinic, member=locked)
    attendance.ticked_at, attendance.ticked_by = now, by
    store(attendance)
    acts.record(by=by, verb="tick_attendance", on=attendance, now=now)
    return attendance


@transaction.atomic
def let_in(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Attendance:
    """Give somebody who waits at the door a seat that is free, and tick them.

    Nobody agrees for somebody else, so CannotTick for whoever has yet to agree: the page on which they join asks them.
    What they have at other editions of the clinic is given back.
    """
    member = lock_person(member)
    clinic = _clinic_of(clinic, by=by, now=now)
    if member.pk == by.pk:
        raise CannotTick(_("You wait for a seat yourself: somebody else lets you in."))
    if not member.is_active or not clinic.rsvps.active().of(member).exists():  # nobody is brought back by others
        raise CannotTick(_("This person has no seat at this clinic any more."))
    if missing_documents(member, on=now.date()):
        raise CannotTick(
            _(
                "%(name)s has to agree to the code of conduct and the privacy notice first. The page on which they "
                "join asks them to, and gives them the seat."
            )
            % {"name": isolated(str(member))}
        )
    locked, others = lock_with_other_editions(clinic, member, now=now)
    rsvp_under_locks(clinic=locked[clinic.pk], member=member, by=by, now=now)
    give_back(others, by=by, now=now)
    return tick(clinic=clinic, member=member, by=by, now=now)


@transaction.atomic
def take_tick_back(
    *, clinic: Clinic, member: Member, by: Member, now: datetime, pressed_at: datetime | None = None
) -> Attendance | None:
    """Take a tick back; what else says that they were there stays. Return what is left, if anything.

    SaidOtherwiseSince where somebody was ticked after ``pressed_at``.
    """
    locked = lock_person(member)
    clinic = _clinic_of(clinic, by=by, now=now)
    note_press(clinic, locked, is_there=False, pressed_at=pressed_at, now=now)
    attendance = Attendance.objects.of(clinic).filter(member=locked).first()
    if attendance is None or attendance.ticked_at is None:
        return attendance
    acts.record(by=by, verb="take_tick_back", on=attendance, now=now)
    attendance.ticked_at = attendance.ticked_by = None
    return keep_if_known(attendance)


def check_not_a_guest_themselves(clinic: Clinic, member: Member, *, by: Member) -> None:
    """Raise CannotTick where somebody notes that they were there themselves, with nothing to do at the clinic."""
    if member.pk == by.pk and not clinic.people.accepted().of(member).exists():
        raise CannotTick(OWN_SEAT)


def store(attendance: Attendance) -> None:
    """Store that somebody was there; CannotTick where the clinic was moved or cancelled at this very moment."""
    try:
        with transaction.atomic():
            attendance.save()
    except IntegrityError as refusal:
        if constraint_of(refusal) != "clinics_attendance_is_of_this_start":
            raise
        raise CannotTick(_("This clinic was moved or cancelled meanwhile.")) from refusal


def keep_if_known(attendance: Attendance) -> Attendance | None:
    """Store an attendance of which one source was taken away, or delete it with its last; CannotTick where it stands
    behind something else, as a certificate does."""
    if attendance.joined_at or attendance.ticked_at or attendance.in_call_at:
        attendance.save()
        return attendance
    try:
        with transaction.atomic():
            attendance.delete()
            _check_grounds_now()
    except IntegrityError as refusal:
        raise CannotTick(_("They have a certificate of this clinic. Revoke it first.")) from refusal
    return None


def _check_grounds_now() -> None:
    """Have the database check at once, and not at the end of the transaction, that nobody has a certificate of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS clinics_certificate_keeps_its_ground IMMEDIATE")
        cursor.execute("SET CONSTRAINTS clinics_certificate_keeps_its_ground DEFERRED")


@transaction.atomic
def count_others(*, clinic: Clinic, number: int, seen: int | None = None, by: Member, now: datetime) -> OtherHeads:
    """Write down how many more are there, beside those who are known by name.

    CannotTick where somebody else wrote another number since the page showed ``seen``.
    """
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    check_may_note(clinic, by=by, now=now)
    if not 0 <= number <= MOST_HEADS:
        raise CannotTick(_("This is no number of people."))
    counted = OtherHeads.objects.filter(clinic=clinic).first()
    if counted is not None and counted.number == number:
        return counted
    if seen is not None and seen != (counted.number if counted else 0):
        raise CannotTick(_("Somebody else wrote another number meanwhile. Look at it, and save yours if it is right."))
    counted = counted or OtherHeads(clinic=clinic)
    counted.number, counted.counted_at, counted.counted_by = number, now, by
    counted.save()
    acts.record(by=by, verb="count_other_heads", on=clinic, now=now)
    return counted


def is_expected(clinic: Clinic, member: Member) -> bool:
    """Tell whether somebody has a seat at a clinic, or said yes to do something there."""
    return clinic.rsvps.going().of(member).exists() or clinic.people.accepted().of(member).exists()


def may_note_who_is_there(clinic: Clinic, member: Member, *, now: datetime) -> bool:
    """Tell whether somebody notes who is there: hosts and helpers until a week after the end, the desk for longer."""
    hosts = may_be_hosted(state=clinic.state, ends_at=clinic.ends_at, now=now)
    if hosts and clinic.people.at_the_door().accepted().of(member).exists():
        return True
    return Clinic.objects.looked_after_by(member).filter(pk=clinic.pk).exists()


def _clinic_of(clinic: Clinic, *, by: Member, now: datetime) -> Clinic:
    """Return the clinic as it is now; not locked, because nothing is counted, and two hosts tick at the same time."""
    clinic = Clinic.objects.get(pk=clinic.pk)
    check_may_note(clinic, by=by, now=now)
    return clinic


def check_may_note(clinic: Clinic, *, by: Member, now: datetime) -> None:
    """Raise CannotTick unless ``by`` may note now who is at the clinic."""
    if not may_note_who_is_there(clinic, by, now=now):
        raise CannotTick(_("Its hosts and helpers, and those who look after it, note who is there."))
    check_ticking(state=clinic.state, starts_at=clinic.starts_at, now=now)
