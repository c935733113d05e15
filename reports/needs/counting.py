"""Count wishes and what became of them, skill by skill, in the same number of queries for any number of people."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, F

from clinics.models import Attendance, Clinic
from matching.domain.feedback import Verdict
from matching.models import SessionOutcome
from registrations.domain.registrations import SkillState
from registrations.models import Offer, Skill, Wish, heir_at
from registrations.needs import people_who_count
from reports.catalogue import ReportQuestion

IN_PAIRS, IN_CLINICS, UNMET = OUTCOMES = ("met_one_to_one", "met_in_clinics", "unmet")
LATELY, BEFORE, EARLIER = "lately", "before", "earlier"


class HalfYears(NamedTuple):
    """The six months that were over last, and the six before them: when each begins, and when the last ends."""

    before: datetime
    lately: datetime
    end: datetime

    def when(self, moment: datetime | None) -> str:
        if moment is None or moment >= self.end or moment < self.before:
            return EARLIER
        return LATELY if moment >= self.lately else BEFORE


def half_years(now: datetime) -> HalfYears:
    end = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return HalfYears(_six_months_before(_six_months_before(end)), _six_months_before(end), end)


def _six_months_before(month: datetime) -> datetime:
    return (
        month.replace(month=month.month - 6)
        if month.month > 6
        else month.replace(year=month.year - 1, month=month.month + 6)
    )


@dataclass
class SkillFigures:
    """People who wish one skill, by region and by what they got; when they registered; and people who share it."""

    wishes: Counter[tuple[str, str]] = field(default_factory=Counter)
    since: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)


class WishedSkill(NamedTuple):
    """That somebody wishes a skill; what they got of it, and when they registered."""

    skill: int
    registration: int
    region: str
    outcome: str
    since: str


def wishes_of(asked: ReportQuestion) -> list[WishedSkill]:
    return list(wishes_on(asked.now))


def wishes_on(now: datetime) -> Iterator[WishedSkill]:
    """Yield each wish once, under the skill that it became."""
    in_pairs, in_clinics, halves = set(_met_in_pairs(now)), set(_met_in_clinics(now)), half_years(now)
    rows = people_who_count(on=now.date()).order_by().values_list("pk", "member", "region", "submitted_at")
    people = {pk: (member, region, halves.when(registered_at)) for pk, member, region, registered_at in rows}
    wishes = Wish.objects.order_by().values_list("registration", heir_at("skill"))
    for person, skill in set(wishes):  # all of them: to join people to each takes longer than to leave some out
        if person not in people:
            continue
        member, region, since = people[person]
        outcome = UNMET
        if (person, skill) in in_pairs:
            outcome = IN_PAIRS
        elif (member, skill) in in_clinics:
            outcome = IN_CLINICS
        yield WishedSkill(skill, person, region, outcome, since)


def skill_figures(wishes: Iterable[WishedSkill], *, on: date) -> dict[int, SkillFigures]:
    """Return the figures of each skill that somebody wishes or shares, but of none that was retired."""
    figures: dict[int, SkillFigures] = defaultdict(SkillFigures)
    people = people_who_count(on=on)
    for skill, _registration, region, outcome, since in wishes:
        of_skill = figures[skill]
        of_skill.wishes[region, outcome] += 1
        of_skill.since[since] += 1
    offers = Offer.objects.filter(registration__in=people.order_by().values("pk")).order_by()
    by_region = offers.values(heir=heir_at("skill"), region=F("registration__region"))
    counted = by_region.annotate(people=Count("registration", distinct=True))
    for skill, region, count in counted.values_list("heir", "region", "people"):
        figures[skill].offers[region] += count
    retired = set(Skill.objects.filter(state=SkillState.RETIRED).values_list("pk", flat=True))
    return {skill: of_skill for skill, of_skill in figures.items() if skill not in retired}


def _met_in_pairs(now: datetime) -> Iterator[tuple[int, int]]:
    """Yield who learned which skill in a session: one of the two said that they met, and the other did not deny it."""
    met = SessionOutcome.objects.filter(verdict=Verdict.MET, session__starts_at__lte=now).order_by()
    yield from met.values_list("session__match__learner", heir_at("session__match__skill")).distinct()


def _met_in_clinics(now: datetime) -> Iterator[tuple[int, int]]:
    """Yield who was at a clinic about which skill."""
    over = Clinic.objects.past(now=now).filter(starts_at__lte=now).order_by().values("pk")
    came = Attendance.objects.filter(clinic__in=over, clinic__skills__isnull=False).order_by()
    yield from came.values_list("member", heir_at("clinic__skills")).distinct()
