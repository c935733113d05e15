"""When it can be written what came of a clinic."""

from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicError, ClinicState


class OutcomeClosed(ClinicError):
    """The clinic was not held yet, or is in the archive."""


def check_can_be_told(state: str) -> None:
    """Raise OutcomeClosed unless it can be written what came of a clinic in this state."""
    if state == ClinicState.ARCHIVED:
        raise OutcomeClosed(_("What is written of an archived clinic stays as it is."))
    if state != ClinicState.HELD:
        raise OutcomeClosed(_("What came of a clinic is written once it was held."))
