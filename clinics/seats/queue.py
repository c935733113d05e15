"""The queue of one clinic: what becomes of free seats. Whoever calls this holds the lock on the clinic's row."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from clinics.domain import clinics, seats
from clinics.domain.clinics import ClinicBusy, ClinicState, RsvpState
from clinics.domain.seats import Queue
from clinics.models import AccessNeed, Clinic, ClinicSeatRules, LanguageNeed, Rsvp, SeatQuestion
from letsconnect.base import acts
from letsconnect.base.statements import Statement
from mailings.ledger import letters

_SEAT_COLUMNS = ["state", "seat", "place", "seated_at", "claim_by"]


def gathering_of(rsvp: Rsvp) -> str:
    """Return the key under which letters about one person's seat at one clinic gather; reminders do not gather."""
    return f"clinic:{rsvp.pk}:place"


def owe_about(rsvp: Rsvp, *, kind: str, now: datetime, gathers: bool = True) -> None:
    """Owe one letter about what somebody's turn has come to."""
    letters.owe(
        kind=kind,
        to=rsvp.member,
        about=rsvp,
        key=f"{kind}:{rsvp.pk}:{rsvp.turn}",
        gather=gathering_of(rsvp) if gathers else "",
        now=now,
    )


class Holder(NamedTuple):
    """Who has a seat, or is offered one, as far as the queue must know it."""

    key: int
    seat: int
    claim_by: datetime | None


# Counted at each sign-up, so the SQL is written once; no row is kept.
_HOLDERS = Statement(
    lambda clinic: (
        Rsvp.objects.filter(clinic=clinic).holding_a_seat().order_by("pk").values_list("pk", "seat", "claim_by")
    )
)


def seats_held(clinic: Clinic, *, now: datetime) -> list[Holder]:
    """Return who has a seat or is offered one, once overdue offers are ended; the caller gives those seats on.

    After there were made fewer seats, the numbers are brought back into 1..capacity as far as they fit.
    """
    rows = _HOLDERS.rows({"clinic": clinic})
    holders = [Holder(key, number or 0, until) for key, number, until in rows]  # the database keeps each numbered
    offers_end = seats.last_claim(clinic.starts_at)
    overdue = {holder.key for holder in holders if holder.claim_by and min(holder.claim_by, offers_end) <= now}
    if overdue:
        for answer in clinic.rsvps.filter(pk__in=overdue).select_related("member").order_by("claim_by", "pk"):
            _expire(answer, now=now)
        holders = [holder for holder in holders if holder.key not in overdue]
    if any(holder.claim_by and holder.claim_by > offers_end for holder in holders):
        _shorten_offers(clinic, until=offers_end, now=now)
    moves = seats.renumbered([holder.seat for holder in holders], capacity=clinic.capacity)
    for holder in [holder for holder in holders if holder.seat in moves]:
        clinic.rsvps.filter(pk=holder.key).update(seat=moves[holder.seat])
    return [holder._replace(seat=moves.get(holder.seat, holder.seat)) for holder in holders]


def move_up(clinic: Clinic, *, now: datetime) -> list[Rsvp]:
    """Give free seats to the people waiting, in order, or after the cut-off offer them; return whose turn it was.

    Who has a seat at another edition is passed over: people take one.
    """
    if clinic.state != ClinicState.ANNOUNCED:
        return []
    holders = seats_held(clinic, now=now)
    in_turn = clinic.rsvps.waiting().without_those_at_other_editions(clinic, now=now).select_related("member")
    waiting = list(in_turn[: max(0, clinic.capacity - len(holders))])
    if not waiting and not any(holder.claim_by for holder in holders):
        return []
    queue = seats.queue(starts_at=clinic.starts_at, cut_off=ClinicSeatRules.objects.current().cut_off, now=now)
    if queue is Queue.MOVES_UP:  # after the clinic, or the cut-off, was moved, an offer needs no claiming any more
        offered = clinic.rsvps.offered().without_those_at_other_editions(clinic, now=now)
        for answer in offered.select_related("member"):
            _give(answer, number=answer.seat, now=now)
    if queue is Queue.STANDS:
        return []
    taken = [holder.seat for holder in holders]
    for answer in waiting:
        number = number_free(clinic, taken)
        taken.append(number)
        if queue is Queue.MOVES_UP:
            _give(answer, number=number, now=now)
        else:
            _offer(clinic, answer, number=number, now=now)
    return waiting


def number_free(clinic: Clinic, taken: list[int]) -> int:
    """Return the lowest number nobody has; the caller has counted under the lock that there is one."""
    number = clinics.next_free_seat(capacity=clinic.capacity, taken=taken)
    if number is None:
        raise ClinicBusy(_("All seats are taken."))
    return number


def seat(answer: Rsvp, *, number: int | None, now: datetime) -> None:
    """Store that somebody goes, on this seat."""
    answer.state, answer.seat, answer.place = RsvpState.GOING, number, None
    answer.seated_at, answer.claim_by = now, None
    answer.save(update_fields=[*_SEAT_COLUMNS, "turn", "made_at"] if answer.pk else None)


def _give(answer: Rsvp, *, number: int | None, now: datetime) -> None:
    was = answer.state
    seat(answer, number=number, now=now)
    acts.record(by=None, verb="move_up", on=answer, now=now, was=was, became=answer.state)
    owe_about(answer, kind="clinics.moved_up", now=now)


def give_up(answer: Rsvp, becomes: RsvpState) -> None:
    """Store that somebody neither has a seat nor waits for one; what they chose for it and said with it goes at once.

    So a seat they take later does not come with what they said with this one.
    """
    for table in (AccessNeed, SeatQuestion, LanguageNeed):
        table.objects.filter(rsvp=answer).delete()
    answer.state, answer.seat, answer.place, answer.seated_at, answer.claim_by = becomes, None, None, None, None
    answer.channel, answer.shows_name = None, False
    answer.save(update_fields=[*_SEAT_COLUMNS, "channel", "shows_name"])


def _expire(answer: Rsvp, *, now: datetime) -> None:
    """End an offer that nobody claimed, and tell them."""
    give_up(answer, RsvpState.EXPIRED)
    acts.record(by=None, verb="expire_offer", on=answer, now=now, was=RsvpState.OFFERED, became=answer.state)
    owe_about(answer, kind="clinics.offer_expired", now=now)


def _offer(clinic: Clinic, answer: Rsvp, *, number: int, now: datetime) -> None:
    answer.state, answer.seat, answer.place = RsvpState.OFFERED, number, None
    answer.claim_by = seats.claim_by(starts_at=clinic.starts_at, now=now)
    answer.save(update_fields=_SEAT_COLUMNS)
    acts.record(by=None, verb="offer_seat", on=answer, now=now, was=RsvpState.WAITING, became=answer.state)
    _tell_offered(answer, now=now)


def _shorten_offers(clinic: Clinic, *, until: datetime, now: datetime) -> None:
    for answer in clinic.rsvps.offered().filter(claim_by__gt=until).select_related("member"):
        answer.claim_by = until
        answer.save(update_fields=["claim_by"])
        acts.record(by=None, verb="change_offer", on=answer, now=now)
        _tell_offered(answer, now=now)


def _tell_offered(answer: Rsvp, *, now: datetime) -> None:
    """Owe the offer; it does not wait for a quiet minute. Where its end changes, they are told again."""
    kind, until = "clinics.seat_offered", answer.claim_by
    key = f"{kind}:{answer.pk}:{answer.turn}:{until:%Y%m%dT%H%M%SZ}"
    letters.owe(kind=kind, to=answer.member, about=answer, key=key, now=now)
