"""Which rule of the database refused something."""

from django.db import IntegrityError


def constraint_of(refusal: IntegrityError) -> str:
    """Return the name of the constraint that was broken, or of the trigger that stands for one; "" if it is unknown."""
    return getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", None) or ""
