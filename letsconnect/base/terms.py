"""Terms of office: rows that hold from one day on until another, which is the first day without them."""

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext as _

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

    from_on: date
    until_on: date | None

    def has_ended(self, *, on: date) -> bool:
        return self.until_on is not None and self.until_on <= on

    def why_not_end_on(self, until_on: date, *, today: date) -> str:
        """Say why the seat cannot end on that day, or return "" if it can.

        What was is not written anew: a seat that is over keeps its end, and no seat ends before today, because it was
        held until now. "Who looked" tells people which seat a reader had on a day. That an end never moves later is
        refused by a trigger too; what is over depends on the hour, which the database is not told.
        """
        if self.has_ended(on=today):
            return _("This seat has ended, and its end stays as it was. To go on, give a new seat.")
        if until_on < self.from_on:
            return _("A seat does not end before the day it began.")
        if until_on < today:
            return _("A seat ends today or later: it was held until now.")
        if self.until_on is not None and until_on >= self.until_on:
            return _("The end of a seat only moves nearer. To go on, give a new seat.")
        return ""


def never_ends_before_it_begins(name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name=name)
