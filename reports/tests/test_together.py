"""Who took part, attacked: whoever reads all of a page, and those of the years beside it, finds no hidden number."""

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN as LEAST
from reports.domain.periods import Period
from reports.participation import who
from reports.tests.attacks import Reader

KINDS = ("one-to-one", "clinic-all", "clinic-region", "clinic-regions", "connectathon", "community_call")
ALL_ROLES = ("learned", "shared", "hosted", "interpreted")
OF_PAIRS = ("learned", "shared")
TIMES = ("newcomers", "returning")
REGIONS = who.REGION_KEYS


def people_of_chance(chance, size):
    """Return what the report counts, of people, months, regions, kinds and languages of chance."""
    last_month = chance.choice([1, 2, 3, 6, 12])
    period = Period(datetime(2025, 1, 1, tzinfo=UTC).date(), datetime(2025, last_month, 28, tzinfo=UTC).date())
    years = [2024, 2025, 2025, 2025, 2026] if last_month == 12 else [2024, 2025, 2025]
    often = {key: chance.random() ** 2 + 0.01 for key in (*REGIONS, *KINDS, *range(1, last_month + 1))}

    def draw(keys):
        return chance.choices(keys, [often[key] for key in keys])[0]

    regions = REGIONS[: chance.randint(2, 8)]
    ever, regions_of, spoken, occasions = [], {}, defaultdict(set), Counter()
    for person in range(1, size + 1):
        regions_of[person] = draw(regions)
        for _time in range(chance.choice([0, 1, 1, 1, 2, 3, 5])):
            kind, year = draw(KINDS), chance.choice(years)
            possible = OF_PAIRS if kind == KINDS[0] else ALL_ROLES
            role = chance.choices(possible, (20, 10, 2, 1)[: len(possible)])[0]
            occasions[kind, role] += kind == KINDS[0] or chance.random() < 0.8
            at = datetime(year, draw(range(1, last_month + 1)), chance.randint(1, 28), tzinfo=UTC)
            ever.append(who.TakenPart(person, role, kind, at, (kind, occasions[kind, role])))
        for code in chance.sample(["en", "ar", "fr", "sw", "qu"], chance.choice([0, 1, 1, 2])):
            spoken[code].add(person)
    registered = {person: regions_of[person] for person in regions_of if chance.random() < 0.7}
    took_part = who.TookPart.__new__(who.TookPart)
    took_part.count(ever, period, region_of=regions_of.__getitem__)
    rows = ((person, region.partition(":")[2]) for person, region in registered.items())
    languages = {code: there & took_part.people for code, there in spoken.items() if there & took_part.people}
    return took_part, who.Registered(took_part, rows), who.FirstLanguages(took_part, languages), ever


def reader_of(took_part, registered, languages, ever, hidden):
    """Return a reader who sees the page, and knows what the definitions say of its counts and of other years."""
    months, kinds = list(took_part.months), [f"kind:{kind}" for kind in KINDS]
    counts = {}
    for key, counted in [*took_part.months.items(), *took_part.regions.items(), ("all", took_part.in_all)]:
        counts |= {(key, column): counted.count(column) for column in ("people", *TIMES, *ALL_ROLES)}
    for key in kinds:
        columns = ("people", *(OF_PAIRS if key == kinds[0] else ALL_ROLES))
        counts |= {(key, column): took_part.kinds[key].count(column) for column in columns}
    for key, row in registered.counts.items():
        counts |= {(key, column): row[column] for column in ("registered", "came", "unregistered")}
    tongues = list(languages.told)
    counts |= {(key, "people"): len(there) for key, there in languages.told.items()}
    sessions = {row.occasion for row in took_part.within if row.kind == KINDS[0]}
    counts["sessions"] = len(sessions)
    published = set(counts)
    counts["known language"] = counts["all", "people"] - counts["languages:unknown", "people"]
    first = {person: min(row.at for row in ever if row.person == person) for person in {row.person for row in ever}}
    there = {year: {row.person for row in ever if row.at.year == year} for year in (2024, 2025, 2026)}
    new = {year: sum(at.year == year for at in first.values()) for year in there}
    again = len([person for person in there[2026] if first[person].year < 2026])
    counts |= {"new before": new[2024], "again later": again}
    reader = Reader(
        counts,
        (published - hidden)
        | {key for key in ("new before", "again later") if counts[key] >= LEAST or not counts[key]},
    )
    rows = ["all", *months, *REGIONS]
    for row in rows:
        reader.equal((row, "people"), [(row, "newcomers"), (row, "returning")])
    for row in [*rows, *kinds]:
        roles = [(row, role) for role in ALL_ROLES if (row, role) in counts]
        reader.at_most([(row, "people")], roles)
        for role in roles:
            reader.within((row, "people"), role)
    for column in ("people", *TIMES, *ALL_ROLES, "registered", "came", "unregistered"):
        reader.equal(("all", column), [(row, column) for row in REGIONS])
    reader.equal(("all", "newcomers"), [(month, "newcomers") for month in months])
    reader.at_most([("all", "returning")], [(month, "returning") for month in months])
    reader.at_most([("all", "returning")], ["new before"])
    reader.at_most(["again later"], ["new before", ("all", "newcomers")])
    for place, month in enumerate(months):
        so_far = [(earlier, "newcomers") for earlier in months[:place]]
        reader.at_most([(month, "returning")], [("all", "returning"), *so_far])
    for group in (months, kinds):
        for column in ("people", *ALL_ROLES):
            parts = [(row, column) for row in group if (row, column) in counts]
            reader.at_most([("all", column)], parts)
            for part in parts:
                reader.within(("all", column), part)
        for role in ALL_ROLES:  # who never had a role came at least once without it
            with_it = [(row, role) for row in group if (row, role) in counts]
            reader.at_most([("all", "people"), *with_it], [("all", role), *((row, "people") for row in group)])
    for role in OF_PAIRS:
        reader.at_most([(kinds[0], role)], ["sessions"])
    for row in ("all", *REGIONS):
        reader.equal((row, "people"), [(row, "came"), (row, "unregistered")])
        reader.within((row, "registered"), (row, "came"))
    reader.equal(("all", "people"), ["known language", ("languages:unknown", "people")])
    told = [(key, "people") for key in tongues if key != "languages:unknown"]
    reader.at_most(["known language"], told)
    for key in told:
        reader.within("known language", key)
    return reader


def check(seed, size, *, in_whole_numbers=False):
    world = people_of_chance(random.Random(seed), size)
    hidden = who.hidden_of(*world[:3])
    reader = reader_of(*world, hidden)
    assert not [key for key in reader.seen if 0 < reader.counts[key] < LEAST]
    assert reader.finds(in_whole_numbers=in_whole_numbers) == {}


@pytest.mark.parametrize(("seed", "size"), [(2, 12), (8, 120)])
def test_nobody_who_reads_who_took_part_finds_a_small_number(seed, size):
    check(seed, size)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(100, 250))
def test_nobody_who_reads_who_took_part_finds_a_small_number_in_many_worlds(seed):
    size = (6, 12, 20, 40, 80, 200)[seed % 6]
    check(seed, size, in_whole_numbers=seed % 4 == 0)
