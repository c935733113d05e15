"""Series of clinics, as the parts of a course are: made and renamed by the working group."""

from datetime import datetime

from django.db import transaction

from clinics.models import ClinicSeries
from letsconnect.base import acts
from registrations.models import Member


@transaction.atomic
def create_series(*, name: str, by: Member, now: datetime) -> ClinicSeries:
    """Store a series, or return the one of that name: two people who plan its parts mean the same."""
    series = ClinicSeries.objects.filter(name=name).order_by("pk").first()
    if series is None:
        series = ClinicSeries.objects.create(name=name)
        acts.record(by=by, verb="create_series", on=series, now=now)
    return series


@transaction.atomic
def rename_series(*, series: ClinicSeries, name: str, by: Member, now: datetime) -> ClinicSeries:
    series = ClinicSeries.objects.select_for_update(no_key=True).get(pk=series.pk)
    if series.name != name:
        series.name = name
        series.save(update_fields=["name"])
        acts.record(by=by, verb="rename_series", on=series, now=now)
    return series
