"""What is done with many clinics at once. Announcing asks by itself: its readers are counted over all the clinics."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.domain.clinics import ClinicError
from clinics.models import Clinic
from clinics.planning.plans import archive_clinic, hold_clinic
from letsconnect.base import mass_acts
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.mass_acts import MassActKind, Preview
from letsconnect.base.models import MassAct, MassActRow

HOLD, ARCHIVE = "clinics.hold", "clinics.archive"


def register() -> None:
    """Register what the list of clinics does with many of them."""
    _register(HOLD, gettext_lazy("Mark the selected clinics as held"), hold_clinic, _said_of_holding)
    _register(ARCHIVE, gettext_lazy("Archive the selected clinics"), archive_clinic, _said_of_archiving)


def _register(name: str, label: Any, act_on: Callable[..., Clinic], said: Callable[[int], str]) -> None:
    def with_row(row: MassActRow, act: MassAct, now: datetime) -> str:
        clinic = mass_acts.as_seen(Clinic.objects.looked_after_by(act.by), row, _state_of)
        act_on(clinic=clinic, by=act.by, now=now)
        return ""

    mass_acts.register(
        MassActKind(
            name=name,
            label=label,
            list_name="admin:clinics_clinic_changelist",
            do=with_row,
            version_of=_state_of,
            preview=lambda keys, _act: Preview(sentences=(said(len(keys)), _("This cannot be taken back."))),
            said=said,
            names=_names,
            people=lambda keys: PeopleShown(),  # a clinic names nobody
            look="clinic",
            may=lambda member: bool(member.is_staff),
            refusals=(ClinicError,),
        )
    )


def _state_of(clinic: Clinic) -> str:
    return clinic.state


def _names(keys: list[int], reader: Any) -> Mapping[int, str]:
    rows = Clinic.objects.looked_after_by(reader).filter(pk__in=keys).for_pages(now=timezone.now())
    return {clinic.pk: str(clinic) for clinic in rows.order_by("starts_at", "pk")}


def _said_of_holding(count: int) -> str:
    text = ngettext("%(count)d clinic is marked as held.", "%(count)d clinics are marked as held.", count)
    return text % {"count": count}


def _said_of_archiving(count: int) -> str:
    return ngettext("%(count)d clinic is archived.", "%(count)d clinics are archived.", count) % {"count": count}
