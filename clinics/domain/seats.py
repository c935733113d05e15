"""What can be decided about the queue for seats, without a database: who moves up, who is offered, and until when.

Until the cut-off the queue moves up by itself: there is time to give a seat back. After that a free seat is offered,
and whoever does not claim it in time loses it to the next. Half an hour before the start the queue ends: from then on
whoever finds a seat free takes it at once.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum

from clinics.domain.clinics import DOORS_OPEN, ClinicError

FEWEST_HOURS, USUAL_CUT_OFF, MOST_HOURS = 1, 24, 14 * 24  # between the cut-off and the start
# How long somebody has to claim a seat, by how long it is until the start: the first row that fits.
TIME_TO_CLAIM = (
    (timedelta(days=4), timedelta(hours=24)),
    (timedelta(hours=20), timedelta(hours=8)),
    (timedelta(hours=10), timedelta(hours=4)),
    (timedelta(hours=5), timedelta(hours=2)),
    (timedelta(hours=2), timedelta(hours=1)),
    (timedelta(hours=1), timedelta(minutes=20)),
    (DOORS_OPEN, timedelta(minutes=10)),
)
SHORTEST = timedelta(minutes=10)  # nobody reads and answers a letter in less


class Queue(Enum):
    """What becomes of a free seat while somebody waits."""

    MOVES_UP = "moves up"
    IS_OFFERED = "is offered"
    STANDS = "stands"  # too late to offer anything: the seat waits for whoever finds it once the doors are open


class ClinicFull(ClinicError):
    """No seat is free, and nobody can wait for one any more."""


class OfferGone(ClinicError):
    """The offer was not claimed in time, or was given up."""


class ComesAnyway(ClinicError):
    """Somebody who shares, hosts, interprets or helps at a clinic needs no seat."""


class PutInRefused(ClinicError):
    """The working group cannot give this person a seat."""


class BadSeatRule(ClinicError):
    """A rule for seats that does not exist, or a number that is too small or too large."""


def claim_by(*, starts_at: datetime, now: datetime) -> datetime | None:
    """Return until when a seat that is offered at ``now`` can be claimed; None where too little time is left.

    The nearer the start, the shorter; offers end when the doors open.
    """
    left = starts_at - now
    time = next((time for least, time in TIME_TO_CLAIM if left >= least), timedelta(0))
    until = min(now + time, last_claim(starts_at))
    return until if until - now >= SHORTEST else None


def last_claim(starts_at: datetime) -> datetime:
    """Return when the last offers end: when the doors open, and those who still wait are told."""
    return starts_at - DOORS_OPEN


def queue(*, starts_at: datetime, cut_off: timedelta, now: datetime) -> Queue:
    """Return what becomes of a free seat at ``now``, also where sign-up has closed: who waits signed up before."""
    if now < starts_at - cut_off:
        return Queue.MOVES_UP
    return Queue.IS_OFFERED if claim_by(starts_at=starts_at, now=now) else Queue.STANDS


def renumbered(seats: Collection[int], *, capacity: int) -> dict[int, int]:
    """Return which seats beyond the capacity become which free ones of 1..capacity, after there were made fewer seats.

    Where more people have a seat than there are, the highest numbers stay: so 1..capacity is full as long as anybody
    sits beyond it, and the unique number alone keeps newcomers out.
    """
    beyond = sorted(seat for seat in seats if seat > capacity)
    free = [seat for seat in range(1, capacity + 1) if seat not in seats]
    return dict(zip(beyond, free, strict=False))
