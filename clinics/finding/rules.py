"""What coordinators set for finding the hours of clinics."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import NotYourClinic
from clinics.domain.finding import BadHourRule
from clinics.models import ClinicHourRules
from letsconnect.base import acts
from letsconnect.base.rules_in_one_row import change_one_row
from registrations.models import Member

RULES = ("night_weight", "burden_days")


@transaction.atomic
def change_hour_rules(*, by: Member, now: datetime, **values: int) -> ClinicHourRules:
    """Change some of the rules, by name; the log says what each was and became."""
    if not by.is_coordinator:
        raise NotYourClinic(_("Only coordinators change the rules for the hours of clinics."))
    if set(values) - set(RULES):
        raise BadHourRule(_("There is no such rule."))
    try:
        rules, changes = change_one_row(ClinicHourRules, values, by=by, now=now)
    except ValidationError as refused:
        raise BadHourRule(_("One of these numbers is too small or too large.")) from refused
    if changes:
        acts.record(by=by, verb="change_hour_rules", on=rules, now=now, reason=changes)
    return rules
