"""The report on clinics, attacked: whoever reads it beside the pages and the open data of clinics finds nobody."""

import random
from collections import Counter

import pytest

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN as LEAST
from reports.domain.privacy import ALL
from reports.meetings.hiding import hidden_languages, hidden_rows, row_of, sum_of
from reports.tests.attacks import ROOM, Reader


def clinics_of_chance(chance):
    """Return the seats, who came with one, who came, and in which languages they listened, of each clinic by month."""
    months, listened = {}, {}
    sizes = chance.choice([[0, 3, 6, 12, 30], [8, 20, 40], [2, 4, 9], [12, 14, 80]])
    for month in range(chance.randint(1, 4)):
        months[f"month {month}"] = clinics = {}
        for number in range(chance.randint(0, 6)):
            seats = max(0, chance.choice(sizes) + chance.randint(-2, 2))
            with_seat = chance.choice([seats, max(0, seats - 2), seats // 2, 0, chance.randint(0, seats)])
            clinic = 9 * month + number
            clinics[clinic] = (seats, with_seat, with_seat + chance.choice([0, 0, 2, 7, chance.randint(0, 10)]))
            there = chance.sample(["en", "ar", "fr", "qu"], chance.choice([1, 1, 1, 2, 3]))
            often = [chance.choice([9, 1]) for _language in there]
            heard = Counter(chance.choices(there, often, k=seats))
            listened[clinic] = {language: heard[language] for language in there}
    return months, listened


def reader_of(months, listened, told, away, languages_away, *, knows):
    """Return a reader of the page who knows what clinics' own pages tell of seats and of who came: what ``knows``."""
    named = {"seats": 0, "with": 1, "came": 2}
    rows = {key: row for clinics in months.values() for key, row in clinics.items()}
    sums = {month: tuple(map(sum, zip((0, 0, 0), *clinics.values(), strict=True))) for month, clinics in months.items()}
    sums["all"] = tuple(map(sum, zip((0, 0, 0), *sums.values(), strict=True)))
    counts = {(key, name): row[at] for key, row in {**rows, **sums}.items() for name, at in named.items()}
    seen = {(key, name) for key, name in counts if key not in away}
    tongues = {language for there in listened.values() for language in there}
    counts |= {("heard", tongue): sum(there.get(tongue, 0) for there in listened.values()) for tongue in tongues}
    counts["heard", "all"] = counts["all", "seats"]
    seen |= {("heard", tongue) for tongue in (*tongues, "all") if tongue not in languages_away}
    for clinic, there in listened.items():
        counts |= {(clinic, "in", tongue): number for tongue, number in there.items()}
        if clinic in told:
            few = [tongue for tongue in there if there[tongue] < LEAST]
            for tongue in sorted(there, key=lambda each: there[each]):
                if tongue not in few and 0 < sum(there[each] for each in few) < LEAST:
                    few.append(tongue)
            seen |= {(clinic, "in", tongue) for tongue in there if tongue not in few}
    seen |= {(key, "came") for key in rows if knows and counts[key, "came"] >= LEAST}
    seen |= {(key, "seats") for key in rows if knows == "every seat" or (knows and counts[key, "seats"] >= LEAST)}
    reader = Reader(counts, seen)
    for name in named:
        for month, clinics in months.items():
            reader.equal((month, name), [(key, name) for key in clinics])
        reader.equal(("all", name), [(month, name) for month in months])
    for key in {**rows, **sums}:
        at_most = min(counts[key, "seats"], counts[key, "came"])
        for whole in ("seats", "came"):
            reader.within((key, whole), (key, "with"))
            reader.rooms["others", (key, whole), (key, "with")] = min(ROOM, at_most)
        reader.rooms[key, "with"] = min(ROOM, at_most)
        if not any(sums[month][1] for month in months if key in months[month]) and key in rows:
            reader.rooms |= {("others", (key, whole), (key, "with")): 0 for whole in ("seats", "came")}
    for clinic, there in listened.items():
        reader.equal((clinic, "seats"), [(clinic, "in", tongue) for tongue in there])
        for tongue in there:
            room = min(ROOM, counts[clinic, "seats"]) if knows == "every seat" else ROOM
            reader.rooms[clinic, "in", tongue] = 0 if len(there) == 1 and (clinic, "seats") in seen else room
    if knows == "every seat":  # whoever has counted all seats on the pages knows these without the report
        reader.rooms |= {(key, "seats"): 0 for key in sums} | {("heard", "all"): 0}
        for tongue in tongues:
            open_there = {
                clinic: [each for each in there if (clinic, "in", each) not in seen]
                for clinic, there in listened.items()
            }
            choice = [
                listened[clinic][each]
                for clinic, left in open_there.items()
                if tongue in left and len(left) > 1
                for each in left
            ]
            reader.rooms["heard", tongue] = min(ROOM, sum(choice))
    for tongue in tongues:
        reader.equal(("heard", tongue), [(clinic, "in", tongue) for clinic in listened if tongue in listened[clinic]])
    reader.equal(("heard", "all"), [("heard", tongue) for tongue in tongues])
    reader.equal(("heard", "all"), [("all", "seats")])
    return reader


def check(seed):
    chance = random.Random(seed)
    months, listened = clinics_of_chance(chance)
    told = {clinic for clinic in listened if chance.random() < 0.3}
    rows = {
        month: {
            key: row_of(seats=seats, came_with_seat=with_seat, came=came)
            for key, (seats, with_seat, came) in clinics.items()
        }
        for month, clinics in months.items()
    }
    away = hidden_rows(rows)
    languages_away = {"all", *(tongue for there in listened.values() for tongue in there)}
    if ALL not in away:
        languages_away = hidden_languages(listened, on_their_page=told)
    for knows in ("", "pages", "every seat"):
        reader = reader_of(months, listened, told, away, languages_away, knows=knows)
        shown = {key for key in reader.seen if key[0] not in listened}
        assert not [key for key in shown if 0 < reader.counts[key] < LEAST]
        assert reader.finds() == {}, knows
    return len(away), sum_of(sum_of(each.values()) for each in rows.values())


@pytest.mark.parametrize("seed", range(6))
def test_nobody_who_reads_the_report_on_clinics_beside_their_pages_finds_a_small_number(seed):
    check(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(100, 1100, 10))
def test_nobody_who_reads_the_report_on_clinics_finds_a_small_number_in_many_worlds(seed):
    for more in range(10):
        check(seed + more)
