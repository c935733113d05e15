"""Advice is true: make the change, and there is a candidate. And it gives nobody else away."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import advice, errors, generator, propose
from matching.engine.advice import FEW, KINDS, MOST, HelpfulChange, changes
from matching.engine.candidates import find
from matching.engine.facts import Facts, Languages, Offers, People
from matching.engine.reading import read
from matching.engine.settings import Settings
from matching.engine.tests import oracle
from matching.engine.tests.test_propose import two_people
from matching.engine.tests.worlds import WEEK, small_facts

USUAL = Settings()


def with_candidates(facts, asked=USUAL):
    known = read(facts, asked)
    return set(known.ids[find(known)[0].learner].tolist())


def changed(facts, person, **columns):
    """The facts with one person's columns changed."""
    at = list(facts.people.id).index(person)
    tables = {name: list(getattr(facts.people, name)) for name in columns}
    for name, value in columns.items():
        tables[name][at] = value
    tables = {name: np.array(column) if name == "slots" else column for name, column in tables.items()}
    return replace(facts, people=replace(facts.people, **tables))


def speaking(facts, person, codes, level):
    spoken = facts.languages
    rows = [
        row
        for row in zip(spoken.person, spoken.code, spoken.level, spoken.is_preferred, strict=True)
        if row[0] != person or row[1] not in codes
    ]
    rows += [(person, code, level, False) for code in codes]
    person, code, level, preferred = (list(column) for column in zip(*rows, strict=True))
    return replace(facts, languages=Languages(person=person, code=code, level=level, is_preferred=preferred))


def with_a_newcomer(facts, skill, region):
    """Somebody who shares this skill, is always free, speaks everything well and is fine with any region."""
    columns = facts.people
    people = People(
        id=[*columns.id, 20_000],
        region=[*columns.region, region],
        region_wish=[*columns.region_wish, "either"],
        places_to_learn=[*columns.places_to_learn, 0],
        places_to_help=[*columns.places_to_help, 1],
        slots=np.concatenate([columns.slots, np.ones((1, 4 * WEEK), dtype=bool)]),
    )
    offers = facts.offers
    offers = Offers(person=[*offers.person, 20_000], skill=[*offers.skill, skill], level=[*offers.level, 4])
    return speaking(replace(facts, people=people, offers=offers), 20_000, ("en", "fr", "ar"), 5)


def more_hours(facts, person, change):
    """Every way to be free for an hour that begins in that part of the day, and for the rest at any other time."""
    slots = facts.people.slots[list(facts.people.id).index(person)].reshape(4, WEEK)
    for begins in range(change.day * 96 + change.from_hour * 4, change.day * 96 + change.to_hour * 4):
        more = slots.copy()
        more[:, begins : begins + 4] = True
        new = int((more & ~slots).any(axis=0).sum())
        if new <= 4 * change.hours and begins + 4 <= WEEK:
            more[:, np.flatnonzero(~more.any(axis=0))[: 4 * change.hours - new]] = True
            yield changed(facts, person, slots=more.reshape(-1))


def made(facts: Facts, person: int, change: HelpfulChange):
    """The facts after the change; all the ways in which it may be made."""
    one = oracle.people_of(facts)[person]
    if change.kind == "more_hours":
        return more_hours(facts, person, change)
    if change.kind == "region_wish":
        return [changed(facts, person, region_wish="either")]
    if change.kind == "language":
        return [speaking(facts, person, (change.code,), change.level)]
    if change.kind == "more_places":
        return [changed(facts, person, places_to_learn=one.places_to_learn + change.places)]
    if change.kind == "nobody_shares":
        regions = {one.region, "MENA", "LAC"}
        return [with_a_newcomer(facts, change.skill, region) for region in sorted(regions)]
    assert change.kind == "sharers_full"
    sharing = {who for who, skill in zip(facts.offers.person, facts.offers.skill, strict=True) if skill == change.skill}
    places = [
        max(1, places) if who in sharing else places
        for who, places in zip(facts.people.id, facts.people.places_to_help, strict=True)
    ]
    return [replace(facts, people=replace(facts.people, places_to_help=places))]


def helps(facts, person, change, asked=USUAL):
    return any(person in with_candidates(after, asked) for after in made(facts, person, change))


@given(
    seed=st.integers(0, 10**6),
    people=st.integers(2, 16),
    minutes=st.sampled_from([0, 60, 120, 120, 300]),
    level=st.integers(0, 4),
)
def test_every_change_that_is_advised_creates_a_candidate(seed, people, minutes, level):
    facts, asked = small_facts(seed, people=people), Settings(min_minutes_a_week=minutes, min_language_level=level)
    stuck = set(facts.wishes.person) - with_candidates(facts, asked)

    for person, said in changes(facts, asked, stuck).items():
        assert 1 <= len(said) <= MOST
        assert [each.kind for each in said] == sorted((each.kind for each in said), key=KINDS.index)
        for change in said:
            assert change.kind == "wait" or helps(facts, person, change, asked), (person, change)


def test_the_small_worlds_need_every_kind_of_advice():
    """So that the test above would notice a kind that is never given."""
    given = set()
    for seed in range(80):
        facts = small_facts(seed)
        given |= {each.kind for said in changes(facts, Settings(), facts.wishes.person).values() for each in said}

    assert given == set(KINDS)


