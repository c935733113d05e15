"""How many people were at a clinic: those known by name, those of its people who have no account, and the rest."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Subquery

from clinics.models import Attendance, Clinic, ClinicPerson, ClinicPersonQuerySet, OtherHeads
from letsconnect.base.querysets import how_many
from letsconnect.base.statements import Inquiry, Statement


@dataclass(frozen=True)
class Heads:
    """The people of one clinic, counted; nobody twice."""

    by_name: int = 0
    without_account: int = 0  # they said yes to share, host, help or interpret, and count as having come
    others: int = 0

    @property
    def together(self) -> int:
        return self.by_name + self.without_account + self.others


def heads_of(clinic: Clinic) -> Heads:
    """Return how many people were at a clinic, in one query."""
    by_name, without_account, others = asked_for_heads(clinic).rows()[0]
    return Heads(by_name, without_account, others or 0)


def asked_for_heads(clinic: Clinic) -> Inquiry[Any]:
    return _HEADS.asked({"clinic": clinic.pk})


def _outside(clinic: int) -> ClinicPersonQuerySet:
    return ClinicPerson.objects.filter(clinic=clinic).accepted().without_account()


_HEADS = Statement(
    lambda clinic: (
        Clinic.objects.filter(pk=clinic)
        .order_by()
        .values_list(
            how_many(Attendance.objects.of(Clinic(pk=clinic))),
            how_many(
                ClinicPerson.objects.filter(clinic=clinic).accepted().without_account(),
                of=Count("address", distinct=True),
            ),
            Subquery(OtherHeads.objects.filter(clinic=clinic).values("number")[:1]),
        )
    )
)
