"""Ask for the hour of a clinic: from what a planner fills in to what `clinics.hours` found, and its reasons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from clinics.domain.finding import (
    Burden,
    Editions,
    HourNotPossible,
    HourReasons,
    HoursAsked,
    HoursWanted,
    Option,
    regions_told_apart,
)
from clinics.finding.burden import current_burden
from clinics.finding.people import NeededPerson, needed_and_interested
from clinics.hours import HoursFound
from clinics.models import Clinic, ClinicHourRules

OPTIONS_SHOWN = 8
RULED_OUT_SHOWN = 5


@dataclass(frozen=True)
class Refused:
    """A start that would be as good, at which somebody needed is not free."""

    option: Option
    by: tuple[NeededPerson, ...]


@dataclass(frozen=True)
class HoursAnswer:
    """What was found for one clinic, and what it was computed from."""

    asked: HoursAsked
    hours: HoursFound
    needed: Sequence[NeededPerson]
    burden: Burden
    days: int  # of past clinics that count

    @property
    def people_known(self) -> int:
        """How many of those interested have said when they are free."""
        return len(self.hours.question.people) - self.hours.hours_unknown

    @cached_property
    def people_by_region(self) -> Counter[str]:
        return Counter(person.region for person in self.hours.question.people if person.told_their_hours)

    @cached_property
    def groups(self) -> list[tuple[str, ...]]:
        """The regions as counts tell them apart: see `regions_told_apart`."""
        return regions_told_apart(self.people_by_region)

    @cached_property
    def best(self) -> list[Option]:
        """The best starts, of which none lies within another: else all would be half an hour apart."""
        shown: list[int] = []
        for index in self.hours.ranked():
            if all(self.hours.are_apart(index, other) for other in shown):
                shown.append(index)
            if len(shown) == OPTIONS_SHOWN:
                break
        return [self.hours.option(index) for index in shown]

    @cached_property
    def ruled_out(self) -> list[Refused]:
        """The starts that are better than the best one that is possible, and who is not free then."""
        hours, at_least = self.hours, self.best[0].score if self.best else 1
        refused: list[int] = []
        for index in hours.ranked(possible=False):
            if hours.scores[index] < at_least or len(refused) == RULED_OUT_SHOWN:
                break
            if all(hours.are_apart(index, other) for other in refused):
                refused.append(index)
        return [
            Refused(hours.option(index), tuple(self.needed[row] for row in hours.who_is_missing(index)))
            for index in refused
        ]

    def place_of(self, starts_at: datetime) -> int:
        """Return the place of a start among all; HourNotPossible if it is none of them, or somebody needed is busy."""
        try:
            index = self.hours.starts.index(starts_at)
        except ValueError:
            index = -1
        if index < 0 or not self.hours.is_possible[index]:
            raise HourNotPossible(_("This hour is not possible any more: somebody needed is not free, or it is over."))
        return index

    def editions(self, first: datetime, second: datetime) -> Editions:
        places = self.place_of(first), self.place_of(second)
        if not self.hours.are_apart(*places):
            raise HourNotPossible(_("Two editions of a clinic cannot overlap."))
        return self.hours.editions(*places)

    def reasons(self, starts_at: datetime, editions: Editions | None = None) -> HourReasons:
        """Return why a start is chosen, alone or as one of two editions."""
        index = self.place_of(starts_at)
        option, asked = self.hours.option(index), self.asked
        others = [option.starts_at for option in (editions.first, editions.second)] if editions else []
        return HourReasons(
            first_on=asked.first_on,
            last_on=asked.last_on,
            zone=asked.zone,
            weight=asked.weight,
            days=self.days,
            compared=int(self.hours.is_possible.sum()),
            rank=self.hours.ranked().index(index) + 1,
            people_known=self.people_known,
            hours_unknown=self.hours.hours_unknown,
            coming=option.coming,
            lost=option.lost,
            newly_served=option.newly_served,
            by_region=option.by_region,
            night_by_region=option.night_by_region,
            burden=self.burden.shares,
            other_start=next((other for other in others if other != starts_at), None),
            together=editions.coming if editions else 0,
            third_adds=editions.third_adds if editions else 0,
        )


def find_hours(*, clinic: Clinic, asked: HoursAsked, now: datetime) -> HoursAnswer:
    """Find the hours at which those interested can come, whose nights they are, and who of those needed cannot."""
    bounds = asked.bounds(now)
    if bounds is None:
        raise HourNotPossible(_("All of these days are over."))
    first, last = bounds
    rules = ClinicHourRules.objects.current()
    burden = current_burden(rules, now=now)
    needed, people = needed_and_interested(clinic, first=first, last=last, now=now)
    question = HoursWanted(
        first=first,
        last=last,
        minutes=asked.minutes,
        people=people,
        needed=[person.hours for person in needed],
        burden=burden.shares,
        weight=asked.weight,
    )
    return HoursAnswer(asked, HoursFound(question), needed, burden, rules.burden_days)
