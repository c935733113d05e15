"""Take an hour that was found: the clinic begins then, and why it does is kept."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinics.domain.clinics import ClinicState
from clinics.domain.finding import HourReasons
from clinics.models import Clinic, ClinicHourChoice
from clinics.planning.cloning import plan_edition
from clinics.planning.plans import change_clinic, stamp
from letsconnect.base import acts
from letsconnect.base.zones import in_zone
from registrations.models import Member

VERSION = 1  # of the form in which reasons are stored


def start_fields(starts_at: datetime, zone: str) -> dict[str, Any]:
    """Return a moment as a clinic keeps it: what the clock of the zone shows, and which of two that show the same."""
    local = in_zone(starts_at, zone)
    return {"local_date": local.date(), "local_time": local.time(), "zone": zone, "fold": local.fold}


@transaction.atomic
def take_hour(
    *, clinic: Clinic, starts_at: datetime, minutes: int, reasons: HourReasons, by: Member, now: datetime
) -> Clinic:
    """Let a draft begin at an hour that was found, and keep why. Taking the same hour again renews its reasons.

    An announced clinic stays where it is, because people must be told: it is moved by the page that asks once more,
    and has its reasons when it is at that hour.
    """
    if clinic.state == ClinicState.DRAFT:
        changes = start_fields(starts_at, reasons.zone) | {"minutes": minutes}
        clinic = change_clinic(clinic=clinic, changes=changes, by=by, now=now)
    else:
        clinic = change_clinic(clinic=clinic, changes={}, by=by, now=now)  # refused to whom it is not theirs
    keep_reasons(clinic=clinic, starts_at=starts_at, minutes=minutes, reasons=reasons, by=by, now=now)
    return clinic


@transaction.atomic
def draft_edition(
    *, clinic: Clinic, starts_at: datetime, minutes: int, reasons: HourReasons, by: Member, now: datetime
) -> Clinic:
    """Draft another edition of the clinic at an hour that was found; where there is one at that hour, return it."""
    original = clinic.edition_of or clinic
    edition = original.editions.filter(starts_at=starts_at, state=ClinicState.DRAFT).first()
    if edition is None:
        start = start_fields(starts_at, reasons.zone)
        edition = plan_edition(clinic=clinic, **start, minutes=minutes, by=by, now=now)
    keep_reasons(clinic=edition, starts_at=starts_at, minutes=minutes, reasons=reasons, by=by, now=now)
    return edition


def keep_reasons(
    *, clinic: Clinic, starts_at: datetime, minutes: int, reasons: HourReasons, by: Member, now: datetime
) -> None:
    """Keep why this start is chosen for the clinic, and log that it was. Call it inside the action's transaction."""
    ClinicHourChoice.objects.update_or_create(
        clinic=clinic,
        starts_at=starts_at,
        defaults={
            "minutes": minutes,
            "chosen_at": now,
            "chosen_by": by,
            "version": VERSION,
            "reasons": reasons_as_stored(reasons),
        },
    )
    acts.record(by=by, verb="choose_hour", on=clinic, now=now, became=stamp(starts_at))


def reasons_as_stored(reasons: HourReasons) -> dict[str, Any]:
    """Return reasons as JSON: days and moments as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(reasons).items()}


def reasons_of(choice: ClinicHourChoice) -> HourReasons | None:
    """Return the reasons of a choice, or None where they are stored in a form this version does not know."""
    if choice.version != VERSION:
        return None
    stored: Mapping[str, Any] = choice.reasons
    values = {field.name: stored[field.name] for field in fields(HourReasons)}
    for name in ("first_on", "last_on"):
        values[name] = date.fromisoformat(values[name])
    if values["other_start"]:
        values["other_start"] = datetime.fromisoformat(values["other_start"])
    return HourReasons(**values)
