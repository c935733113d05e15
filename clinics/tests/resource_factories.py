"""Recordings and slides for tests."""

from typing import Any

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicResource
from clinics.tests.factories import make_clinic


def make_resource(clinic: Clinic | None = None, **fields: Any) -> ClinicResource:
    """The recording in English of a clinic that was held, that everybody sees, unless told otherwise."""
    clinic = clinic or make_clinic(state=ClinicState.HELD)
    values = {
        "place": clinic.resources.count() + 1,
        "kind": "recording",
        "language": "en",
        "url": f"https://commons.example.org/{clinic.resources.count() + 1}",
        **fields,
    }
    return ClinicResource.objects.create(clinic=clinic, **values)
