"""Signing up for a clinic. Every action that counts seats locks the clinic's row, counts again, then writes."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain import clinics
from clinics.domain.clinics import ClinicBusy, ClinicClosed, ClinicState, RsvpState, SignUpTooOften
from clinics.domain.seats import ClinicFull, ComesAnyway
from clinics.locking import lock_clinic
from clinics.models import Clinic, ClinicPerson, Rsvp
from clinics.seats.calendars import may_be_in_a_calendar
from clinics.seats.queue import give_up, move_up, owe_about, seat, seats_held
from letsconnect.base import acts
from letsconnect.base.constraints import constraint_of
from letsconnect.base.statements import Statement
from registrations.models import Member

SEAT_TRIES = 5
_TAKEN_MEANWHILE = {"clinics_seat_unique_among_going_and_offered", "clinics_one_rsvp_per_member"}


def lock_person(member: Member) -> Member:
    """Return the member as they are now, locked before anything else: an erasure holds this row until it ends."""
    rows = _PERSON.rows({"member": member})
    if not rows:
        raise Member.DoesNotExist
    return rows[0]


# Asked at each sign-up, some of them while hundreds wait for the clinic's row: the SQL is written once.
_PERSON = Statement(lambda member: Member.objects.select_for_update(no_key=True).filter(pk=member.pk).order_by())
_ANSWER = Statement(lambda clinic, member: Rsvp.objects.filter(clinic=clinic, member=member))
_WAITING = Statement(lambda clinic: Rsvp.objects.filter(clinic=clinic).waiting().values_list("pk")[:1])
_LAST_PLACE = Statement(
    lambda clinic: (
        Rsvp.objects.filter(clinic=clinic, place__isnull=False).order_by("-place").values_list("place", flat=True)[:1]
    )
)
_PARTS = Statement(
    lambda clinic, member: ClinicPerson.objects.accepted().of(member).filter(clinic=clinic).values_list("pk")[:1]
)


def rsvp(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Rsvp:
    """Give a seat or a turn in the queue; asking twice changes nothing; asking again after cancelling starts anew.

    Whoever is offered a seat takes it by this. From half an hour before the start until the end nobody waits any more:
    whoever asks gets a seat that is free, whatever the queue, or else ClinicFull. ComesAnyway for its own people.

    The lock makes two people on one seat impossible; if it were ever missing, the unique seat refuses and we try again.
    """
    for _attempt in range(SEAT_TRIES):
        try:
            with transaction.atomic():
                if not lock_person(member).is_active:  # erased a moment ago
                    raise ClinicClosed(_("This account is closed."))
                return rsvp_under_locks(clinic=lock_clinic(clinic), member=member, by=by, now=now)
        except IntegrityError as refusal:
            if constraint_of(refusal) not in _TAKEN_MEANWHILE:
                raise
    raise ClinicBusy(_("Many people are signing up at this moment. Please try again."))


def rsvp_under_locks(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Rsvp:
    """Do what `rsvp` does for a member whose account is open and a clinic; both rows are locked, in this order."""
    answer, at_the_door = _answer_of(clinic, member), clinic.doors_are_open(now)
    if answer.offer_has_ended(now):  # they begin anew, once it is ended
        seats_held(clinic, now=now)
        answer = _answer_of(clinic, member)
    elif answer.is_offered and clinic.state == ClinicState.ANNOUNCED:
        return take_offered(answer, by=by, now=now)
    if answer.is_active and not (at_the_door and answer.is_waiting):
        return answer
    if not at_the_door:
        clinics.check_open(state=clinic.state, closes_at=clinic.closes_at, now=now)
    check_needs_a_seat(clinic, member)
    _check_pace(answer, by=by, now=now)
    holders, anyone_waiting = seats_held(clinic, now=now), bool(_WAITING.rows({"clinic": clinic}))
    number = clinics.next_free_seat(capacity=clinic.capacity, taken=[holder.seat for holder in holders])
    is_free = len(holders) < clinic.capacity and number is not None
    if at_the_door and not is_free:
        raise ClinicFull(
            _("All seats are taken. If one becomes free, you can take it here at once. Please look again.")
        )
    was = answer.state
    if not answer.is_waiting:
        answer.turn, answer.made_at = answer.turn + 1, now
    if is_free and (at_the_door or not anyone_waiting):
        seat(answer, number=number, now=now)
    else:
        answer.state = RsvpState.WAITING
        answer.place = (next(iter(_LAST_PLACE.rows({"clinic": clinic})), None) or 0) + 1
        answer.save()
    verb = "take_free_seat" if was == RsvpState.WAITING else "rsvp"
    acts.record(by=by, verb=verb, on=answer, now=now, was=was, became=answer.state)
    owe_about(answer, kind="clinics.moved_up" if was == RsvpState.WAITING else "clinics.rsvp_recorded", now=now)
    if is_free and answer.is_waiting:  # an offer has ended this moment
        move_up(clinic, now=now)
        answer.refresh_from_db()
    return answer


def _answer_of(clinic: Clinic, member: Member) -> Rsvp:
    """Return what the member has at the clinic, or a new row that is not stored; the clinic is locked."""
    rows = _ANSWER.rows({"clinic": clinic, "member": member})
    answer = rows[0] if rows else Rsvp(turn=0)
    answer.clinic, answer.member = clinic, member
    return answer


def take_offered(answer: Rsvp, *, by: Member | None, now: datetime) -> Rsvp:
    """Give the seat that is offered to whoever claims it; the clinic is locked, and the offer stands."""
    was = answer.state
    seat(answer, number=answer.seat, now=now)
    acts.record(by=by, verb="claim_seat", on=answer, now=now, was=was, became=answer.state)
    owe_about(answer, kind="clinics.moved_up", now=now)
    return answer


def check_needs_a_seat(clinic: Clinic, member: Member) -> None:
    """Raise ComesAnyway for somebody who said yes to a part in the clinic; it is locked."""
    if _PARTS.rows({"clinic": clinic, "member": member}):
        raise ComesAnyway(
            _("You take part in this clinic as one of its people. You need no seat, and the call is open to you.")
        )


def _check_pace(answer: Rsvp, *, by: Member, now: datetime) -> None:
    """Raise SignUpTooOften for somebody who signs up and cancels again and again; the clinic is locked."""
    most, within = clinics.SIGN_UPS_AN_HOUR, clinics.HOUR
    if answer.pk and acts.count_recent(by=by, verbs=["rsvp"], on=answer, now=now, within=within) >= most:
        raise SignUpTooOften(
            ngettext(
                "You have signed up for this clinic %(count)d time within an hour. Please wait a little before you "
                "sign up again.",
                "You have signed up for this clinic %(count)d times within an hour. Please wait a little before you "
                "sign up again.",
                most,
            )
            % {"count": most}
        )


@transaction.atomic
def cancel_rsvp(
    *, clinic: Clinic, member: Member, by: Member | None, now: datetime, is_told: bool = True
) -> Rsvp | None:
    """Give a seat, an offer or a turn back; the first in the queue gets the seat.

    Returns None where the member never signed up. Whoever had a seat, or whose calendar may still show one they had
    before, gets a letter that takes the clinic out of it, unless they leave the portal.
    """
    clinic = lock_clinic(clinic)
    answer = clinic.rsvps.filter(member=member).first()
    if answer is None or not answer.is_active:
        return answer
    if now >= clinic.starts_at:
        raise ClinicClosed(_("This clinic has already begun."))
    answer.member = member
    verb = "decline_seat" if answer.is_offered else "cancel_rsvp"
    _give_back(answer, verb=verb, is_told=is_told, by=by, now=now)
    move_up(clinic, now=now)
    return answer


def _give_back(answer: Rsvp, *, verb: str, is_told: bool = True, by: Member | None, now: datetime) -> None:
    was = answer.state
    give_up(answer, RsvpState.CANCELLED)
    acts.record(by=by, verb=verb, on=answer, now=now, was=was, became=answer.state)
    if is_told and (was == RsvpState.GOING or may_be_in_a_calendar(answer)):
        owe_about(answer, kind="clinics.seat_given_back", now=now)


@transaction.atomic
def change_capacity(*, clinic: Clinic, capacity: int, by: Member, now: datetime) -> Clinic:
    """Set the number of seats. More seats go to as many people waiting at once.

    Fewer throw nobody out: where more people have a seat than there are now, those that are given back go to nobody.
    """
    clinic = lock_clinic(clinic)
    if capacity == clinic.capacity:
        return clinic
    set_capacity(clinic, capacity, by=by, now=now)
    move_up(clinic, now=now)
    return clinic


def set_capacity(clinic: Clinic, capacity: int, *, by: Member, now: datetime) -> None:
    """Store the number of seats of a clinic that is locked; the caller says what becomes of those that are free."""
    was, clinic.capacity = clinic.capacity, capacity
    clinic.save(update_fields=["capacity"])
    acts.record(by=by, verb="change_capacity", on=clinic, now=now, was=str(was), became=str(capacity))


def come_without_seat(*, clinic: Clinic, member: Member, now: datetime) -> None:
    """Give on the seat of somebody who said yes to a part in the clinic and comes anyway; the clinic is locked.

    Their part is another event in their calendar: a letter takes the seat out of it.
    """
    answer = clinic.rsvps.active().filter(member=member).first()
    if answer is None:
        return
    answer.member = member
    _give_back(answer, verb="come_without_seat", by=member, now=now)
    move_up(clinic, now=now)
