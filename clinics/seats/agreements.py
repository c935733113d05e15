"""What must be agreed to before a seat is taken: the code of conduct and the privacy notice, once for everything.

A clinic asks for both, whatever the programme asks of who is matched: people meet here, too.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicError
from registrations import documents
from registrations.consents import agreeing
from registrations.consents.asking import agreed_versions
from registrations.models import Member


class AgreementMissing(ClinicError):
    """Somebody has not agreed to what everybody at a clinic agrees to."""


def missing_documents(member: Member | None, *, on: date, agreed: Mapping[str, str] | None = None) -> list[str]:
    """Return the documents the member has yet to agree to; of a visitor nobody knows, so all."""
    if member is None:
        return [str(document.value) for document in documents.REQUIRED]
    agreed = agreed_versions(member) if agreed is None else agreed
    return [
        str(document.value)
        for document in documents.REQUIRED
        if agreed.get(document) not in documents.counting(document, on=on)
    ]


def agree_as_ticked(member: Member, versions: Mapping[str, str], *, by: Member, now: datetime) -> None:
    """Keep what the member ticked; AgreementMissing, or NewerVersion, if it is not all that is needed.

    What was ticked by somebody who had agreed already changes nothing.
    """
    missing = missing_documents(member, on=now.date())
    if not missing:
        return
    if any(document not in versions for document in missing):
        raise AgreementMissing(_("Please agree to the code of conduct and the privacy notice first."))
    agreeing.agree(member=member, versions={name: versions[name] for name in missing}, by=by, now=now)
