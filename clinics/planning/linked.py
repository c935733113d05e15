"""What keeps a newsletter from leading its readers to a clinic."""

from django.urls import resolve
from django.utils.translation import gettext as _

from clinics.domain import ClinicState
from clinics.models import Clinic


def why_not_to_lead_there(path: str) -> str | None:
    """Return why a letter cannot lead to the page of this clinic, or None; it is asked when an issue is checked."""
    clinic = Clinic.objects.filter(pk=resolve(path).kwargs["clinic_id"]).prefetch_related("texts").first()
    if clinic is None:
        return _("there is no such clinic.")
    if clinic.state == ClinicState.DRAFT:
        return _("the clinic “%(clinic)s” is not announced yet.") % {"clinic": clinic}
    if clinic.state == ClinicState.CANCELLED:
        return _("the clinic “%(clinic)s” is cancelled.") % {"clinic": clinic}
    return None
