"""What coordinators set for finding the hours of clinics."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import NotYourClinic
from clinics.domain.finding import BadHourRule
from clinics.models import ClinicHourRules
from letsconnect.base import acts
from registrations.models import Member

RULES = ("night_weight", "burden_days")


@transaction.atomic
def change_hour_rules(*, by: Member, now: datetime, **values: int) -> ClinicHourRules:
    """Change some of the rules, by name; the log says what each was and became."""
    if not by.is_coordinator:
        raise NotYourClinic(_("Only coordinators change the rules for the hours of clinics."))
    if set(values) - set(RULES):
        raise BadHourRule(_("There is no such rule."))
    ClinicHourRules.objects.get_or_create(pk=1)
    rules = ClinicHourRules.objects.select_for_update(no_key=True).get(pk=1)
    changed = {name: value for name, value in values.items() if getattr(rules, name) != value}
    if not changed:
        return rules
    changes = [f"{name}: {getattr(rules, name)} → {value}" for name, value in sorted(changed.items())]
    for name, value in changed.items():
        setattr(rules, name, value)
    rules.changed_by, rules.changed_at = by, now
    try:
        rules.full_clean()
    except ValidationError as refused:
        raise BadHourRule(_("One of these numbers is too small or too large.")) from refused
    rules.save(update_fields=[*changed, "changed_by", "changed_at"])
    acts.record(by=by, verb="change_hour_rules", on=rules, now=now, reason=", ".join(changes))
    return rules
