"""How many people were at a clinic: those known by name, those of its people who have no account, and the rest."""

from dataclasses import dataclass

from clinics.models import Attendance, Clinic, ClinicPerson, OtherHeads


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
    """Return how many people were at a clinic, in three queries."""
    outside = ClinicPerson.objects.filter(clinic=clinic).accepted().without_account()
    others = OtherHeads.objects.filter(clinic=clinic).values_list("number", flat=True).first()
    return Heads(
        by_name=Attendance.objects.of(clinic).count(),
        without_account=outside.values("address").distinct().count(),
        others=others or 0,
    )
