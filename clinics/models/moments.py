"""When a clinic ends and when its sign-up closes, as the database computes them from its start."""

from datetime import timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F, Value


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
