"""The report on who took part: by month, region, kind and language, as what, for the first time or again."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from letsconnect.base.querysets import any_of
from registrations.domain.registrations import BabelLevel, GroupKind, Region
from registrations.models import Group, Registration, SpokenLanguage
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.periods import Period
from reports.domain.privacy import Sum, is_small
from reports.domain.shared_counts import SharedCounts
from reports.domain.tables import HIDDEN, Cell, FigureRow, FigureTable
from reports.participation.columns import (
    FRAMES,
    GROUPS,
    KINDS,
    KINDS_TABLE,
    LANGUAGES,
    MONTHS,
    NEWCOMERS,
    NO_LANGUAGE,
    OTHER_LANGUAGES,
    PEOPLE,
    REGIONS,
    REGISTERED,
    RETURNING,
    SUMMARY,
)
from reports.participation.taking_part import ONE_TO_ONE, ROLES, TakenPart, known_people, taken_part
from reports.row_names import ALL, month_key, period_key, row_name

REGION_KEYS = [f"region:{code}" for code in (*Region.values, "")]
COLUMNS = (PEOPLE, NEWCOMERS, RETURNING, *ROLES)


class PeopleCounted:
    """The people of one row, by what they are counted as; each once."""

    def __init__(self) -> None:
        self._of: dict[str, set[int]] = {column: set() for column in COLUMNS}

    def add(self, row: TakenPart, *, is_new: bool) -> None:
        for column in (PEOPLE, row.role, NEWCOMERS if is_new else RETURNING):
            self._of[column].add(row.person)

    def count(self, column: str) -> int:
        return len(self._of[column])


Rows = dict[str, PeopleCounted]


class TookPart:
    """All that is counted of one period, before anything is hidden."""

    def __init__(self, asked: ReportQuestion) -> None:
        period = asked.period
        ever = taken_part(until=period.ends_at, now=asked.now)
        self.within = [row for row in ever if row.at >= period.starts_at]
        first = _firsts(ever)
        self.people = {row.person for row in self.within}
        self.accounts = [person for person in self.people if person > 0]
        self.known = known_people(self.accounts)
        self.in_all = PeopleCounted()
        self.months: Rows = {month_key(month): PeopleCounted() for month in period.months()}
        self.regions: Rows = {key: PeopleCounted() for key in REGION_KEYS}
        self.kinds: Rows = {f"kind:{kind}": PeopleCounted() for kind in KINDS}
        for row in self.within:
            is_new, month = first[row.person] >= period.starts_at, month_key(row.at.date())
            for counted in (self.in_all, self.regions[self.region_of(row.person)], self.kinds[f"kind:{row.kind}"]):
                counted.add(row, is_new=is_new)
            self.months[month].add(row, is_new=is_new and month == month_key(first[row.person].date()))

    def region_of(self, person: int) -> str:
        account = self.known.get(person)
        return f"region:{account.region if account else ''}"

    def occasions(self, *kinds: str) -> int:
        return len({row.occasion for row in self.within if row.kind in kinds})


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Count who took part, by nine queries for any number of people."""
    took_part = TookPart(asked)
    registered = Registered(took_part, until=asked.period.ends_at)
    languages = FirstLanguages(took_part)
    shared = SharedCounts()
    _put_people(shared, took_part)
    registered.put_on(shared)
    languages.put_on(shared)
    hidden = shared.hidden()

    def row(key: str, counts: Mapping[str, int]) -> FigureRow:
        cells = (HIDDEN if (key, column) in hidden else count for column, count in counts.items())
        return FigureRow((row_name(key), *cells), is_total=key == ALL, key=key)

    def people_rows(rows: Rows, columns: Iterable[str] = COLUMNS) -> tuple[FigureRow, ...]:
        every = {**rows, ALL: took_part.in_all}
        return tuple(row(key, {column: each.count(column) for column in columns}) for key, each in every.items())

    return [
        replace(SUMMARY, rows=(_summary(took_part, languages, asked.period, hidden),)),
        replace(MONTHS, rows=people_rows(took_part.months)),
        replace(REGIONS, rows=people_rows(took_part.regions)),
        replace(KINDS_TABLE, rows=people_rows(took_part.kinds, (PEOPLE, *ROLES))),
        replace(LANGUAGES, rows=tuple(row(key, {PEOPLE: len(people)}) for key, people in languages.told.items())),
        replace(REGISTERED, rows=tuple(row(key, counts) for key, counts in registered.counts.items())),
        replace(GROUPS, rows=tuple(_groups(took_part, is_hidden=(ALL, PEOPLE) in hidden))),
    ]


