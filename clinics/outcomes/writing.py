"""Writing down what came of a clinic that was held."""

from datetime import datetime

from django.db import transaction

from clinics.domain.outcomes import check_can_be_told
from clinics.locking import lock_theirs
from clinics.models import Clinic
from letsconnect.base import acts
from registrations.models import Member


@transaction.atomic
def write_outcome(
    *, clinic: Clinic, head_count: int | None, outcome: str, language: str, by: Member, now: datetime
) -> Clinic:
    """Store how many people were there, and a summary in one language; either may be left out.

    Nobody is counted or told of by name. OutcomeClosed unless the clinic was held and is not archived.
    """
    clinic = lock_theirs(clinic, by=by)
    check_can_be_told(clinic.state)
    clinic.head_count, clinic.outcome = head_count, outcome
    clinic.outcome_language = language if outcome else ""
    clinic.save(update_fields=["head_count", "outcome", "outcome_language"])
    acts.record(by=by, verb="write_clinic_outcome", on=clinic, now=now)
    return clinic
