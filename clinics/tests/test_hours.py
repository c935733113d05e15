"""Finding the hour of a clinic: against brute force, by properties, on days at which clocks change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinics.domain.finding import STEP, WHOLE, HoursWanted, Interested
from clinics.hours import HoursFound, could_come

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY, HOUR, QUARTER = timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
ALWAYS = ((0, 7 * 1440),)
ZONES = ("UTC", "Asia/Kathmandu", "America/Bogota", "Pacific/Auckland", "Europe/Berlin", "Africa/Casablanca")


def question(people: Sequence[Interested], **values: object) -> HoursWanted:
    asked = {"first": MONDAY, "last": MONDAY + DAY, "minutes": 120, "people": people} | values
    return HoursWanted(**asked)


def daily(begins: int, ends: int) -> tuple[tuple[int, int], ...]:
    """Free on every day from one hour to another."""
    return tuple((day * 1440 + begins * 60, day * 1440 + ends * 60) for day in range(7))


def quarters(person: Interested, start: datetime, minutes: int) -> list[datetime]:
    return [start + step * QUARTER for step in range(minutes // 15)]


def can_come(person: Interested, start: datetime, minutes: int) -> bool:
    """What `HoursFound` says, by the clock and the calendar, a quarter of an hour at a time."""
    if not (person.zone and person.windows):
        return False
    for moment in quarters(person, start, minutes):
        local = moment.astimezone(ZoneInfo(person.zone))
        minute = local.weekday() * 1440 + local.hour * 60 + local.minute
        if not any(begins <= minute < ends for begins, ends in person.windows):
            return False
        if any(begin < moment + QUARTER and moment < end for begin, end in person.busy):
            return False
    return True


def worth(asked: HoursWanted, person: Interested, start: datetime) -> int:
    if not can_come(person, start, asked.minutes):
        return 0
    steps = quarters(person, start, asked.minutes)
    night = sum(not 7 <= moment.astimezone(ZoneInfo(person.zone)).hour < 22 for moment in steps)
    return WHOLE - asked.weight * asked.burden.get(person.region, 0) * night // (WHOLE * len(steps))


def allowed(asked: HoursWanted) -> list[datetime]:
    starts, start = [], MONDAY
    while start <= asked.last:
        if start >= asked.first and all(can_come(person, start, asked.minutes) for person in asked.needed):
            starts.append(start)
        start += STEP
    return starts


windows = st.lists(
    st.tuples(st.integers(0, 95), st.integers(8, 40)).map(lambda pair: (pair[0] * 15, (pair[0] + pair[1]) * 15)),
    min_size=1,
    max_size=2,
).map(tuple)
spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 9)).map(
        lambda pair: (
            MONDAY + pair[0] * 37 * timedelta(minutes=1),
            MONDAY + (pair[0] + pair[1]) * timedelta(minutes=37),
        )
    ),
    max_size=2,
).map(tuple)
persons = st.builds(
    Interested,
    windows=windows,
    zone=st.sampled_from(ZONES),
    region=st.sampled_from(["SA", "LAC", "NWE", ""]),
    busy=spans,
    was_served=st.booleans(),
)
questions = st.builds(
    question,
    st.lists(persons, max_size=6),
    minutes=st.sampled_from([15, 45, 60, 120]),
    last=st.sampled_from([MONDAY + 5 * HOUR, MONDAY + 20 * HOUR]),
    burden=st.fixed_dictionaries({"SA": st.integers(0, WHOLE), "LAC": st.integers(0, WHOLE)}),
    weight=st.integers(0, WHOLE),
    needed=st.lists(persons, max_size=1),
)


@given(questions)
def test_hours_say_what_trying_every_start_and_every_pair_says(asked):
    found = HoursFound(asked)
    starts = allowed(asked)

    score = {start: sum(worth(asked, person, start) for person in asked.people) for start in starts}
    coming = {start: sum(can_come(person, start, asked.minutes) for person in asked.people) for start in starts}
    ranked = [found.starts[index] for index in found.ranked()]
    assert ranked == sorted(starts, key=lambda start: (-score[start], -coming[start], start))
    for index in found.ranked():
        option = found.option(index)
        assert (option.score, option.coming) == (score[option.starts_at], coming[option.starts_at])
        assert sum(option.by_region.values()) == option.coming
        assert option.lost == max(coming.values()) - option.coming

    pairs = [pair for pair in combinations(starts, 2) if pair[1] - pair[0] >= timedelta(minutes=asked.minutes)]
    best = found.best_pair()
    assert (best is None) == (not pairs)
    if best is not None:
        values = [sum(max(worth(asked, person, start) for start in pair) for person in asked.people) for pair in pairs]
        assert best.score == max(values)
        chosen = (best.first.starts_at, best.second.starts_at)
        assert values[pairs.index(chosen)] == max(values)
        assert best.coming == sum(
            any(can_come(person, start, asked.minutes) for start in chosen) for person in asked.people
        )
        others = [s for s in starts if all(abs(s - c) >= timedelta(minutes=asked.minutes) for c in chosen)]
        left_out = [p for p in asked.people if not any(can_come(p, start, asked.minutes) for start in chosen)]
        assert best.third_adds == max((sum(can_come(p, s, asked.minutes) for p in left_out) for s in others), default=0)


@settings(max_examples=settings.default.max_examples // 2)
@given(questions, persons)
def test_one_more_person_never_lowers_the_best_and_two_hours_never_serve_fewer_than_one(asked, person):
    before, after = HoursFound(asked), HoursFound(replace(asked, people=[*asked.people, person]))

    if (best := before.best()) is not None:
        more = after.best()
        assert more is not None and more.score >= best.score
        pair = before.best_pair()
        assert pair is None or (pair.score >= best.score and pair.coming >= max(pair.first.coming, pair.second.coming))


@settings(max_examples=settings.default.max_examples // 2)
@given(st.lists(persons.map(lambda person: replace(person, busy=())), min_size=1, max_size=5), st.integers(-11, 12))
def test_when_every_zone_is_shifted_the_answer_is_shifted_by_as_much(people, hours):
    def zone(distance: int) -> str:
        return f"Etc/GMT{-distance:+d}" if distance else "Etc/GMT"

    begins = MONDAY + 2 * DAY
    here = question([replace(person, zone=zone(0)) for person in people], first=begins, last=begins + DAY)
    there = question(
        [replace(person, zone=zone(hours)) for person in people],
        first=begins - hours * HOUR,
        last=begins + DAY - hours * HOUR,
    )
    ours, theirs = HoursFound(here), HoursFound(there)
    assert [start - hours * HOUR for start in ours.starts] == theirs.starts
    assert ours.coming.tolist() == theirs.coming.tolist()
    assert ours.ranked() == theirs.ranked()


def test_a_region_that_bore_the_nights_is_spared_as_much_as_the_weight_says():
    at_night = [Interested(daily(22, 24), "Asia/Kolkata", "SA")] * 3  # 16:30 to 18:30 UTC
    by_day = [Interested(daily(9, 11), "Europe/Berlin", "NWE")] * 2  # 8:00 to 10:00 UTC
    asked = question([*at_night, *by_day], burden={"SA": 1000, "NWE": 100})

    best = HoursFound(asked).best()
    assert best is not None
    assert (best.coming, best.night_by_region, best.lost) == (3, {"SA": 3}, 0)

    spared = HoursFound(replace(asked, weight=WHOLE)).best()
    assert spared is not None
    assert (spared.starts_at, spared.coming, spared.night_by_region, spared.lost) == (MONDAY + 8 * HOUR, 2, {}, 1)


def test_without_weight_nobodys_night_counts():
    people = [Interested(ALWAYS, zone, "SA") for zone in ZONES]
    hours = HoursFound(question(people, burden={"SA": 1000}))
    assert (hours.scores == hours.coming * WHOLE).all()


def test_who_has_not_said_when_they_are_free_is_counted_apart_and_rules_nothing_out_but_what_they_agreed_to():
    silent = Interested((), "UTC", busy=[(MONDAY + 9 * HOUR, MONDAY + 10 * HOUR)])
    hours = HoursFound(question([silent, Interested(ALWAYS, ""), Interested(ALWAYS, "UTC")], needed=[silent]))

    assert (hours.hours_unknown, hours.needed_unknown) == (2, 1)
    assert hours.coming.max() == 1
    ruled_out = [start for start, possible in zip(hours.starts, hours.is_possible, strict=True) if not possible]
    assert ruled_out == [MONDAY + half * STEP for half in range(15, 20)]  # any part of 9 to 10 within two hours


def test_where_somebody_needed_is_never_free_there_is_no_best_and_one_sees_who_rules_out_what():
    early, late = Interested(daily(6, 9), "UTC"), Interested(daily(10, 13), "UTC")
    hours = HoursFound(question([Interested(ALWAYS, "UTC")], needed=[early, late]))

    assert hours.best() is None and hours.best_pair() is None and hours.ranked() == []
    assert hours.needed_free.sum(axis=1).tolist() == [3, 3]


def test_on_the_day_of_the_change_an_hour_that_is_skipped_serves_nobody_who_is_free_in_it_only():
    berlin = Interested(((6 * 1440 + 60, 6 * 1440 + 240),), "Europe/Berlin")  # Sunday 1:00 to 4:00
    sunday = datetime(2026, 3, 29, tzinfo=UTC)
    values = {"first": sunday, "last": sunday + 4 * HOUR}

    assert HoursFound(question([berlin], **values, minutes=120)).best().starts_at == sunday  # 1:00, then 3:00 to 4:00
    assert HoursFound(question([berlin], **values, minutes=180)).best().coming == 0  # only two hours pass


def test_in_autumn_the_hour_that_comes_twice_serves_twice():
    berlin = Interested(((6 * 1440 + 120, 6 * 1440 + 180),), "Europe/Berlin")  # Sunday 2:00 to 3:00
    sunday = datetime(2026, 10, 25, tzinfo=UTC)
    hours = HoursFound(question([berlin], first=sunday, last=sunday + 4 * HOUR, minutes=120))
    assert [start for start, coming in zip(hours.starts, hours.coming, strict=True) if coming] == [sunday]


def test_what_the_last_clinics_did_not_serve_is_counted():
    people = [Interested(ALWAYS, "UTC", was_served=True), Interested(ALWAYS, "UTC"), Interested(daily(0, 3), "UTC")]
    hours = HoursFound(question(people))
    assert (hours.option(0).newly_served, hours.option(10).newly_served) == (2, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"last": MONDAY - HOUR},
        {"last": MONDAY + 57 * DAY},
        {"minutes": 0},
        {"minutes": 50},
        {"minutes": 1455},
        {"weight": 1001},
        {"burden": {"SA": -1}},
        {"first": MONDAY.replace(tzinfo=None)},
    ],
)
def test_a_question_without_an_answer_is_refused(values):
    with pytest.raises(ValueError, match=r"range|minutes|weight"):
        question([], **values)


def test_half_hours_are_those_of_the_planners_clock():
    kathmandu = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead
    day = datetime(2026, 3, 3, tzinfo=kathmandu)
    hours = HoursFound(question([Interested(ALWAYS, "UTC")], first=day, last=day + HOUR))

    assert [start.astimezone(kathmandu).strftime("%H:%M") for start in hours.starts] == ["00:00", "00:30", "01:00"]


@given(persons.map(lambda person: replace(person, busy=())), st.integers(0, 400), st.sampled_from([20, 60, 125]))
def test_somebody_could_come_to_a_clinic_that_began_at_any_minute_if_each_quarter_it_touched_was_free(person, at, long):
    starts_at = MONDAY + at * timedelta(minutes=7)
    touched = [starts_at.replace(minute=starts_at.minute // 15 * 15)]
    while touched[-1] + QUARTER < starts_at + long * timedelta(minutes=1):
        touched.append(touched[-1] + QUARTER)

    nobody_knows = Interested((), "UTC")
    assert could_come([nobody_knows, person], starts_at=starts_at, minutes=long) == [
        False,
        all(can_come(person, quarter, 15) for quarter in touched),
    ]


def test_of_pairs_that_score_the_same_the_one_to_which_most_come_is_the_best_and_then_the_earliest():
    """Two who come at night and count half are as good as one who comes by day."""
    by_day = Interested(daily(9, 11), "UTC", "NWE")
    at_night = [Interested(daily(22, 24), "UTC", "SA")] * 2
    beside = Interested(daily(13, 15), "UTC", "NWE")
    asked = question([by_day, *at_night, beside], burden={"SA": 500}, weight=WHOLE)

    pair = HoursFound(asked).best_pair()
    assert pair is not None
    assert (pair.score, pair.coming, pair.first.starts_at) == (2 * WHOLE, 3, MONDAY + 9 * HOUR)
    assert pair.second.starts_at == MONDAY + 22 * HOUR
    assert (pair.third_adds, pair.third and pair.third.starts_at) == (1, MONDAY + 13 * HOUR)


def test_many_more_people_than_are_added_up_at_once_are_added_up_exactly():
    people = [Interested(daily(9, 11), "UTC")] * 9001 + [Interested(daily(13, 15), "UTC")] * 4999
    hours = HoursFound(question(people))

    assert int(hours.scores.max()) == 9001 * WHOLE
    pair = hours.best_pair()
    assert pair is not None and (pair.score, pair.coming) == (14000 * WHOLE, 14000)
