"""How many came to a clinic and from which regions, for everybody to read: counted once, when it is known who came."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from clinics.attendance.counting import heads_of
from clinics.domain.clinics import ClinicState
from clinics.domain.outcomes import regions_told
from clinics.models import ENDS_AT, Attendance, AttendanceFigures, Clinic

FIXED_AFTER = timedelta(days=14)  # the end: hosts tick for a week, and the list of the call was looked through
AT_ONCE = 100


@transaction.atomic
def fix_figures(now: datetime) -> int:
    """Fix the figures of clinics that were held so long ago, or are in the archive; return of how many."""
    not_fixed = Clinic.objects.filter(held_at__isnull=False, attendance_figures=None).alias(_ends=ENDS_AT)
    due = not_fixed.filter(Q(_ends__lte=now - FIXED_AFTER) | Q(state=ClinicState.ARCHIVED)).order_by("pk")[:AT_ONCE]
    locked = Clinic.objects.select_for_update(no_key=True).filter(pk__in=list(due.values_list("pk", flat=True)))
    return sum(_fix(clinic, now=now) for clinic in locked.order_by("pk"))


def _fix(clinic: Clinic, *, now: datetime) -> bool:
    sums = regions_told(people_by_region(clinic))
    figures = {
        "fixed_at": now,
        "people": heads_of(clinic).together,
        "regions": sums.number,
        "named": dict(sums.named),
        "elsewhere": sums.elsewhere,
    }
    return AttendanceFigures.objects.get_or_create(clinic=clinic, defaults=figures)[1]


def people_by_region(clinic: Clinic) -> dict[str, int]:
    """Return how many of those who are known to have come are of each region; "" for those of none."""
    counted = Attendance.objects.of(clinic).order_by().values("member__region").annotate(people=Count("pk"))
    return dict(counted.values_list("member__region", "people"))
