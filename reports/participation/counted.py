"""Whom the numbers of the reports on who took part and on first sessions count."""

from collections.abc import Collection, Mapping

from reports.approved import approved_rows
from reports.catalogue import Counted, CountedBy, ReportLists, ReportQuestion, register_lists
from reports.participation import first_hours
from reports.participation.columns import (
    KINDS_TABLE,
    LANGUAGES,
    MONTHS,
    NEWCOMERS,
    PEOPLE,
    REGIONS,
    REGISTERED,
    SUMMARY,
)
from reports.participation.taking_part import ROLES
from reports.participation.who import COLUMNS, REPORT, FirstLanguages, PeopleCounted, TookPart, first_languages
from reports.row_names import ALL

NO_ROWS = PeopleCounted()


def counted(asked: ReportQuestion) -> CountedBy:
    """Return who took part, by row and as what."""
    took_part = asked.once(TookPart)
    languages = FirstLanguages(took_part, first_languages(took_part.accounts))
    rows: Mapping[str, Mapping[str, PeopleCounted]] = {
        MONTHS.key: {**took_part.months, ALL: took_part.in_all},
        REGIONS.key: {**took_part.regions, ALL: took_part.in_all},
        KINDS_TABLE.key: {**took_part.kinds, ALL: took_part.in_all},
    }

    def of(table: str, row: str, figure: str) -> Counted:
        if table == REGISTERED.key:
            return _registered(took_part, row, figure)
        if table == SUMMARY.key:
            return _people(took_part.in_all.who(figure))
        if table == LANGUAGES.key:
            return _people(languages.told.get(row, ()))
        return _people(rows[table].get(row, NO_ROWS).who(figure))

    return of


def _people(people: Collection[int]) -> Counted:
    """Return people by their accounts; who has none is a negative number, and forgotten after thirty days."""
    accounts = {person for person in people if person > 0}
    return Counted(members=accounts, nameless=len(people) - len(accounts))


def _registered(took_part: TookPart, row: str, figure: str) -> Counted:
    registered = [(pk, member) for pk, member, region in approved_rows() if row in (ALL, f"region:{region}")]
    if figure == "unregistered":
        here = took_part.in_all if row == ALL else took_part.regions.get(row, NO_ROWS)
        return _people(here.who(PEOPLE) - {member for _pk, member in registered if member})
    everybody = figure == "registered"
    return Counted(registrations={pk for pk, member in registered if everybody or member in took_part.people})


def first_sessions(asked: ReportQuestion) -> CountedBy:
    """Return who has come as far as a step."""
    ways = asked.once(first_hours.ways_of)

    def of(table: str, row: str, figure: str) -> Counted:
        place = first_hours.STEPS.index(row.partition(":")[2])
        return Counted(registrations={way.registration for way in ways if way.steps_taken > place})

    return of


_PEOPLE = {(table.key, column) for table in (MONTHS, REGIONS) for column in COLUMNS}
_PEOPLE |= {(KINDS_TABLE.key, column) for column in (PEOPLE, *ROLES)}
_PEOPLE |= {(SUMMARY.key, PEOPLE), (SUMMARY.key, NEWCOMERS), (LANGUAGES.key, PEOPLE)}
_PEOPLE |= {(REGISTERED.key, column.key) for column in REGISTERED.columns if column.is_figure}


def register() -> None:
    register_lists(REPORT.name, ReportLists(frozenset(_PEOPLE), counted))
    register_lists(
        first_hours.REPORT.name, ReportLists(frozenset({(first_hours.FUNNEL.key, "people")}), first_sessions)
    )
