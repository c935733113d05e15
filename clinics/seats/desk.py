"""What the working group does with seats: putting somebody in, taking somebody out."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain import clinics
from clinics.domain.clinics import ClinicClosed, RsvpState
from clinics.domain.seats import PutInRefused
from clinics.locking import check_theirs, lock_theirs
from clinics.models import Clinic, Rsvp
from clinics.seats.editions import give_back, lock_with_other_editions
from clinics.seats.queue import give_up, move_up, owe_about, seat, seats_held
from clinics.seats.rsvps import check_needs_a_seat, lock_person, set_capacity
from letsconnect.base import acts
from registrations.models import Member


@transaction.atomic
def put_in(*, clinic: Clinic, member: Member, add_seat: bool = False, by: Member, now: datetime) -> Rsvp:
    """Give somebody a seat, before everybody who waits, and write to them; somebody who has one keeps it.

    Where all are taken, ``add_seat`` makes one more; without it, PutInRefused. ComesAnyway for the clinic's own people.
    What they have at other editions of the clinic is given back.
    """
    if member.pk == by.pk:
        raise PutInRefused(_("Nobody puts themselves in: sign up on the page of the clinic, as everybody does."))
    if not lock_person(member).is_active:
        raise PutInRefused(_("This account is closed."))
    locked, others = lock_with_other_editions(clinic, member, now=now)
    clinic = locked[clinic.pk]
    check_theirs(clinic, by=by)
    _check_takes_place(clinic, now=now)
    check_needs_a_seat(clinic, member)
    answer = clinic.rsvps.filter(member=member).first() or Rsvp(clinic=clinic, member=member, turn=0, made_at=now)
    if answer.is_going:
        return answer
    if answer.offer_has_ended(now):  # they begin anew, once it is ended
        seats_held(clinic, now=now)
        answer.refresh_from_db()
    taken = [holder.seat for holder in seats_held(clinic, now=now) if holder.key != answer.pk]
    if len(taken) >= clinic.capacity:
        _add_seat(clinic, len(taken) + 1, may=add_seat, by=by, now=now)
    was, number = answer.state, clinics.next_free_seat(capacity=clinic.capacity, taken=taken)
    if not answer.is_active:
        answer.turn, answer.made_at = answer.turn + 1, now
    answer.member = member
    seat(answer, number=number, now=now)
    acts.record(by=by, verb="put_in_clinic", on=answer, now=now, was=was, became=answer.state)
    owe_about(answer, kind="clinics.put_in", now=now)
    give_back(others, by=by, now=now)
    move_up(clinic, now=now)
    return answer


def _add_seat(clinic: Clinic, capacity: int, *, may: bool, by: Member, now: datetime) -> None:
    if not may:
        raise PutInRefused(_("All seats are taken. Add a seat for this person, or take somebody out first."))
    if capacity > clinics.MAX_CAPACITY:
        raise PutInRefused(_("There cannot be more seats at a clinic."))
    set_capacity(clinic, capacity, by=by, now=now)


@transaction.atomic
def take_out(*, clinic: Clinic, member: Member, reason: str = "", by: Member, now: datetime) -> Rsvp | None:
    """Take somebody out, seat or turn, and tell them kindly, with the reason if one is given; the seat goes on."""
    clinic = lock_theirs(clinic, by=by)
    answer = clinic.rsvps.filter(member=member).select_related("member").first()
    if answer is None or not answer.is_active:
        return answer
    _check_takes_place(clinic, now=now)
    was = answer.state
    give_up(answer, RsvpState.CANCELLED)
    acts.record(
        by=by,
        verb="take_out_of_clinic",
        on=answer,
        now=now,
        was=was,
        became=answer.state,
        reason=reason.strip(),
        reason_is_for_them=True,
    )
    owe_about(answer, kind="clinics.taken_out", now=now, gathers=False)
    move_up(clinic, now=now)
    return answer


def _check_takes_place(clinic: Clinic, *, now: datetime) -> None:
    if not clinics.may_still_take_part(state=clinic.state, ends_at=clinic.ends_at, now=now):
        raise ClinicClosed(_("Seats are given and taken at announced clinics that are not over."))
