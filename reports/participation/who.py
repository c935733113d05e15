"""The report on who took part: by month, region, kind and language, as what, for the first time or again."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from letsconnect.base.querysets import any_of
from registrations.domain.registrations import BabelLevel, GroupKind, Region
from registrations.models import Group, Registration, SpokenLanguage
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.periods import Period
from reports.domain.privacy import ROOM, Sum, is_small
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
from reports.participation.taking_part import LEARNED, ONE_TO_ONE, ROLES, SHARED, TakenPart, known_people, taken_part
from reports.row_names import ALL, month_key, period_key, row_name

REGION_KEYS = [f"region:{code}" for code in (*Region.values, "")]
FEWEST_TOLD_APART = 20
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
    hidden = hidden_of(shared, registered)
    if len(took_part.months) == 1:  # its row says what the row of all says
        hidden |= {(month, column) for month in took_part.months for column in COLUMNS if (ALL, column) in hidden}

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
    months = months if len(months) > 1 else []
    overlapping = [rows for rows in (months, kinds) if rows]
    shared.add(Sum((ALL, PEOPLE), tuple((region, PEOPLE) for region in regions)))
    shared.add(*_table(shared, regions, NEWCOMERS, RETURNING))
    if months:
        _put_new_of_months(shared, months)
    for rows in overlapping:
        shared.add_overlapping((ALL, PEOPLE), [(row, PEOPLE) for row in rows])
    for rows in (regions, *overlapping):
        _put_roles(shared, rows)
    for role in ROLES:
        others = {key: shared.others((key, PEOPLE), (key, role)) for key in every}
        shared.counts |= {(key, f"not {role}"): shared.counts[rest] for key, rest in others.items()}
        unpublished = [(key, f"not {role}") for key in every]
        shared.add(*_table(shared, regions, role, f"not {role}"), unpublished=unpublished)
        for rows in overlapping:
            of_role = [row for row in rows if role in roles_of(row)]
            shared.add_overlapping((ALL, role), [(row, role) for row in of_role])
            for row in of_role:
                shared.add_part((row, PEOPLE), (row, role))


def _put_roles(shared: SharedCounts, rows: Sequence[str]) -> None:
    """Put down the roles of these rows and of all: everybody has one at least, and may have several."""
    keys = (*rows, ALL)
    sums = [shared.cover((key, PEOPLE), [(key, role) for role in roles_of(key)]) for key in keys]
    sums += [shared.cover((ALL, role), [(row, role) for row in rows if role in roles_of(row)]) for role in ROLES]
    of_few = [
        (key, role)
        for key in keys
        for role in roles_of(key)
        if is_small(shared.counts[key, PEOPLE] - shared.counts[key, role])
    ]
    shared.add(*sums, protected=of_few)


def _put_new_of_months(shared: SharedCounts, months: Sequence[str]) -> None:
    """Put down who came for the first time in which month: who comes again has come in a month before, or in a year."""
    new_or_not = [Sum((month, PEOPLE), ((month, NEWCOMERS), (month, RETURNING))) for month in months]
    shared.add(*new_or_not, Sum((ALL, NEWCOMERS), tuple((month, NEWCOMERS) for month in months)))
    so_far: Hashable = (ALL, RETURNING)
    for month in months:
        shared.add_part(so_far, (month, RETURNING))
        by_now = (month, "so far")
        shared.counts[by_now] = shared.counts[so_far] + shared.counts[month, NEWCOMERS]
        shared.add(Sum(by_now, (so_far, (month, NEWCOMERS))), unpublished=[by_now])
        so_far = by_now
    shared.add_cover((ALL, RETURNING), [(month, RETURNING) for month in months], are_within=False)


def roles_of(key: str) -> Sequence[str]:
    """Return the roles that people of a row can have: nobody hosts a session of two people."""
    return (LEARNED, SHARED) if key == f"kind:{ONE_TO_ONE}" else ROLES


def _table(shared: SharedCounts, rows: Iterable[str], *columns: str) -> list[Sum]:
    """Return the sums of a table by region, whose columns together are all people of each row."""
    keys = [*rows, ALL]
    across = [Sum((key, PEOPLE), tuple((key, column) for column in columns)) for key in keys]
    return [*across, *(Sum((ALL, column), tuple((key, column) for key in keys[:-1])) for column in columns)]


def hidden_of(shared: SharedCounts, registered: "Registered") -> set[Hashable]:
    """Return what is hidden; of so few people that parts of them would be hidden anyway, all but how many they are."""
    hidden = shared.hidden()
    if shared.counts[ALL, PEOPLE] < FEWEST_TOLD_APART:
        return hidden | (shared.counts.keys() - {(ALL, PEOPLE)})
    return hidden | registered.hidden(hidden)


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
        shared.add(Sum((ALL, "registered"), tuple((region, "registered") for region in REGION_KEYS)))

    def hidden(self, hidden: Collection[Hashable]) -> set[Hashable]:
        """Return what of those who came and are registered is hidden beside ``hidden``, the people of each row.

        Of a row whose people and registered are shown, who came can be anybody of both: the totals alone narrow that.
        So rows are hidden until those that are can make up for each other, or else the totals are hidden, too.
        """
        away = {key for key, counts in self.counts.items() if self._is_of_few(key, counts, hidden)}
        if ALL in away:  # each of its parts speaks of few people, too
            away |= {key for key, counts in self.counts.items() if any(counts.values())}
        rows = {key: self.counts[key]["came"] for key in REGION_KEYS}
        most = {key: self._most(key) for key in REGION_KEYS}
        depends = any((key, whole) in hidden for key in self.counts for whole in (PEOPLE, "registered"))
        others = sorted((key for key in rows if key not in away), key=lambda key: most[key])
        while away and not depends and ALL not in away and not _make_up(rows, most, away):
            away.add(others.pop(0) if others else ALL)
        if away and depends:
            away.add(ALL)
        return {(key, column) for key in away for column in ("came", "unregistered")}

    def _most(self, key: str) -> int:
        counts = self.counts[key]
        return min(counts["registered"], counts["came"] + counts["unregistered"])

    @staticmethod
    def _is_of_few(key: str, counts: Mapping[str, int], hidden: Collection[Hashable]) -> bool:
        absent = counts["registered"] - counts["came"]
        is_below = (key, PEOPLE) in hidden or (key, "registered") in hidden
        return is_below or any(map(is_small, (absent, counts["came"], counts["unregistered"])))


def _make_up(counts: Mapping[str, int], most: Mapping[str, int], away: Collection[str]) -> bool:
    """Tell whether each of these counts, of which the sum is known, can be one of six values at least."""
    together, room = sum(counts[key] for key in away), sum(most[key] for key in away)
    return all(min(most[key], together) - max(0, together - (room - most[key])) >= ROOM for key in away if most[key])


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
        others = set[int]().union(*(people[code] for code in people if code not in large))
        while is_small(len(others)) and large:
            others |= people[large.pop()]
        self.told = {f"language:{code}": people[code] for code in large}
        self.told[OTHER_LANGUAGES] = others
        self.told[NO_LANGUAGE] = took_part.people.difference(*people.values())

    def put_on(self, shared: SharedCounts) -> None:
        shared.counts |= {(key, PEOPLE): len(people) for key, people in self.told.items()}
        with_language, unknown = (ALL, "with a language"), (NO_LANGUAGE, PEOPLE)
        shared.counts[with_language] = shared.counts[ALL, PEOPLE] - shared.counts[unknown]
        shared.add(Sum((ALL, PEOPLE), (unknown, with_language)), unpublished=[with_language])
        shared.add_overlapping(with_language, [(key, PEOPLE) for key in self.told if key != NO_LANGUAGE])


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
    in_pairs = ((f"kind:{ONE_TO_ONE}", column) for column in (PEOPLE, LEARNED, SHARED))
    cells.append(HIDDEN if any(count in hidden for count in in_pairs) else took_part.occasions(ONE_TO_ONE))
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
