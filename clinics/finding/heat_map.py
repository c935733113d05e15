"""The heat map of a week: how many can come at each half hour, as a table whose cells are shaded by their number."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinics.finding.questions import HoursAnswer
from letsconnect.base.hours import monday_of
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from letsconnect.base.zones import zone_or_utc

SHADES = 8


@dataclass(frozen=True)
class HeatCell:
    """One start: how many can come, how dark it is (0 to 8), and whether everybody needed is free."""

    starts_at: datetime
    coming: int
    shade: int
    is_possible: bool


@dataclass(frozen=True)
class HeatMap:
    """One week by the planner's clock. A cell holds no start, one, or the two of an hour that comes twice."""

    days: list[date]
    rows: list[tuple[time, list[list[HeatCell]]]]
    leaves_out: bool  # times at which nobody can come on any day of the week
    before: date | None
    after: date | None

    @property
    def comes_twice(self) -> bool:
        return any(len(cell) > 1 for _at, cells in self.rows for cell in cells)


def heat_map(answer: HoursAnswer, week: date | None) -> HeatMap | None:
    """Return the map of the week in which this day lies, or of the week of the best start.

    There is none where so few people are known that the map would show the hours of each.
    """
    if answer.people_known < SMALLEST_COUNT_SHOWN:
        return None
    here = zone_or_utc(answer.asked.zone)
    local = [start.astimezone(here) for start in answer.hours.starts]
    first, last = monday_of(local[0].date()), monday_of(local[-1].date())
    best = answer.best[0].starts_at.astimezone(here).date() if answer.best else first
    monday = min(max(monday_of(week or best), first), last)
    days = [monday + timedelta(days=day) for day in range(7)]
    most = int(answer.hours.coming.max()) or 1
    cells: dict[time, dict[date, list[HeatCell]]] = defaultdict(lambda: defaultdict(list))
    for index, moment in enumerate(local):
        if monday <= moment.date() <= days[-1]:
            coming = int(answer.hours.coming[index])
            shade = -(-SHADES * coming // most)
            cell = HeatCell(answer.hours.starts[index], coming, shade, bool(answer.hours.is_possible[index]))
            cells[moment.time()][moment.date()].append(cell)
    rows = [(at, [cells[at].get(day, []) for day in days]) for at in sorted(cells)]
    shown = [(at, row) for at, row in rows if any(cell.coming for of_day in row for cell in of_day)]
    return HeatMap(
        days=days,
        rows=shown,
        leaves_out=len(shown) < len(rows),
        before=monday - timedelta(weeks=1) if monday > first else None,
        after=monday + timedelta(weeks=1) if monday < last else None,
    )
