"""The reports there are: each is a module whose REPORT is registered at start-up, for the pages and files of all."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.utils.functional import Promise

from registrations.models import Member
from reports.domain.periods import Period
from reports.domain.tables import FigureTable

Read = TypeVar("Read")


@dataclass(frozen=True)
class ReportQuestion:
    """What a report is asked for: the days, who reads it, and the moment of asking."""

    period: Period
    reader: Member
    now: datetime
    _read: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, read: "Callable[[ReportQuestion], Read]") -> Read:
        """Return what this reads for the question; a second time what was read the first time."""
        if read not in self._read:
            self._read[read] = read(self)
        answer: Read = self._read[read]
        return answer


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


@dataclass(frozen=True)
class Counted:
    """Exactly those whom one number counts. ``nameless`` are people of whom the portal keeps no more than that they
    were there: without an account, or of a row that is gone."""

    registrations: Collection[int] = ()
    members: Collection[int] = ()
    clinics: Collection[int] = ()
    nameless: int = 0

    @property
    def number(self) -> int:
        return len(self.registrations) + len(self.members) + len(self.clinics) + self.nameless


CountedBy = Callable[[str, str, str], Counted]  # by the keys of the table, of the row and of the figure


@dataclass(frozen=True)
class ReportLists:
    """Of which figures of a report the desk can list the people, or the clinics, and how they are counted again.

    What is named here has rows. Answers that people gave in confidence are in sums only, and never stand here.
    """

    people: frozenset[tuple[str, str]]
    counted: Callable[[ReportQuestion], CountedBy]
    clinics: frozenset[tuple[str, str]] = frozenset()

    def may_be_opened(self, table: str, row: str, figure: str, *, reader: Member) -> bool:
        """Tell whether a reader may see whom this number counts: a coordinator everybody, a liaison those of rows about
        a region of theirs. Clinics that were announced are no secret."""
        if (table, figure) in self.clinics:
            return True
        if (table, figure) not in self.people:
            return False
        return reader.is_coordinator or any(
            reader.looks_after(part.removeprefix("region:")) for part in row.split("|") if part.startswith("region:")
        )


_reports: dict[str, ReportKind] = {}
_lists: dict[str, ReportLists] = {}


def register(report: ReportKind) -> None:
    """Add a report, in the order in which they are listed."""
    _reports[report.name] = report


def all_reports() -> list[ReportKind]:
    return list(_reports.values())


def report_named(name: str) -> ReportKind | None:
    return _reports.get(name)


def register_lists(name: str, lists: ReportLists) -> None:
    """Say of which figures of a report there are lists."""
    _lists[name] = lists


def lists_of(name: str) -> ReportLists | None:
    return _lists.get(name)