def _firsts(rows: Iterable[TakenPart]) -> dict[int, datetime]:
    """Return when each person took part for the first time."""
    first: dict[int, datetime] = {}
    for row in rows:
        if row.person not in first or row.at < first[row.person]:
            first[row.person] = row.at
    return first


def _put_people(shared: SharedCounts, took_part: TookPart) -> None:
    """Put down who took part, in all and by row: people are of one region, but may be in several months and kinds."""
    every = {**took_part.months, **took_part.regions, **took_part.kinds, ALL: took_part.in_all}
    shared.counts |= {(key, column): counted.count(column) for key, counted in every.items() for column in COLUMNS}
    months, regions, kinds = (list(rows) for rows in (took_part.months, took_part.regions, took_part.kinds))
    shared.add(Sum((ALL, PEOPLE), tuple((region, PEOPLE) for region in regions)))
    shared.add(*_table(shared, regions, NEWCOMERS, RETURNING))
    new_or_not = [Sum((month, PEOPLE), ((month, NEWCOMERS), (month, RETURNING))) for month in months]
    shared.add(*new_or_not, Sum((ALL, NEWCOMERS), tuple((month, NEWCOMERS) for month in months)))
    for rows in (months, kinds):
        shared.add(shared.add_overlapping((ALL, PEOPLE), [(row, PEOPLE) for row in rows]))
    shared.add_overlapping((ALL, RETURNING), [(month, RETURNING) for month in months])
    for role in ROLES:
        others = {key: shared.others((key, PEOPLE), (key, role)) for key in every}
        shared.counts |= {(key, f"not {role}"): shared.counts[rest] for key, rest in others.items()}
        unpublished = [(key, f"not {role}") for key in every]
        shared.add(*_table(shared, regions, role, f"not {role}"), unpublished=unpublished)
        for rows in (months, kinds):
            shared.add_overlapping((ALL, role), [(row, role) for row in rows])
            for row in rows:
                shared.add_part((row, PEOPLE), (row, role))


def _table(shared: SharedCounts, rows: Iterable[str], *columns: str) -> list[Sum]:
    """Return the sums of a table by region, whose columns together are all people of each row."""
    keys = [*rows, ALL]
    across = [Sum((key, PEOPLE), tuple((key, column) for column in columns)) for key in keys]
    return [*across, *(Sum((ALL, column), tuple((key, column) for key in keys[:-1])) for column in columns)]


class Registered:
    """Who is registered, and who of those who took part is."""

    def __init__(self, took_part: TookPart, *, until: datetime) -> None:
        rows = Registration.objects.approved().filter(submitted_at__lt=until)
        registered, came = Counter[str](), Counter[str]()
        for member, own_region, region in rows.values_list("member", "region", "member__region"):
            key = f"region:{own_region or region or ''}"
            registered[key] += 1
            came[key] += member in took_part.people
        self.counts = {
            key: self._row(registered[key], came[key], took_part.regions[key].count(PEOPLE)) for key in REGION_KEYS
        }
        self.counts[ALL] = self._row(registered.total(), came.total(), len(took_part.people))

    @staticmethod
    def _row(registered: int, came: int, people: int) -> dict[str, int]:
        return {"registered": registered, "came": came, "unregistered": people - came}

    def put_on(self, shared: SharedCounts) -> None:
        shared.counts |= {
            (key, column): count for key, counts in self.counts.items() for column, count in counts.items()
        }
        shared.counts |= {(key, "absent"): counts["registered"] - counts["came"] for key, counts in self.counts.items()}
        keys = list(self.counts)
        for whole, columns in ((PEOPLE, ("came", "unregistered")), ("registered", ("came", "absent"))):
            shared.add(Sum((ALL, whole), tuple((region, whole) for region in REGION_KEYS)))
            shared.add(
                *(Sum((key, whole), tuple((key, column) for column in columns)) for key in keys),
                *(Sum((ALL, column), tuple((region, column) for region in REGION_KEYS)) for column in columns),
                unpublished=[(key, "absent") for key in keys] if whole == "registered" else (),
            )


