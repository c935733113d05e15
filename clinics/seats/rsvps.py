"""Signing up for a clinic. Every action that counts seats locks the clinic's row, counts again, then writes."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain import clinics
from clinics.domain.clinics import ClinicBusy, ClinicClosed, RsvpState, SignUpTooOften
from clinics.locking import lock_clinic
from clinics.models import Clinic, Rsvp
from letsconnect.base import acts
from mailings.ledger import letters
from registrations.models import Member

SEAT_TRIES = 5
_TAKEN_MEANWHILE = {"clinics_seat_unique_among_going_and_offered", "clinics_one_rsvp_per_member"}


def gathering_of(rsvp: Rsvp) -> str:
    """Return the key under which letters about one person's seat at one clinic gather; reminders do not gather."""
    return f"clinic:{rsvp.pk}:place"


def lock_person(member: Member) -> Member:
    """Return the member as they are now, locked before anything else: an erasure holds this row until it ends."""
    return Member.objects.select_for_update(no_key=True).get(pk=member.pk)


def rsvp(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Rsvp:
    """Give a seat or a turn in the queue; asking twice changes nothing; asking again after cancelling starts anew.

    The lock makes two people on one seat impossible; if it were ever missing, the unique seat refuses and we try again.
    """
    for _attempt in range(SEAT_TRIES):
        try:
            return _rsvp_once(clinic=clinic, member=member, by=by, now=now)
        except IntegrityError as refusal:
            if getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", "") not in _TAKEN_MEANWHILE:
                raise
    raise ClinicBusy(_("Many people are signing up at this moment. Please try again."))


@transaction.atomic
def _rsvp_once(*, clinic: Clinic, member: Member, by: Member, now: datetime) -> Rsvp:
    if not lock_person(member).is_active:  # erased a moment ago
        raise ClinicClosed(_("This account is closed."))
    clinic = lock_clinic(clinic)
    answer = clinic.rsvps.filter(member=member).first() or Rsvp(clinic=clinic, member=member, turn=0)
    if answer.is_active:
        return answer
    clinics.check_open(state=clinic.state, closes_at=clinic.closes_at, now=now)
    _check_pace(answer, by=by, now=now)
    was, seats = answer.state, _seats_taken(clinic)
    answer.state = clinics.offer_seat(
        capacity=clinic.capacity, seats_taken=len(seats), anyone_waiting=clinic.rsvps.waiting().exists()
    )
    answer.turn += 1
    answer.made_at = now
    if answer.state == RsvpState.GOING:
        answer.seat, answer.seated_at = clinics.next_free_seat(capacity=clinic.capacity, taken=seats), now
    else:
        answer.place = (clinic.rsvps.aggregate(last=Max("place"))["last"] or 0) + 1
    answer.save()
    acts.record(by=by, verb="rsvp", on=answer, now=now, was=was, became=answer.state)
    letters.owe(
        kind="clinics.rsvp_recorded",
        to=member,
        about=answer,
        key=f"clinics.rsvp_recorded:{answer.pk}:{answer.turn}",
        gather=gathering_of(answer),
        now=now,
    )
    return answer


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
    """Give a seat or turn back; the first in the queue gets the seat. Returns None where the member never signed up.

    Whoever had a seat gets a letter that takes the clinic out of their calendar, unless they leave the portal.
    """
    clinic = lock_clinic(clinic)
    answer = clinic.rsvps.filter(member=member).first()
    if answer is None or not answer.is_active:
        return answer
    if now >= clinic.starts_at:
        raise ClinicClosed(_("This clinic has already begun."))
    was = answer.state
    _give_up(answer, RsvpState.CANCELLED)
    acts.record(by=by, verb="cancel_rsvp", on=answer, now=now, was=was, became=answer.state)
    if is_told and was == RsvpState.GOING:
        letters.owe(
            kind="clinics.seat_given_back",
            to=member,
            about=answer,
            key=f"clinics.seat_given_back:{answer.pk}:{answer.turn}",
            gather=gathering_of(answer),
            now=now,
        )
    move_up(clinic, now=now)
    return answer


@transaction.atomic
def change_capacity(*, clinic: Clinic, capacity: int, by: Member, now: datetime) -> Clinic:
    """Set the number of seats. More seats go to people waiting at once; CapacityTooSmall if someone would lose
    theirs."""
    clinic = lock_clinic(clinic)
    if capacity == clinic.capacity:
        return clinic
    clinics.check_capacity(capacity=capacity, seats_taken=len(_seats_taken(clinic)))
    was, clinic.capacity = clinic.capacity, capacity
    clinic.save(update_fields=["capacity"])
    _renumber(clinic)
    acts.record(by=by, verb="change_capacity", on=clinic, now=now, was=str(was), became=str(capacity))
    move_up(clinic, now=now)
    return clinic


def move_up(clinic: Clinic, *, now: datetime) -> list[Rsvp]:
    """Give free seats to the people waiting, in order. The caller holds the lock on the clinic."""
    seats = _seats_taken(clinic)
    free = clinics.seats_to_give(
        state=clinic.state, capacity=clinic.capacity, seats_taken=len(seats), closes_at=clinic.closes_at, now=now
    )
    moved = list(clinic.rsvps.waiting().select_related("member")[:free])
    for answer in moved:
        answer.state, answer.place, answer.seated_at = RsvpState.GOING, None, now
        answer.seat = _number_free(clinic, seats)
        seats.append(answer.seat)
        answer.save(update_fields=["state", "seat", "place", "seated_at"])
        acts.record(by=None, verb="move_up", on=answer, now=now, was=RsvpState.WAITING, became=answer.state)
        letters.owe(
            kind="clinics.moved_up",
            to=answer.member,
            about=answer,
            key=f"clinics.moved_up:{answer.pk}:{answer.turn}",
            gather=gathering_of(answer),
            now=now,
        )
    return moved


def _give_up(answer: Rsvp, becomes: RsvpState) -> None:
    """Store that somebody neither has a seat nor waits for one, nor anything they chose for it."""
    answer.state, answer.seat, answer.place, answer.seated_at, answer.claim_by = becomes, None, None, None, None
    answer.channel, answer.shows_name = None, False
    answer.save(update_fields=["state", "seat", "place", "seated_at", "claim_by", "channel", "shows_name"])


def _seats_taken(clinic: Clinic) -> list[int]:
    """Return the number of each seat that somebody has or is offered."""
    return [seat for seat in clinic.rsvps.holding_a_seat().values_list("seat", flat=True) if seat is not None]


def _number_free(clinic: Clinic, seats: Collection[int]) -> int:
    """Return the lowest number nobody has; the caller has counted under the lock that there is one."""
    number = clinics.next_free_seat(capacity=clinic.capacity, taken=seats)
    if number is None:
        raise ClinicBusy(_("All seats are taken."))
    return number


def _renumber(clinic: Clinic) -> None:
    """Bring seat numbers back into 1..capacity after the number of seats went down."""
    seats = _seats_taken(clinic)
    for answer in clinic.rsvps.holding_a_seat().filter(seat__gt=clinic.capacity).order_by("seat"):
        answer.seat = _number_free(clinic, seats)
        seats.append(answer.seat)
        answer.save(update_fields=["seat"])
