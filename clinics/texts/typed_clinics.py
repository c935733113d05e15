"""Fields of the desk in which a clinic or a series is typed, instead of a list of all of them."""

from typing import Any

from clinics.models import Clinic, ClinicQuerySet, ClinicSeries
from letsconnect.base.templatetags.when import when
from registrations.reference.typed_rows import TypedRowField, row_field


def clinic_field(clinics: ClinicQuerySet, **kwargs: Any) -> TypedRowField:
    """Return a field for one of these clinics, told apart by their start: the months of one clinic have one title."""
    return row_field(
        lambda: [(clinic.pk, f"{clinic} · {when(clinic.starts_at)}") for clinic in clinics.prefetch_related("texts")],
        row_of=lambda key: Clinic.objects.get(pk=key),
        **kwargs,
    )


def series_field(**kwargs: Any) -> TypedRowField:
    """Return a field for a series of clinics."""
    return row_field(
        lambda: ClinicSeries.objects.values_list("pk", "name"),
        row_of=lambda key: ClinicSeries.objects.get(pk=key),
        **kwargs,
    )
