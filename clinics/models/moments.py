"""When a clinic ends, when its sign-up closes and when a seat is taken, as the database computes them."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value

from clinics.domain.clinics import DOORS_OPEN, RsvpState


def _minutes_of(column: str) -> ExpressionWrapper:
    minutes = F(column) * Value(timedelta(minutes=1), output_field=models.DurationField())
    return ExpressionWrapper(minutes, output_field=models.DurationField())


ENDS_AT = ExpressionWrapper(F("starts_at") + _minutes_of("minutes"), output_field=models.DateTimeField())
CLOSES_AT = ExpressionWrapper(
    F("starts_at") - _minutes_of("closes_minutes_before"), output_field=models.DateTimeField()
)
# The end of the clinic that a row is about.
CLINIC_ENDS_AT = ExpressionWrapper(
    F("clinic__starts_at") + _minutes_of("clinic__minutes"), output_field=models.DateTimeField()
)


def is_taken(now: datetime, *, rsvp: str = "", clinic: str = "clinic__") -> Q:
    """Return what is true of seats nobody else can have: of who goes, and of who can still claim an offer.

    Offers end when the doors open, and at their own moment, whether or not the sweep has ended them in the rows.
    ``rsvp`` and ``clinic`` lead from the rows asked to an RSVP and to its clinic.
    """
    may_be_claimed = {f"{rsvp}claim_by__gt": now, f"{clinic}starts_at__gt": now + DOORS_OPEN}
    return Q(**{f"{rsvp}state": RsvpState.GOING}) | Q(**{f"{rsvp}state": RsvpState.OFFERED}, **may_be_claimed)
