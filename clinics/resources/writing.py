"""Writing down what is kept of a clinic: all of its materials at once, in the order in which pages show them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain.resources import (
    RESOURCES_AT_MOST,
    Licence,
    ResourcesRefused,
    check_can_be_kept,
)
from clinics.locking import lock_theirs
from clinics.models import Clinic, ClinicResource
from letsconnect.base import acts
from registrations.models import Member


@dataclass(frozen=True)
class ResourceEntry:
    """One link as somebody wrote it; ``key`` is that of the row it was, None for a new one."""

    kind: str
    url: str
    language: str = ""
    title: str = ""
    licence: str = Licence.BY_SA
    licence_words: str = ""
    is_ready: bool = True
    key: int | None = None


@transaction.atomic
def write_resources(*, clinic: Clinic, entries: Sequence[ResourceEntry], by: Member, now: datetime) -> Clinic:
    """Store all that is kept of a clinic, in this order; what is missing goes.

    ResourcesClosed unless it was held. Writing the same again changes nothing and is not logged.
    """
    clinic = lock_theirs(clinic, by=by)
    check_can_be_kept(clinic.state)
    if len(entries) > RESOURCES_AT_MOST:
        most = ngettext(
            "Of a clinic at most %(count)d link is kept.",
            "Of a clinic at most %(count)d links are kept.",
            RESOURCES_AT_MOST,
        )
        raise ResourcesRefused(most % {"count": RESOURCES_AT_MOST})
    kept = {row.pk: row for row in clinic.resources.all()}
    if any(entry.key is not None and entry.key not in kept for entry in entries):
        raise ResourcesRefused(_("Somebody took a link away meanwhile. Look at the list as it is now."))
    if _store(clinic, entries, kept):
        acts.record(by=by, verb="write_clinic_resources", on=clinic, now=now)
    return clinic


def _store(clinic: Clinic, entries: Sequence[ResourceEntry], kept: dict[int, ClinicResource]) -> bool:
    """Write these rows, and delete the others; return whether anything changed."""
    deleted, _by_table = clinic.resources.exclude(pk__in=[entry.key for entry in entries if entry.key]).delete()
    new: list[ClinicResource] = []
    changed: list[ClinicResource] = []
    for place, entry in enumerate(entries, start=1):
        row = kept.get(entry.key or 0) or ClinicResource(clinic=clinic)
        values = {**asdict(entry), "place": place}
        del values["key"]
        differs = row.pk is None or any(getattr(row, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(row, name, value)
        if differs:
            (changed if row.pk else new).append(row)
    ClinicResource.objects.bulk_update(changed, _COLUMNS)
    ClinicResource.objects.bulk_create(new)
    return bool(deleted or new or changed)


_COLUMNS = ("place", "kind", "language", "title", "url", "licence", "licence_words", "is_ready")
