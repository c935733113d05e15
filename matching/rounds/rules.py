"""What coordinators set for every round, and which pairs the working group keeps apart."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.lines import has_something_to_see
from letsconnect.base.rules_in_one_row import change_one_row
from matching.domain.matches import BadSetting, MatchMoveNotAllowed, NotYourMatch, ReasonMissing
from matching.models import Exclusion, MatchingRules
from registrations.models import Member, Registration

RULES = (
    "cool_down_days",
    "min_minutes_a_week",
    "most_at_once",
    "both_must_approve",
    "facts_kept_days",
    "next_round_on",
)


@transaction.atomic
def change_rules(*, by: Member, now: datetime, **values: int | bool | date | None) -> MatchingRules:
    """Change some of the rules of matching, by name; the log says what each was and became."""
    if not by.is_coordinator:
        raise NotYourMatch(_("Only coordinators change the rules of matching."))
    if set(values) - set(RULES):
        raise BadSetting(_("There is no such rule."))
    try:
        rules, changes = change_one_row(MatchingRules, values, by=by, now=now)
    except ValidationError as refused:
        raise BadSetting(_("One of these numbers is too small or too large.")) from refused
    if changes:
        acts.record(by=by, verb="change_matching_rules", on=rules, now=now, reason=changes)
    return rules


@transaction.atomic
def exclude_pair(*, person: Registration, other: Registration, reason: str, by: Member, now: datetime) -> Exclusion:
    """Keep two people apart in every round to come, whichever of them shares; a second time changes nothing."""
    if person.pk == other.pk:
        raise BadSetting(_("Choose two different people."))
    if not has_something_to_see(reason):
        raise ReasonMissing(_("Say the reason in a few words."))
    _check_may_exclude(person, other, by=by)
    first, second = sorted((person, other), key=lambda registration: registration.pk)
    try:
        with transaction.atomic():
            exclusion = Exclusion.objects.create(
                person=first, other=second, reason=reason.strip(), made_by=by, made_at=now
            )
    except IntegrityError as error:
        if "matching_one_standing_exclusion_per_pair" not in str(error):
            raise
        return Exclusion.objects.standing().get(person=first, other=second)
    acts.record(by=by, verb="exclude_pair", on=exclusion, now=now, reason=reason.strip())
    return exclusion


@transaction.atomic
def lift_exclusion(*, exclusion: Exclusion, why: str, by: Member, now: datetime) -> Exclusion:
    """Let two people be proposed to each other again."""
    exclusion = (
        Exclusion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("person__member", "other__member")
        .get(pk=exclusion.pk)
    )
    _check_may_exclude(exclusion.person, exclusion.other, by=by)
    if exclusion.lifted_at is not None:
        raise MatchMoveNotAllowed(_("These two are not kept apart any more."))
    if not has_something_to_see(why):
        raise ReasonMissing(_("Say the reason in a few words."))
    exclusion.lifted_at, exclusion.lifted_by, exclusion.lifted_why = now, by, why.strip()
    exclusion.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    acts.record(by=by, verb="lift_exclusion", on=exclusion, now=now, reason=why.strip())
    return exclusion


def _check_may_exclude(person: Registration, other: Registration, *, by: Member) -> None:
    """A liaison of either side's region or a coordinator, and neither of the two."""
    if by.pk in (person.member_id, other.member_id):
        raise NotYourMatch(_("You are one of the two people: somebody else decides about this."))
    if not (by.looks_after(person.region) or by.looks_after(other.region)):
        raise NotYourMatch(_("Neither of the two people is of a region you look after."))