@settings(max_examples=settings.default.max_examples // 3)
@given(seed=st.integers(0, 10**6))
def test_whoever_is_left_out_is_told_what_leads_to_a_place_that_is_left(seed):
    facts = small_facts(seed)
    proposal = propose(facts, Settings(), seed)
    taken = [pair.sharer for pair in proposal.pairs]
    left = [
        places - taken.count(person)
        for person, places in zip(facts.people.id, facts.people.places_to_help, strict=True)
    ]
    after = replace(facts, people=replace(facts.people, places_to_help=left))

    assert set(proposal.advice) == set(proposal.left_out)
    for person, said in proposal.advice.items():
        told = [HelpfulChange(**change) for change in said]
        assert [each.kind for each in told] == ["wait"] or all(helps(after, person, change) for change in told)


@settings(max_examples=settings.default.max_examples // 3)
@given(seed=st.integers(0, 10**6))
def test_a_wish_or_a_language_that_would_help_is_never_passed_over(seed):
    facts = small_facts(seed)
    stuck = set(facts.wishes.person) - with_candidates(facts)

    for person, said in changes(facts, Settings(), stuck).items():
        kinds = {change.kind for change in said}
        assert ("region_wish" in kinds) == (person in with_candidates(changed(facts, person, region_wish="either")))
        assert ("language" in kinds) == (person in with_candidates(speaking(facts, person, ("ar", "en", "fr"), 2)))


def test_few_people_are_not_counted_and_nobody_else_is_described():
    facts = generator.people(300, seed=4)
    proposal = propose(facts, Settings(), 4)
    wishing = dict(zip(*np.unique(np.asarray(facts.wishes.skill), return_counts=True), strict=True))
    waiting = [change for said in proposal.advice.values() for change in said if change["kind"] == "nobody_shares"]

    assert waiting
    for change in waiting:
        assert change.get("waiting") == (int(count) if (count := wishing[change["skill"]]) >= FEW else None)
    assert set(HelpfulChange.__dataclass_fields__) == {
        "kind", "hours", "day", "from_hour", "to_hour", "code", "level", "places", "skill", "waiting"
    }  # fmt: skip


def test_a_block_is_not_told_from_having_nobody():
    """Who is kept apart from the only one who shares is told the same as who speaks to nobody."""
    facts = small_facts(3)
    apart = oracle.people_of(facts)
    everybody = [(one, other) for one in apart for other in apart if one != other]
    blocked = replace(facts, apart=everybody)

    for said in changes(blocked, Settings(), facts.wishes.person).values():
        assert {change.kind for change in said} <= {"wait", "nobody_shares"}


def test_who_is_never_free_for_a_whole_hour_is_not_told_that_only_the_skill_is_missing():
    quarters = np.zeros((2, 4 * WEEK), dtype=bool)
    quarters[:, np.arange(4 * WEEK) % 8 < 3] = True
    facts = two_people(slots=quarters)
    alone = replace(facts, offers=Offers(person=[1], skill=[9], level=[2]))

    assert changes(alone, Settings(), [1]) == {1: [HelpfulChange(kind="wait")]}
    assert changes(two_people(places_to_help=[1, 0]), Settings(), [1]) == {
        1: [HelpfulChange(kind="sharers_full", skill=3)]
    }


@pytest.mark.parametrize("seed", range(12))
def test_everybody_who_suits_is_looked_at_before_nobody_is_said_to(seed, monkeypatch):
    facts = small_facts(seed)
    monkeypatch.setattr(advice, "MOST", len(KINDS))
    looked_at_many = changes(facts, Settings(), facts.wishes.person)
    monkeypatch.setattr(advice, "_LOOK_AT", 1)

    for person, said in changes(facts, Settings(), facts.wishes.person).items():
        kinds = {change.kind for change in said}
        assert kinds | {"more_hours", "wait"} == {each.kind for each in looked_at_many[person]} | {"more_hours", "wait"}


def test_advice_for_a_stranger_is_refused():
    with pytest.raises(errors.UnknownId):
        changes(small_facts(1), Settings(), [30_000])


def test_the_advice_of_a_round_stays_the_same_in_any_order():
    facts = small_facts(8)
    backwards = replace(facts, apart=facts.apart[::-1], wishes=replace_order(facts.wishes))

    assert propose(facts, Settings(), 8).advice == propose(backwards, Settings(), 8).advice


def replace_order(table):
    return replace(table, **{name: list(getattr(table, name))[::-1] for name in table.__dataclass_fields__})


def _an_hour_at(*starts):
    slots = np.zeros(4 * WEEK, dtype=bool)
    for week in range(4):
        for start in starts:
            slots[week * WEEK + start : week * WEEK + start + 4] = True
    return slots


@pytest.mark.parametrize(
    ("taken", "from_hour"), [((), {6, 18}), ((40,), {18}), ((90,), {6}), ((42, 88), set())], ids=str
)
def test_nobody_is_sent_to_an_hour_that_another_match_of_the_sharer_takes(taken, from_hour):
    """They share no hour: the learner is free at 4:00 and 5:00, the sharer at 10:00 and 22:30."""
    slots = np.stack([_an_hour_at(16, 20), _an_hour_at(40, 90)])
    facts = two_people(slots=slots, taken=np.stack([_an_hour_at(), _an_hour_at(*taken)]))

    told = [change for change in changes(facts, Settings(), [1])[1] if change.kind == "more_hours"]

    assert {change.from_hour for change in told} <= from_hour
    assert bool(told) == bool(from_hour)


def test_nobody_is_sent_to_an_hour_that_a_match_of_their_own_takes():
    slots = np.stack([_an_hour_at(16, 20), _an_hour_at(40, 90)])
    facts = two_people(slots=slots, taken=np.stack([_an_hour_at(40), _an_hour_at()]))

    (told,) = [change for change in changes(facts, Settings(), [1])[1] if change.kind == "more_hours"]

    assert told.from_hour == 18
