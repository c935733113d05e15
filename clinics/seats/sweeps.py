"""What comes by the clock for seats: offers that end, and the moment at which nobody needs to wait any more."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from clinics.domain.clinics import HOLDING_A_SEAT, HOUR, TOOK_PLACE, ClinicState
from clinics.models import Clinic, ClinicSeatRules, Rsvp
from clinics.seats.queue import move_up, seats_held
from mailings.ledger.many import LetterOwed, owe_to_many
from mailings.models import Letter

STILL_WAITING = "clinics.still_waiting"


@transaction.atomic(savepoint=False)
def give_seats_on(now: datetime) -> int:
    """End the offers nobody claimed, and give on what is free; return how many clinics were looked at.

    A seat that was offered at the very moment at which the cut-off was made shorter is given. A clinic somebody is just
    doing something with is left for the next time: whoever acts there ends its offers, too.
    """
    to_come = Clinic.objects.announced().filter(starts_at__gt=now - HOUR)
    offered = Rsvp.objects.offered().filter(clinic=OuterRef("pk"))
    waiting = Rsvp.objects.waiting().filter(clinic=OuterRef("pk"))
    taken = Count("rsvps", filter=Q(rsvps__state__in=HOLDING_A_SEAT))
    free = to_come.alias(seats_taken=taken).filter(Exists(waiting), seats_taken__lt=F("capacity"))
    keys = set(free.values_list("pk", flat=True))
    # Whatever was in the way of the clock, also of one that is over by now: nobody is offered a seat for ever.
    with_offers = Clinic.objects.filter(Exists(offered), state__in=(ClinicState.ANNOUNCED, *TOOK_PLACE))
    if rows := list(with_offers.values_list("pk", "starts_at", Exists(offered.filter(claim_by__lte=now)))):
        cut_off = ClinicSeatRules.objects.current().cut_off
        keys |= {key for key, starts_at, is_overdue in rows if is_overdue or now < starts_at - cut_off}
    locked = Clinic.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=keys).order_by("pk")
    clinics = list(locked) if keys else []
    for clinic in clinics:
        if clinic.state == ClinicState.ANNOUNCED:
            move_up(clinic, now=now)
        else:
            seats_held(clinic, now=now)
    return len(clinics)


def tell_still_waiting(now: datetime) -> int:
    """Write to each person who still waits when the doors open, once; return how many.

    From then on whoever finds a seat free takes it, which the letter says; so it is of use until the end.
    """
    letters_sent = Letter.objects.filter(kind=STILL_WAITING, about_type=Rsvp._meta.label_lower, about_id=OuterRef("pk"))
    letters_of_this_start = letters_sent.filter(owed_at__gte=OuterRef("made_at")).filter(
        owed_at__gte=OuterRef("clinic__start_set_at")
    )
    still_waiting = (
        Rsvp.objects.waiting()
        .filter(clinic__in=Clinic.objects.announced().doors_open(now=now).values("pk"))
        .exclude(Exists(letters_of_this_start))
        .values_list("pk", "member", "turn", "clinic__sequence")
    )
    owed = [
        LetterOwed(key, f"{STILL_WAITING}:{key}:{turn}:{start}", member) for key, member, turn, start in still_waiting
    ]
    return len(owe_to_many(kind=STILL_WAITING, table=Rsvp, letters=owed, now=now))
