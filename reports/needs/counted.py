"""Whom the numbers of the report on needs count."""

from collections.abc import Iterator

from registrations.models import Offer, heir_at
from registrations.needs import people_who_count
from reports.catalogue import Counted, CountedBy, ReportLists, ReportQuestion, register_lists
from reports.needs.counting import wishes_of
from reports.needs.report import BY_REGION, FIGURES, OFFERED, REPORT, SKILLS, TREND, WISHED, slugs_of
from reports.row_names import ALL, parts_of


def counted(asked: ReportQuestion) -> CountedBy:
    """Return who wishes or shares a skill, everywhere or in one region, by what became of the wish."""
    people = people_who_count(on=asked.now.date())
    wishes = asked.once(wishes_of)
    skills = {slug: skill for skill, slug in asked.once(slugs_of).items()}

    def wish(skill: int, figure: str, region: str) -> Iterator[int]:
        for each in wishes:
            if (
                each.skill == skill
                and region in (ALL, each.region)
                and figure in (WISHED.key, each.outcome, each.since)
            ):
                yield each.registration

    def of(table: str, row: str, figure: str) -> Counted:
        of_skill, *of_region = parts_of(row)
        skill = skills.get(of_skill.partition(":")[2])
        region = of_region[0].partition(":")[2] if of_region else ALL
        if skill is None:
            return Counted()
        if figure != OFFERED.key:
            return Counted(registrations=set(wish(skill, figure, region)))
        offers = Offer.objects.alias(heir=heir_at("skill")).filter(heir=skill, registration__in=people.values("pk"))
        offers = offers if region == ALL else offers.filter(registration__region=region)
        return Counted(registrations=set(offers.values_list("registration", flat=True)))

    return of


_OF_SKILLS = {(SKILLS, column.key) for column in (*FIGURES, *TREND)}


def register() -> None:
    register_lists(
        REPORT.name,
        ReportLists(frozenset(_OF_SKILLS | {(BY_REGION, column.key) for column in FIGURES}), counted),
    )
