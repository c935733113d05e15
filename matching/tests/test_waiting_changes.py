"""Advice that is true: whoever does what it says is not left out by the next round for the same reason."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import transaction

from matching import engine
from matching.engine.settings import Settings
from matching.inputs import loading
from matching.models import Exclusion, Match, MatchingRules
from matching.tests.factories import make_match
from matching.waiting.changes import outlook_of
from matching.waiting.changes_in_words import what_would_help
from matching.waiting.prospects import PARTS, PartOfDay
from registrations.answers.editing import save_step
from registrations.answers.facts import facts_of
from registrations.domain.facts import fingerprint
from registrations.models import Block, Registration
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db
TO_MAKE = {"region_wish", "more_hours", "language", "another_skill"}
SPRING = datetime(2026, 3, 18, 12, tzinfo=UTC)  # clocks change within the four weeks, not everywhere at once
SKILLS = ("wikidata", "budgeting", "lexemes", "surveys")
ZONES = ("UTC", "Europe/Berlin", "Africa/Tunis", "America/New_York", "Asia/Kathmandu")


def community(seed, people=14):
    """A crowded little place in which every rule bites now and then."""
    chance = Random(seed)
    everybody = []
    for _number in range(people):
        skills = chance.sample(SKILLS, 3)
        begins = [chance.randrange(0, 7) * 1440 + chance.choice((0, 8, 13, 18, 22)) * 60 for _window in range(2)]
        everybody.append(
            make_registration(
                offers=skills[: chance.choice((0, 1, 1, 2))],
                wishes=skills[2:],
                speaks=[(code, chance.choice((1, 2, 4, 6))) for code in chance.sample(("en", "fr", "ar"), 2)],
                windows=sorted({(begin, begin + chance.choice((60, 90, 120))) for begin in begins}),
                zone=chance.choice(ZONES),
                region=chance.choice(("MENA", "MENA", "LAC", "")),
                region_wish=chance.choice(("either", "either", "same", "other")),
                can_help=chance.choice((0, 1, 1, 2)),
                can_learn_from=chance.choice((1, 1, 2)),
                **chance.choice(({}, {}, {}, {}, {"paused_until": date(2027, 1, 1)})),
            )
        )
    one, two, three, four, five, six = chance.sample(everybody, 6)
    Block.objects.create(member=one.member, blocked=two.member, made_at=NOW)
    first, second = sorted((three.pk, four.pk))
    Exclusion.objects.create(person_id=first, other_id=second, reason="x", made_by=make_coordinator(), made_at=NOW)
    make_match("connected", learner=five, sharer=six, skill="strategy")
    return everybody


def held(now):
    """The next round, computed from the rows: who gets whom, and why the others get nobody."""
    loaded = loading.load(now=now)
    proposal = engine.propose(loaded.facts, Settings(min_minutes_a_week=120), 1)
    by_key = dict(enumerate(loaded.registrations))
    served = {by_key[pair.learner]: by_key[pair.sharer] for pair in proposal.pairs}
    return served, {by_key[number]: why for number, why in proposal.left_out.items()}


def do(registration, change, now):
    """Make the change, as somebody saves a step of the form; free hours and rows are added to those they have."""
    facts = facts_of(registration)
    if change.kind == "region_wish":
        values = {"region_wish": "either"}
    elif change.kind == "language":
        others = [row for row in facts.languages if row.code != change.code]
        values = {"languages": tuple(sorted([*others, (change.code, 2, False)]))}
    elif change.kind == "another_skill":
        values = {"wishes": tuple(sorted([*facts.wishes, (change.skill, 2, "")]))}
    else:
        minutes = {minute for row in facts.windows for minute in range(row.start, row.end, 15)}
        minutes |= set(range(*change.part.window, 15))
        free = [minute for minute in range(0, 10080, 15) if minute not in minutes]
        minutes |= set(free[: -(-change.more_minutes // 15)])
        values = {"windows": windows_of(minutes)}
    seen = fingerprint(facts, values)
    save_step(member=registration.member, values=values, seen_fingerprint=seen, by=registration.member, now=now)


def windows_of(minutes):
    begins = sorted(minute for minute in minutes if minute - 15 not in minutes)
    ends = sorted(minute + 15 for minute in minutes if minute + 15 not in minutes)
    return tuple(zip(begins, ends, strict=True))


@pytest.mark.parametrize(("seed", "now"), [(1, NOW), (3, SPRING)])
def test_who_does_what_advice_says_is_not_left_out_by_the_next_round_for_the_same_reason(seed, now):
    """Each change is made alone, by the action of the form, and the next round is computed from the rows. What is said
    without a proviso leads to a match in it; where more wish for places than there are, that is said, and holds."""
    everybody = {person.pk: person for person in community(seed)}
    _served, left_out = held(now)
    kinds = set()

    for key, why in left_out.items():
        outlook = outlook_of(everybody[key], now=now)
        if outlook is None:
            assert why == "learning_enough"
            continue
        assert outlook.has_somebody == (why == "places_taken"), (key, why)
        for change in outlook.changes:
            kinds.add(change.kind)
            if change.kind not in TO_MAKE:
                continue
            with transaction.atomic():
                do(everybody[key], change, now)
                served, left = held(now)
                assert left.get(key) in (None, "places_taken"), (key, why, change)
                assert not change.is_sure or key in served, (key, why, change)
                transaction.set_rollback(True)
    assert kinds & TO_MAKE


def test_who_is_sure_of_somebody_today_is_matched_by_a_round_today():
    everybody = {person.pk: person for person in community(5)}
    served, left_out = held(NOW)

    for key in {*served, *left_out}:
        outlook = outlook_of(everybody[key], now=NOW)
        if outlook is not None and outlook.has_somebody:
            assert key in served or (left_out[key] == "places_taken" and not outlook.is_sure)


# What made it untrue


@pytest.fixture
def learner():
    return make_registration(wishes=["wikidata"], windows=[(480, 600)])


def kinds(learner, now=NOW):
    return [change.kind for change in outlook_of(learner, now=now).changes]


def make_sharer(**fields):
    return make_registration(offers=["wikidata"], **{"windows": [(1200, 1320)], **fields})


def test_nobody_is_sent_to_the_hours_of_somebody_whose_place_is_gone(learner):
    sharer = make_sharer()
    assert kinds(learner) == ["more_hours"]

    match = make_match("asked", sharer=sharer)
    assert kinds(learner) == ["sharers_full"]

    Match.objects.filter(pk=match.pk).update(
        state="declined", closed_at=NOW, closed_by=sharer.member, closed_why="no_time"
    )
    assert kinds(learner) == ["more_hours"]


@pytest.mark.parametrize("how", ["paused", "left", "block", "cool-down", "most at once", "learns too"])
def test_nobody_is_sent_to_the_hours_of_somebody_they_cannot_be_matched_with(learner, how):
    sharer = make_sharer(can_help=2, wishes=["lexemes"])
    assert kinds(learner) == ["more_hours"]

    if how == "paused":
        Registration.objects.filter(pk=sharer.pk).update(paused_until=NOW.date() + timedelta(days=9))
    elif how == "left":
        Registration.objects.filter(pk=sharer.pk).update(state="withdrawn")
    elif how == "block":
        Block.objects.create(member=sharer.member, blocked=learner.member, made_at=NOW)
    elif how == "cool-down":
        make_match("declined", learner=learner, sharer=sharer, asked_at=NOW, closed_at=NOW)
    else:
        MatchingRules.objects.update_or_create(pk=1, defaults={"most_at_once": 1})
        make_match("connected", skill="lexemes", **{"learner" if how == "learns too" else "sharer": sharer})

    assert "more_hours" not in kinds(learner)


def test_nobody_is_sent_to_the_only_hour_that_another_match_needs(learner):
    """Approving would refuse it: two matches, one hour."""
    sharer = make_sharer(can_help=2, windows=[(1200, 1260), (9000, 9060)])
    assert {change.part.day for change in outlook_of(learner, now=NOW).changes} == {0, 6}

    taken = {"reasons": [], "hours": [[672 * week + 80, 672 * week + 84] for week in range(4)], "from": "2026-03-09"}
    make_match("connected", sharer=sharer, reasons=taken)

    assert {change.part.day for change in outlook_of(learner, now=NOW).changes} == {6}


def test_a_time_is_told_only_if_it_holds_in_each_of_the_weeks_whatever_clocks_do():
    """19:00 of UTC is 20:00 in Berlin, and 21:00 from the second week on: 18 to 21 would do for one week."""
    learner = make_registration(wishes=["wikidata"], zone="Europe/Berlin", windows=[(480, 600)])
    make_sharer(zone="UTC", windows=[(1140, 1200), (10020, 10080)])

    (change,) = outlook_of(learner, now=SPRING).changes

    assert change.part == PartOfDay(0, 19)
    do(learner, change, SPRING)
    assert learner.pk in held(SPRING)[0]


def test_what_only_one_can_have_is_not_promised_to_two(learner):
    make_sharer()
    assert outlook_of(learner, now=NOW).changes[0].is_sure

    make_registration(wishes=["wikidata"], windows=[(480, 600)])

    assert not outlook_of(learner, now=NOW).changes[0].is_sure
    said = [one.sentence for one in what_would_help(learner, now=NOW).advice]
    assert said == [
        "Somebody suits you, but is free at other hours. Add Monday from 18:00 to 21:00, all of it: then you have an "
        "hour in common. More people wish for this than there are places, so it may go to somebody else."
    ]


def test_who_has_somebody_reads_that_and_nothing_to_change(learner):
    make_sharer(windows=[(480, 600)])

    told = what_would_help(learner, now=NOW)

    assert (told.somebody[:31], told.advice) == ("As things stand today, somebody", ())


def test_hours_are_told_by_day_before_night_and_never_exactly(learner):
    make_sharer(windows=[(60, 180), (1950, 2010)])  # Tuesday from 8:30 to 9:30
    (change, *_others) = outlook_of(learner, now=NOW).changes

    assert change.part == PartOfDay(1, 7)
    assert {part.window[1] - part.window[0] for part in PARTS} == {180}


def test_another_skill_is_named_only_where_it_leads_to_somebody(learner):
    make_registration(offers=["lexemes"], windows=[(480, 600)])
    make_registration(offers=["budgeting"], windows=[(480, 600)], can_help=0)

    told = what_would_help(learner, now=NOW)

    assert [one.step for one in told.advice] == ["skills", ""]
    assert "Lexemes" in told.advice[0].sentence and "Nobody shares Wikidata yet" in told.advice[1].sentence


def test_advice_costs_the_same_for_3_people_as_for_30(learner, django_assert_num_queries):
    for _number in range(3):
        make_sharer()
    what_would_help(learner, now=NOW)
    with django_assert_num_queries(2):
        what_would_help(learner, now=NOW)
    for _number in range(27):
        make_sharer()
    with django_assert_num_queries(2):
        what_would_help(learner, now=NOW)
