"""Which clinics the numbers of the report on clinics count."""

from zoneinfo import ZoneInfo

from clinics.domain.finding import is_night
from clinics.domain.region_clocks import CLOCKS
from reports.catalogue import Counted, CountedBy, ReportLists, ReportQuestion, register_lists
from reports.meetings.clinics import REPORT, cancelled_in, seats_and_facts
from reports.meetings.columns import MONTHS, NIGHTS
from reports.row_names import ALL, month_key


def counted(asked: ReportQuestion) -> CountedBy:
    """Return the clinics that took place or were cancelled, and those at night somewhere."""
    _seats, facts = asked.once(seats_and_facts)
    cancelled = [(pk, month_key(at.date())) for pk, at in cancelled_in(asked).values_list("pk", "starts_at")]

    def of(table: str, row: str, figure: str) -> Counted:
        if table == MONTHS.key and figure == "cancelled":
            return Counted(clinics={pk for pk, month in cancelled if row in (ALL, month)})
        if table == MONTHS.key:
            return Counted(clinics={each.pk for each in facts if row in (ALL, month_key(each.starts_at.date()))})
        region = row.partition(":")[2]
        zone = ZoneInfo(next(zone for here, zone in CLOCKS.items() if here == region))
        theirs = (each for each in facts if each.is_for(region))
        return Counted(clinics={each.pk for each in theirs if figure == "held" or is_night(each.starts_at, zone)})

    return of


_FIGURES = {(MONTHS.key, "held"), (MONTHS.key, "cancelled"), (NIGHTS.key, "held"), (NIGHTS.key, "night")}


def register() -> None:
    register_lists(REPORT.name, ReportLists(frozenset(), counted, clinics=frozenset(_FIGURES)))
