"""The time zones of clinics that a planner most likely means, to be shown before anything is typed."""

from django.db.models import Count
from django.utils import timezone

from clinics.models import Clinic
from registrations.reference.finding import AT_MOST


def likely_zones() -> list[str]:
    """Return the reader's own zone, and those by whose clock most clinics are held."""
    often = Clinic.objects.order_by().values_list("zone").annotate(clinics=Count("pk")).order_by("-clinics", "zone")
    zones = (timezone.get_current_timezone_name(), *(zone for zone, _clinics in often[:AT_MOST]), "UTC")
    return list(dict.fromkeys(zones))[:AT_MOST]
