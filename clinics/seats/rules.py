"""What coordinators set about seats: how long before the start free ones are offered instead of given."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from clinics.domain.clinics import NotYourClinic
from clinics.domain.seats import BadSeatRule
from clinics.models import Clinic, ClinicSeatRules, Rsvp
from clinics.seats.queue import move_up
from letsconnect.base import acts
from letsconnect.base.rules_in_one_row import change_one_row
from registrations.models import Member


@transaction.atomic
def change_seat_rules(*, cut_off_hours: int, by: Member, now: datetime) -> ClinicSeatRules:
    """Change from when on free seats are offered; the log says what it was and became."""
    if not by.is_coordinator:
        raise NotYourClinic(_("Only coordinators change the rules for the seats of clinics."))
    try:
        rules, changes = change_one_row(ClinicSeatRules, {"cut_off_hours": cut_off_hours}, by=by, now=now)
    except ValidationError as refused:
        raise BadSeatRule(_("This number is too small or too large.")) from refused
    if changes:
        acts.record(by=by, verb="change_seat_rules", on=rules, now=now, reason=changes)
        _ask_queues(now=now)
    return rules


def _ask_queues(*, now: datetime) -> None:
    """Let each clinic where a seat is offered say by the new rules what becomes of it: it may need no claiming now."""
    offered = Rsvp.objects.offered().filter(clinic=OuterRef("pk"))
    clinics = Clinic.objects.announced().filter(Exists(offered), starts_at__gt=now).order_by("pk")
    for clinic in clinics.select_for_update(no_key=True):
        move_up(clinic, now=now)
