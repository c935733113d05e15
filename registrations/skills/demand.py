"""How many people want each skill and how many share it, counted once for all skills."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet

from registrations.models import Offer, Registration, Skill, Wish, heir_at


class Demand(NamedTuple):
    """A skill in use, and the people who could be matched for it."""

    skill: int
    wanted: int
    shared: int


def demand_for_skills(*, on: date) -> list[Demand]:
    """Count for each skill in use that somebody wants, in three queries, people who could be matched on that day.

    What was answered with a merged skill counts for its heir; nobody counts twice.
    """
    people = Registration.objects.matchable(on=on).values("pk")
    wanted = _people_by_skill(Wish.objects.filter(registration__in=people))
    shared = _people_by_skill(Offer.objects.filter(registration__in=people))
    in_use = Skill.objects.active().filter(pk__in=list(wanted)).order_by("pk").values_list("pk", flat=True)
    return [Demand(skill, wanted[skill], shared.get(skill, 0)) for skill in in_use]


def _people_by_skill(answers: QuerySet[Any]) -> dict[int, int]:
    living = answers.order_by().annotate(lives_on=heir_at("skill"))
    return dict(
        living.values("lives_on")
        .annotate(people=Count("registration", distinct=True))
        .values_list("lives_on", "people")
    )
