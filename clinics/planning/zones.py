"""The time zones of clinics that a planner most likely means, to be shown before anything is typed."""

from typing import Any

from django.db.models import Count
from django.utils import timezone

from clinics.models import Clinic
from letsconnect.base.statements import Inquiry, Statement
from registrations.reference.finding import AT_MOST


def likely_zones() -> list[str]:
    """Return the reader's own zone, and those by whose clock most clinics are held."""
    zones = (timezone.get_current_timezone_name(), *(zone for zone, _clinics in asked_for_zones().rows()), "UTC")
    return list(dict.fromkeys(zones))[:AT_MOST]


def asked_for_zones() -> Inquiry[Any]:
    """Return what `likely_zones` asks."""
    return _OFTEN.asked({})


_OFTEN = Statement(
    lambda: (
        Clinic.objects.order_by()
        .values_list("zone")
        .annotate(clinics=Count("pk"))
        .order_by("-clinics", "zone")[:AT_MOST]
    )
)
