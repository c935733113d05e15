"""Tables that share counts, attacked together: whoever reads all of a report at once still finds no hidden number."""

import random
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN as LEAST
from reports.domain.privacy import ROOM, Sum, is_small
from reports.domain.shared_counts import SharedCounts
from reports.meetings import clinics
from reports.participation import who
from reports.participation.columns import KINDS, NO_LANGUAGE, OTHER_LANGUAGES
from reports.participation.taking_part import LEARNED, ONE_TO_ONE, ROLES, SHARED
from reports.tests.worlds import NOW


def attacked(shared, hidden, also=(), unpublished_too=()):
    """Return what of the rules does not hold: small numbers shown, and hidden ones that a reader finds too narrowly."""
    networks = shared._networks
    sums = [*(each for network in networks for each in network.sums), *also]
    unpublished = {key for network in networks for key in network.unpublished} | set(unpublished_too)
    counts = {key: shared.counts[key] for each in sums for key in (each.total, *each.parts)}
    few = {part for each in sums if is_small(counts[each.total]) for part in each.parts}
    few |= {key for key, count in counts.items() if is_small(count)}
    seen = lambda key: key not in hidden and key not in unpublished  # noqa: E731
    nobody = {part for each in sums if not counts[each.total] and seen(each.total) for part in each.parts}
    unknown = {key: place for place, key in enumerate(key for key in counts if not seen(key))}
    equal, right = lil_matrix((len(sums), len(unknown) + len(sums))), np.zeros(len(sums))
    for line, each in enumerate(sums):
        for key, sign in [*((part, 1) for part in each.parts), (each.total, -1)]:
            if key in unknown:
                equal[line, unknown[key]] += sign
            else:
                right[line] -= sign * counts[key]
        if each.overlap:
            equal[line, len(unknown) + line] = -1
    narrow = {}
    for key, place in unknown.items():
        if key in nobody or (key in unpublished and not is_small(counts[key])):
            continue
        ends = []
        for sign in (1, -1):
            goal = np.zeros(equal.shape[1])
            goal[place] = sign
            answer = linprog(goal, A_eq=equal.tocsr(), b_eq=right, method="highs")
            assert answer.status in (0, 3), answer.message
            ends.append(answer.fun * sign if answer.status == 0 else float("inf"))
        if ends[1] - ends[0] < ROOM - 1e-6:
            narrow[key] = (*ends, counts[key])
    return [key for key in few - nobody if seen(key)], narrow


def people_of_chance(chance, size):
    """Return all counts of the report on who took part, of people, months, regions, kinds and languages of chance."""
    months = [f"month:2026-{month:02}" for month in range(1, chance.randint(2, 7))]
    rows = lambda keys: {key: who.PeopleCounted() for key in keys}  # noqa: E731
    regions = who.REGION_KEYS[: chance.randint(2, 8)]
    often = {key: chance.random() ** 2 + 0.01 for key in (*regions, *KINDS, *months)}
    draw = lambda keys: chance.choices(keys, [often[key] for key in keys])[0]  # noqa: E731
    took_part = SimpleNamespace(
        in_all=who.PeopleCounted(),
        months=rows(months),
        regions=rows(who.REGION_KEYS),
        kinds=rows(f"kind:{kind}" for kind in KINDS),
        people=set(),
    )
    registered, came = Counter(), Counter()
    spoken: dict[str, set[int]] = {}
    for person in range(size):
        region, is_new, kinds = draw(regions), chance.random() < 0.6, []
        times = sorted(draw(months) for _time in range(chance.choice([0, 1, 1, 1, 2, 3, 5])))
        for month in times:
            kinds.append(draw(KINDS))
            of_pairs = {LEARNED: 20, SHARED: 10}
            roles = of_pairs if kinds[-1] == ONE_TO_ONE else dict(zip(ROLES, (20, 10, 2, 1), strict=True))
            row = SimpleNamespace(person=person, role=chance.choices(list(roles), list(roles.values()))[0])
            in_rows = (took_part.in_all, took_part.regions[region], took_part.kinds[f"kind:{kinds[-1]}"])
            for counted in in_rows:
                counted.add(row, is_new=is_new)
            took_part.months[month].add(row, is_new=is_new and month == times[0])
        if times:
            took_part.people.add(person)
            for code in chance.sample(["en", "ar", "fr", "sw", "qu"], chance.choice([0, 1, 1, 2])):
                spoken.setdefault(code, set()).add(person)
        if chance.random() < 0.7:
            registered[region] += 1
            came[region] += bool(times)
    people = {key: took_part.regions[key].count(who.PEOPLE) for key in who.REGION_KEYS}
    of_registered = who.Registered.__new__(who.Registered)
    of_registered.counts = {key: who.Registered._row(registered[key], came[key], people[key]) for key in people}
    of_registered.counts[who.ALL] = who.Registered._row(registered.total(), came.total(), len(took_part.people))
    languages = who.FirstLanguages.__new__(who.FirstLanguages)
    large = {code for code in spoken if len(spoken[code]) >= LEAST}
    languages.told = {f"language:{code}": spoken[code] for code in large}
    languages.told[OTHER_LANGUAGES] = set().union(*(spoken[code] for code in spoken if code not in large))
    languages.told[NO_LANGUAGE] = took_part.people.difference(*spoken.values())
    shared = SharedCounts()
    who._put_people(shared, took_part)
    of_registered.put_on(shared)
    languages.put_on(shared)
    keys = (*who.REGION_KEYS, who.ALL)
    also = [Sum((key, who.PEOPLE), ((key, "came"), (key, "unregistered"))) for key in keys]
    also += [Sum((key, "registered"), ((key, "came"), (key, "absent"))) for key in keys]
    also += [
        Sum((who.ALL, column), tuple((key, column) for key in who.REGION_KEYS))
        for column in ("came", "unregistered", "absent")
    ]
    return shared, who.hidden_of(shared, of_registered), also, [(key, "absent") for key in keys]


def clinics_of_chance(chance):
    months: dict[str, list[clinics.ClinicFacts]] = {}
    for month in range(chance.randint(1, 4)):
        months[f"month:2026-{month + 1:02}"] = rows = []
        for number in range(chance.randint(0, 5)):
            seats = chance.choice([0, 3, 6, 12, 30, chance.randint(0, 40)])
            with_seat = chance.choice([seats, max(0, seats - 2), seats // 2, 0, chance.randint(0, seats)])
            came = with_seat + chance.choice([0, 0, 2, 7, chance.randint(0, 10)])
            rows.append(clinics.ClinicFacts(9 * month + number, NOW, "all", (), "en", seats, with_seat, came))
    shared = clinics.shared_counts(months)
    return shared, shared.hidden()


def check(seed):
    chance = random.Random(seed)
    for report in (people_of_chance(chance, chance.choice([8, 20, 40, 100, 250])), clinics_of_chance(chance)):
        assert attacked(*report) == ([], {})


@pytest.mark.parametrize("seed", [2, 3, 8])
def test_tables_that_share_counts_do_not_tell_together_what_each_hides(seed):
    check(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(100, 200))
def test_tables_that_share_counts_do_not_tell_together_what_each_hides_in_many_worlds(seed):
    check(seed)
