"""Those who come to a clinic and never signed up: hosts and helpers note their address, and learn nothing by it.

Whether an account has an address is not told at the door: the working group reviews what was noted, as it does the list
of a call.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from clinics.attendance.ticking import check_may_note
from clinics.domain.attendance import CannotTick
from clinics.domain.call_lists import MOST_ROWS
from clinics.locking import lock_clinic
from clinics.models import CallList, CallListRow, Clinic
from letsconnect.base import acts
from letsconnect.base.querysets import in_one_row
from letsconnect.base.statements import Inquiry, Statement
from registrations.models import Member


@transaction.atomic
def note_walk_in(*, clinic: Clinic, address: str, by: Member, now: datetime) -> None:
    """Note that whoever has this address, which is canonical, is there; who is noted already is not noted twice."""
    clinic = lock_clinic(clinic)
    check_may_note(clinic, by=by, now=now)
    noted = clinic.call_lists.select_for_update().filter(is_of_the_door=True).first()
    if noted is None:
        noted = CallList.objects.create(clinic=clinic, brought_by=by, brought_at=now, read=0, is_of_the_door=True)
    if noted.rows.filter(address=address).exists():
        return
    if noted.read >= MOST_ROWS:
        raise CannotTick(_("More cannot be noted. Count them with the rest."))
    noted.read += 1
    noted.save(update_fields=["read"])
    last = noted.rows.aggregate(last=Max("row"))["last"] or 0
    CallListRow.objects.create(call_list=noted, row=last + 1, address=address)
    acts.record(by=by, verb="note_walk_in", on=clinic, now=now)


def walk_ins_of(clinic: Clinic) -> int:
    """Return how many are noted of whom nobody has said yet who they are."""
    return sum(asked_for_walk_ins(clinic).rows())


def asked_for_walk_ins(clinic: Clinic) -> Inquiry[int]:
    return _NOTED.asked({"clinic": clinic.pk})


_NOTED = Statement(
    lambda clinic: in_one_row(
        CallListRow.objects.filter(call_list__clinic=clinic, call_list__is_of_the_door=True), number=Count("pk")
    ).values_list("number", flat=True)
)
