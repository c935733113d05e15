"""The report on who took part: by month, region, kind and language, as what, for the first time or again."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from letsconnect.base.querysets import any_of
from registrations.domain.registrations import BabelLevel, GroupKind, Region
from registrations.models import Group, SpokenLanguage
from reports.approved import approved_people
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.periods import Period, last_finished
from reports.domain.privacy import hidden_in_list, is_small
from reports.domain.tables import HIDDEN, Cell, FigureRow, FigureTable
from reports.domain.together import CountsTogether
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
from reports.participation.taking_part import (
    LEARNED,
    ONE_TO_ONE,
    ROLES,
    SHARED,
    Known,
    TakenPart,
    known_people,
    taken_part,
)
from reports.row_names import ALL, month_key, period_key, row_name

REGION_KEYS = [f"region:{code}" for code in (*Region.values, "")]
SESSIONS = "sessions"
COLUMNS = (PEOPLE, NEWCOMERS, RETURNING, *ROLES)


class PeopleCounted:
    """The people of one row, by what they are counted as; each once."""

    def __init__(self) -> None:
        self._of: dict[str, set[int]] = {column: set() for column in COLUMNS}

    def add(self, row: TakenPart, *, is_new: bool) -> None:
        person, of = row.person, self._of
        of[PEOPLE].add(person)
        of[row.role].add(person)
        of[NEWCOMERS if is_new else RETURNING].add(person)

    def count(self, column: str) -> int:
        return len(self._of[column])

    def who(self, column: str) -> frozenset[int]:
        return frozenset(self._of[column])


Rows = dict[str, PeopleCounted]


class TookPart:
    """All that is counted of one period, before anything is hidden."""

    def __init__(self, asked: ReportQuestion) -> None:
        period = asked.period
        this_month = datetime.combine(last_finished(asked.now.date()), datetime.max.time(), tzinfo=UTC)
        ever = taken_part(until=max(period.ends_at, this_month), now=asked.now)
        self.known = known_people({row.person for row in ever if row.at >= period.starts_at and row.person > 0})
        self.count(ever, period, region_of=self.region_of)

    def count(self, ever: Collection[TakenPart], period: Period, *, region_of: Callable[[int], str]) -> None:
        """Count what people took part in, of which ``ever`` is all there is."""
        begins, ends = period.starts_at, period.ends_at
        self.within = [row for row in ever if begins <= row.at < ends]
        first = _firsts(ever)
        self.people = {row.person for row in self.within}
        self.before = sum(moment < begins for moment in first.values())
        self.later = _later_years(ever, first, period)
        self.in_all = PeopleCounted()
        self.months: Rows = {month_key(month): PeopleCounted() for month in period.months()}
        self.regions: Rows = {key: PeopleCounted() for key in REGION_KEYS}
        self.kinds: Rows = {f"kind:{kind}": PeopleCounted() for kind in KINDS}
        months = {(month.year, month.month): self.months[month_key(month)] for month in period.months()}
        kinds = {kind: self.kinds[f"kind:{kind}"] for kind in KINDS}
        regions = {person: self.regions[region_of(person)] for person in self.people}
        for row in self.within:
            came_first = first[row.person]
            is_new, month = came_first >= begins, (row.at.year, row.at.month)
            for counted in (self.in_all, regions[row.person], kinds[row.kind]):
                counted.add(row, is_new=is_new)
            months[month].add(row, is_new=is_new and month == (came_first.year, came_first.month))

    @property
    def accounts(self) -> list[int]:
        return [person for person in self.people if person > 0]

    def region_of(self, person: int) -> str:
        account = self.known.get(person)
        return f"region:{account.region if account else ''}"

    def known_there(self) -> list[Known]:
        """Return what is known of those who took part within the time."""
        return [self.known[person] for person in self.people if person in self.known]

    def occasions(self, *kinds: str) -> int:
        return len({row.occasion for row in self.within if row.kind in kinds})


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Count who took part, by nine queries for any number of people."""
    took_part = asked.once(TookPart)
    registered = Registered(took_part, approved_people())
    languages = FirstLanguages(took_part, first_languages(took_part.accounts))
    hidden = hidden_of(took_part, registered, languages)

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


