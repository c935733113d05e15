"""Which clinics a clinic may be an edition of: the same one at another hour."""

from typing import Any

from django.db.models import Q

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicQuerySet
from letsconnect.base.statements import Inquiry, Statement


def originals_for(edition: Clinic) -> ClinicQuerySet:
    """Return the clinics that ``edition`` may be an edition of: to come, no editions themselves, and not this one."""
    if edition.pk and asked_for_editions(edition).rows():
        return Clinic.objects.none()
    is_to_come = Q(state__in=(ClinicState.DRAFT, ClinicState.ANNOUNCED))
    others = Clinic.objects.filter(is_to_come | Q(pk=edition.edition_of_id), is_edition=False)
    return others.exclude(pk=edition.pk)


def asked_for_editions(clinic: Clinic) -> Inquiry[Any]:
    """Return the question whether a clinic has editions."""
    return _EDITION.asked({"clinic": clinic.pk})


_EDITION = Statement(lambda clinic: Clinic.objects.filter(edition_of=clinic).order_by().values_list("pk")[:1])
