"""The reports there are: each is a module whose REPORT is registered at start-up, for the pages and files of all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from registrations.models import Member
from reports.domain.periods import Period
from reports.domain.tables import FigureTable


@dataclass(frozen=True)
class ReportQuestion:
    """What a report is asked for: the days, who reads it, and the moment of asking."""

    period: Period
    reader: Member
    now: datetime


@dataclass(frozen=True)
class ReportKind:
    """One report.

    ``tables(asked)`` counts and returns its tables, by the same number of queries for any number of people. Numbers
    that may not be known are `HIDDEN` in them already: what comes out of here may be read by whoever opens the desk.
    ``picture`` names the template in `templates/reports/pictures/` that draws them, before the tables; it gets
    ``by_key``, the tables, and ``asked``.
    ``frames`` are those of its tables that can stand in an edition: without rows, for their headings and definitions,
    which an edition reads again in the language of its reader. A definition that changes is another column. Rows that
    have no key are left out there.
    """

    name: str
    title: Promise | str
    says: Promise | str
    tables: Callable[[ReportQuestion], Iterable[FigureTable]]
    is_of_period: bool = True
    picture: str = ""
    frames: tuple[FigureTable, ...] = ()


_reports: dict[str, ReportKind] = {}


def register(report: ReportKind) -> None:
    """Add a report, in the order in which they are listed."""
    _reports[report.name] = report


def all_reports() -> list[ReportKind]:
    return list(_reports.values())


def report_named(name: str) -> ReportKind | None:
    return _reports.get(name)