def _later_years(ever: Iterable[TakenPart], first: Mapping[int, datetime], period: Period) -> list[tuple[int, int]]:
    """Return for each later year how many came again, and how many had come for the first time since this one."""
    people: defaultdict[int, set[int]] = defaultdict(set)
    ends, last = period.ends_at, period.last_on.year
    for row in ever:
        if row.at.year > last:
            people[row.at.year].add(row.person)
    return [
        (
            sum(first[person].year < year for person in there),
            sum(ends <= moment and moment.year < year for moment in first.values()),
        )
        for year, there in sorted(people.items())
    ]


def hidden_of(took_part: TookPart, registered: "Registered", languages: "FirstLanguages") -> set[Hashable]:
    """Return which counts of the page are hidden, as ``(row, column)``, decided together."""
    together = CountsTogether()
    _put_people(together, took_part)
    registered.put_on(together)
    languages.put_on(together)
    return together.hidden()


def _put_people(together: CountsTogether, took_part: TookPart) -> None:
    """Put down who took part, in all and by row: people are of one region, but may be in several months and kinds."""
    every = {**took_part.months, **took_part.regions, **took_part.kinds, ALL: took_part.in_all}
    for key, counted in every.items():
        columns = (PEOPLE, *roles_of(key)) if key in took_part.kinds else (PEOPLE, NEWCOMERS, RETURNING, *roles_of(key))
        together.put({(key, column): counted.count(column) for column in columns})
        together.add_at_most([(key, PEOPLE)], [(key, role) for role in roles_of(key)])
        for role in roles_of(key):
            together.others((key, PEOPLE), (key, role))
        if NEWCOMERS in columns:
            together.add_sum((key, PEOPLE), [(key, NEWCOMERS), (key, RETURNING)])
    together.totals |= {(ALL, column) for column in COLUMNS}
    for column in COLUMNS:
        together.add_sum((ALL, column), [(region, column) for region in took_part.regions])
    months = list(took_part.months)
    if len(months) == 1:  # its row says what the row of all says
        for column in COLUMNS:
            together.add_sum((ALL, column), [(months[0], column)])
    else:
        _put_new_of_months(together, months)
        _put_overlapping(together, months)
    _put_overlapping(together, list(took_part.kinds))
    in_pairs = f"kind:{ONE_TO_ONE}"
    together.put({SESSIONS: took_part.occasions(ONE_TO_ONE)})
    for role in (LEARNED, SHARED):
        together.add_at_most([(in_pairs, role)], [SESSIONS])
    _put_other_years(together, took_part)


def _put_overlapping(together: CountsTogether, rows: Sequence[str]) -> None:
    """Put down rows that have people in common: who had a role had it in one row at least; who did not, in some not."""
    together.add_cover((ALL, PEOPLE), [(row, PEOPLE) for row in rows])
    for role in ROLES:
        with_role = [row for row in rows if role in roles_of(row)]
        together.add_cover((ALL, role), [(row, role) for row in with_role])
        without = [together.others((row, PEOPLE), (row, role)) if row in with_role else (row, PEOPLE) for row in rows]
        together.add_at_most([together.others((ALL, PEOPLE), (ALL, role))], without)


def _put_new_of_months(together: CountsTogether, months: Sequence[str]) -> None:
    """Put down who came for the first time in which month: who comes again has come in a month before, or in a year."""
    together.add_sum((ALL, NEWCOMERS), [(month, NEWCOMERS) for month in months])
    together.add_at_most([(ALL, RETURNING)], [(month, RETURNING) for month in months])
    for place, month in enumerate(months):
        before = [(earlier, NEWCOMERS) for earlier in months[:place]]
        together.add_at_most([(month, RETURNING)], [(ALL, RETURNING), *before])


