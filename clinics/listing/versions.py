"""Which version of the lists of clinics is now: it changes with every act on a clinic, as that is committed."""

from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Min, Sum, Value
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from clinics.domain.clinics import DOORS_OPEN
from clinics.models import CLOSES_AT, ENDS_AT, Clinic, ListChange, Rsvp
from letsconnect.base.kept_pages import VersionOfTables
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import in_one_row

QUARTER = timedelta(minutes=15)
KEPT_FOR = timedelta(minutes=10)  # longer than any transaction that changes a clinic


class VersionOfLists(NamedTuple):
    """The number of changes and the sum of their keys; and the next moment at which the clock changes anything."""

    number: int
    total: int
    until: datetime


def _read() -> VersionOfLists:
    """Read the version in one statement. The clock changes what is shown of clinics when sign-up closes, the doors
    open, they begin or end, and an offer ends; days begin at a quarter of an hour in every zone."""
    now, batch = timezone.now(), QueryBatch()
    changes = batch.add(in_one_row(ListChange.objects.all(), number=Count("pk"), total=Sum("pk")))
    opens = ExpressionWrapper(F("starts_at") - Value(DOORS_OPEN), output_field=DateTimeField())
    to_come = Clinic.objects.announced().alias(_until=ENDS_AT).filter(_until__gt=now)
    moments = {"closes": CLOSES_AT, "opens": opens, "starts": F("starts_at"), "ends": ENDS_AT}
    clinics = batch.add(
        in_one_row(to_come, **{name: Min(at, filter=GreaterThan(at, now)) for name, at in moments.items()})
    )
    offers = batch.add(in_one_row(Rsvp.objects.offered().filter(claim_by__gt=now), ends=Min("claim_by")))
    batch.run()
    quarter = now + QUARTER - (now - datetime.min.replace(tzinfo=now.tzinfo)) % QUARTER
    until = min(at for row in (*clinics, *offers, (quarter,)) for at in row if at)
    number, total = changes[0] if changes else (0, 0)
    return VersionOfLists(number, total, until)


VERSION = VersionOfTables(_read, until=attrgetter("until"))


def version_of_lists() -> object:
    """Return the version, which is at most half a second old; None where nothing is kept."""
    return VERSION.now()


def forget_old_changes(now: datetime) -> int:
    """Delete the changes that every process has seen; return how many."""
    return ListChange.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
