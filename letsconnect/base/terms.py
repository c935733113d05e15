"""Terms of office: rows that hold from one day on until another, which is the first day without them."""

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import CheckConstraint, F, Q

Row = TypeVar("Row", bound=models.Model)


class TermOfOfficeQuerySet(models.QuerySet[Row]):
    def not_over(self, *, on: date) -> Self:
        """Those that hold on that day, and those that begin later."""
        return self.filter(Q(until_on=None) | Q(until_on__gt=on))

    def current(self, *, on: date) -> Self:
        """Those that hold on that day."""
        return self.not_over(on=on).filter(from_on__lte=on)


class TermOfOffice:
    """A row with such a term, in its columns ``from_on`` and ``until_on``."""

    until_on: date | None

    def has_ended(self, *, on: date) -> bool:
        return self.until_on is not None and self.until_on <= on


def never_ends_before_it_begins(name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name=name)