def _put_other_years(together: CountsTogether, took_part: TookPart) -> None:
    """Put down what reports of other years tell: who comes again was new in one before."""
    before = together.put_elsewhere("before", took_part.before)
    together.add_at_most([(ALL, RETURNING)], [before])
    for year, (returning, between) in enumerate(took_part.later):
        again = together.put_elsewhere(("later", year, RETURNING), returning)
        since = together.put_elsewhere(("later", year, NEWCOMERS), between)
        together.add_at_most([again], [before, (ALL, NEWCOMERS), since])


def roles_of(key: str) -> Sequence[str]:
    """Return the roles that people of a row can have: nobody hosts a session of two people."""
    return (LEARNED, SHARED) if key == f"kind:{ONE_TO_ONE}" else ROLES


class Registered:
    """Who is registered today, and who of those who took part is."""

    def __init__(self, took_part: TookPart, approved: Iterable[tuple[int | None, str]]) -> None:
        registered, came = Counter[str](), Counter[str]()
        for member, region in approved:
            registered[f"region:{region}"] += 1
            came[f"region:{region}"] += member in took_part.people
        self.counts = {
            key: self._row(registered[key], came[key], took_part.regions[key].count(PEOPLE)) for key in REGION_KEYS
        }
        self.counts[ALL] = self._row(registered.total(), came.total(), len(took_part.people))

    @staticmethod
    def _row(registered: int, came: int, people: int) -> dict[str, int]:
        return {"registered": registered, "came": came, "unregistered": people - came}

    def put_on(self, together: CountsTogether) -> None:
        """Put down who is registered as the report on people hides it, for every year alike, and who of them came."""
        registered = {key: self.counts[key]["registered"] for key in REGION_KEYS}
        away = hidden_in_list(registered)
        for key, counts in self.counts.items():
            together.put({(key, column): count for column, count in counts.items()})
            if key in away:
                together.put_hidden([(key, "registered")])
            else:
                together.elsewhere.add((key, "registered"))
        for column in ("registered", "came", "unregistered"):
            together.totals.add((ALL, column))
            together.add_sum((ALL, column), [(key, column) for key in REGION_KEYS])
        for key in self.counts:
            together.add_sum((key, PEOPLE), [(key, "came"), (key, "unregistered")])
            together.others((key, "registered"), (key, "came"))


def first_languages(accounts: Collection[int]) -> Mapping[str, set[int]]:
    people: defaultdict[str, set[int]] = defaultdict(set)
    rows = SpokenLanguage.objects.filter(level=BabelLevel.NATIVE, registration__member__in=any_of(accounts))
    for code, member in rows.values_list("code", "registration__member"):
        people[code].add(member)
    return people


class FirstLanguages:
    """What people speak as their first languages; those of few people together."""

    def __init__(self, took_part: TookPart, people: Mapping[str, set[int]]) -> None:
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

    def put_on(self, together: CountsTogether) -> None:
        together.put({(key, PEOPLE): len(people) for key, people in self.told.items()})
        with_language = together.others((ALL, PEOPLE), (NO_LANGUAGE, PEOPLE))
        together.add_cover(with_language, [(key, PEOPLE) for key in self.told if key != NO_LANGUAGE])


def _summary(took_part: TookPart, languages: FirstLanguages, period: Period, hidden: Collection[Hashable]) -> FigureRow:
    accounts = took_part.known_there()
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
    cells.append(HIDDEN if SESSIONS in hidden else took_part.occasions(ONE_TO_ONE))
    cells.append(took_part.occasions(*(kind for kind in KINDS if kind != ONE_TO_ONE)))
    key = period_key(period)
    return FigureRow((row_name(key), *cells), key=key)


def _groups(took_part: TookPart, *, is_hidden: bool) -> Iterator[FigureRow]:
    active, reached = Counter[str](), Counter[str]()
    theirs = {person.group for person in took_part.known_there()}
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
