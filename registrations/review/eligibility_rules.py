"""Change the eligibility rules."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from registrations.domain.registrations import NotYours
from registrations.models import Eligibility, Member


@transaction.atomic
def set_eligibility(*, rules: Eligibility, by: Member, now: datetime) -> Eligibility:
    """Store the rules, for everybody from now on; the log says what they are. Raises NotYours for non-coordinators."""
    if not by.is_coordinator:
        raise NotYours(_("Only coordinators change the eligibility rules."))
    rules.pk = Eligibility.ONLY
    if Eligibility.objects.filter(pk=rules.pk).exists():
        rules.save(force_update=True)
    else:
        rules.save(force_insert=True)
    acts.record(by=by, verb="set_eligibility", on=rules, now=now, reason=_as_text(rules))
    return rules


def _as_text(rules: Eligibility) -> str:
    columns = [field.name for field in rules._meta.concrete_fields if isinstance(field, models.BooleanField)]
    return ", ".join(f"{name}: {getattr(rules, name)}" for name in columns)