class FirstLanguages:
    """What people speak as their first languages; those of few people together."""

    def __init__(self, took_part: TookPart) -> None:
        people: defaultdict[str, set[int]] = defaultdict(set)
        rows = SpokenLanguage.objects.filter(
            level=BabelLevel.NATIVE, registration__member__in=any_of(took_part.accounts)
        )
        for code, member in rows.values_list("code", "registration__member"):
            people[code].add(member)
        self.number = len(people)
        large = sorted(
            (code for code in people if not is_small(len(people[code]))), key=lambda code: (-len(people[code]), code)
        )
        small = [people[code] for code in people if code not in large]
        self.told = {f"language:{code}": people[code] for code in large}
        self.told[OTHER_LANGUAGES] = set().union(*small)
        self.told[NO_LANGUAGE] = took_part.people.difference(*people.values())

    def put_on(self, shared: SharedCounts) -> None:
        shared.counts |= {(key, PEOPLE): len(people) for key, people in self.told.items()}
        for key in self.told:
            shared.add_part((ALL, PEOPLE), (key, PEOPLE))


def _summary(took_part: TookPart, languages: FirstLanguages, period: Period, hidden: Collection[Hashable]) -> FigureRow:
    accounts = took_part.known.values()
    of_people: dict[str, int] = {
        "countries": len({person.country for person in accounts if person.country}),
        "languages": languages.number,
        "groups": len({person.group for person in accounts if person.group}),
    }
    is_hidden = {**dict.fromkeys(of_people, (ALL, PEOPLE) in hidden)}
    cells: list[Cell] = [
        HIDDEN if (ALL, column) in hidden else took_part.in_all.count(column) for column in (PEOPLE, NEWCOMERS)
    ]
    cells += [HIDDEN if is_hidden[name] else count for name, count in of_people.items()]
    cells.append(HIDDEN if (f"kind:{ONE_TO_ONE}", PEOPLE) in hidden else took_part.occasions(ONE_TO_ONE))
    cells.append(took_part.occasions(*(kind for kind in KINDS if kind != ONE_TO_ONE)))
    key = period_key(period)
    return FigureRow((row_name(key), *cells), key=key)


def _groups(took_part: TookPart, *, is_hidden: bool) -> Iterator[FigureRow]:
    active, reached = Counter[str](), Counter[str]()
    theirs = {person.group for person in took_part.known.values()}
    for pk, kind in Group.objects.active().order_by().values_list("pk", "kind"):
        active[kind] += 1
        reached[kind] += pk in theirs
    counts = {f"group:{kind}": (active[kind], reached[kind]) for kind in GroupKind.values}
    for key, (of_kind, there) in {**counts, ALL: (active.total(), reached.total())}.items():
        percent = (200 * there + of_kind) // (2 * of_kind) if of_kind else None
        cells: tuple[Cell, ...] = (HIDDEN, HIDDEN) if is_hidden and there else (there, percent)
        yield FigureRow((row_name(key), of_kind, *cells), is_total=key == ALL, key=key)


REPORT = ReportKind(
    name="participation",
    title=_("Who took part"),
    says=_("People who learned, shared, hosted and interpreted: by month, region, kind and language."),
    tables=tables,
    picture="participation",
    frames=FRAMES,
)
