"""Skills ranked by what 1:1 matches cannot serve: compared with counting everybody one by one."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import RaisedNeed, TopicRequest
from clinics.needs.counting import ShownCount, WhoseNeeds, shown, shown_by_region, skill_needs
from clinics.tests.factories import make_need, make_topic_request
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from matching.models import Match, RoundParticipant
from matching.tests.factories import make_match, make_round
from registrations.models import Registration, Skill
from registrations.skills.arranging import merge_skills
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)

pytestmark = pytest.mark.django_db
TODAY, DAY = NOW.date(), timedelta(days=1)
SKILLS = ("wikidata", "lexemes", "budgeting", "old-name")
REGIONS, LANGUAGES = ("MENA", "LAC", "SSA"), ("en", "ar")


def make_world(seed):
    """Random people, matches, rounds, requests and raised needs; one skill is merged into another."""
    chance = random.Random(seed)
    people = [
        make_registration(
            region=(region := chance.choice(REGIONS)),
            member=make_member(region=region),
            offers=[skill for skill in SKILLS if chance.random() < 0.3],
            wishes=[skill for skill in SKILLS if chance.random() < 0.5],
            speaks=[(code, chance.choice((1, 3, 5))) for code in LANGUAGES],
            can_help=chance.randint(0, 3),
            agrees=chance.random() < 0.9,
            paused_until=TODAY + DAY if chance.random() < 0.1 else None,
        )
        for _ in range(24)
    ]
    rounds = [
        make_round("published", published_at=NOW - day * DAY, started_at=NOW - day * DAY, finished_at=NOW - day * DAY)
        for day in (30, 20, 10)
    ]
    for round_ in rounds:
        for number, person in enumerate(chance.sample(people, 12)):
            RoundParticipant.objects.create(
                round=round_, number=number, registration=person, is_learner=chance.random() < 0.8
            )
    for _ in range(6):
        learner, sharer = chance.sample(people, 2)
        state = chance.choice(("connected", "asked", "declined"))
        at = chance.choice(rounds).published_at
        when = {"connected_at": at + DAY} if state == "connected" else {}
        make_match(state, learner=learner, sharer=sharer, round=chance.choice(rounds), asked_at=at, **when)
    for skill in chance.choices(SKILLS, k=5):
        request = make_topic_request(skill=skill, language=chance.choice(LANGUAGES), supporters=chance.randint(0, 3))
        if chance.random() < 0.3:
            TopicRequest.objects.filter(pk=request.pk).update(state="declined", answer="No")
    for _ in range(4):
        make_need(
            skill=chance.choice(SKILLS),
            people=chance.randint(1, 9),
            region=chance.choice(("", *REGIONS)),
            closed_at=chance.choice((None, NOW)),
        )
    merge_skills(source=make_skill("old-name"), target=make_skill("wikidata"), by=make_coordinator(), now=NOW)


def slowly(chosen):
    """The same numbers, by looking at each person, match, round and request in turn."""
    found = {}
    everybody = [
        row
        for row in Registration.objects.select_related("member")
        if Registration.objects.matchable(on=TODAY).filter(pk=row.pk)
    ]

    def speaks(row):
        return not chosen.language or any(
            s.code == chosen.language and s.level >= 2 for s in row.spoken_languages.all()
        )

    for skill in Skill.objects.all():
        if skill.merged_into_id:
            continue
        same = {skill.pk, *skill.merged_from.values_list("pk", flat=True)}
        wishing = [
            r
            for r in everybody
            if speaks(r) and chosen.region in ("", r.region) and any(w.skill_id in same for w in r.wishes.all())
        ]
        sharing = [r for r in everybody if speaks(r) and any(o.skill_id in same for o in r.offers.all())]
        live = list(Match.objects.live())
        places = sum(max(0, r.can_help - sum(m.sharer_id == r.pk for m in live)) for r in sharing)
        rounds = {r.pk: _rounds_of(r) for r in wishing}
        requests = [
            r
            for r in TopicRequest.objects.all()
            if r.skill_id in same and r.state in ("open", "planned") and chosen.language in ("", r.language)
        ]
        supports = {
            (s.member_id, s.member.region)
            for r in requests
            for s in r.supports.all()
            if chosen.region in ("", s.member.region)
        }
        requests = [r for r in requests if any(chosen.region in ("", s.member.region) for s in r.supports.all())]
        raised = [
            n
            for n in RaisedNeed.objects.all()
            if n.skill_id in same
            and not n.closed_at
            and chosen.region in ("", n.region)
            and chosen.language in ("", n.language)
        ]
        found[skill.pk] = (
            Counter(r.region for r in wishing),
            Counter(r.region for r in sharing),
            places,
            Counter(r.region for r in wishing if rounds[r.pk]),
            sum(rounds.values()),
            len(requests),
            Counter(region for _member, region in supports),
            len(raised),
            sum(n.people for n in raised),
        )
    return {skill: numbers for skill, numbers in found.items() if numbers[0] or numbers[6] or numbers[7]}


def _rounds_of(person):
    mine = list(Match.objects.filter(learner=person))
    count = 0
    for row in RoundParticipant.objects.filter(registration=person, is_learner=True).select_related("round"):
        was_asked = any(m.round_id == row.round_id and m.asked_at for m in mine)
        connected_since = any(m.connected_at and m.connected_at >= row.round.published_at for m in mine)
        count += not was_asked and not connected_since
    return count


def quickly(chosen):
    return {
        n.skill: (
            n.wishes,
            n.sharers,
            n.places,
            n.waiting,
            n.rounds,
            n.requests,
            n.supporters,
            n.raised,
            n.raised_people,
        )
        for n in skill_needs(chosen, on=TODAY)
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_numbers_are_those_of_counting_one_by_one(seed):
    make_world(seed)

    for chosen in (WhoseNeeds(), WhoseNeeds(region="MENA"), WhoseNeeds(language="ar"), WhoseNeeds("LAC", "en")):
        assert quickly(chosen) == slowly(chosen), chosen


def test_what_matches_cannot_serve_comes_first():
    for _ in range(3):
        make_registration(wishes=["wikidata"])  # nobody shares it
        make_registration(wishes=["lexemes"])
    make_registration(offers=["lexemes"], can_help=3)
    make_topic_request(skill="lexemes")
    make_need(skill="budgeting", people=9)

    ranked = skill_needs(WhoseNeeds(), on=TODAY)

    assert [(need.name, need.unserved) for need in ranked] == [("Budgeting", 9), ("Wikidata", 3), ("Lexemes", 1)]


def test_a_skill_that_is_no_longer_used_is_not_ranked():
    make_need(skill=make_skill("old", state="retired"))

    assert skill_needs(WhoseNeeds(), on=TODAY) == []


def test_it_costs_the_database_the_same_for_any_number_of_people_and_skills():
    counts = []
    for number in (2, 12):
        for each in range(number):
            skill = f"skill-{number}-{each}"
            make_registration(wishes=[skill], offers=[skill])
            make_topic_request(skill=skill)
            make_need(skill=skill)
        with CaptureQueriesContext(connection) as queries:
            skill_needs(WhoseNeeds(), on=TODAY)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("counts", "liaison", "coordinator"),
    [
        ({"MENA": 2}, ShownCount(2, 0), 2),
        ({"MENA": 2, "LAC": 3}, ShownCount(2, None), 5),
        ({"MENA": 2, "LAC": 3, "SSA": 2}, ShownCount(2, 5), 7),
        ({"LAC": 4, "": 1}, ShownCount(0, 5), 5),
        ({"": 1}, ShownCount(0, None), 1),
        ({}, ShownCount(0, 0), 0),
    ],
)
def test_small_numbers_of_other_regions_are_not_told(counts, liaison, coordinator):
    assert shown(counts, make_liaison("MENA")) == liaison
    assert shown(counts, make_coordinator()).total == coordinator


def test_a_hidden_number_cannot_be_worked_out_from_the_sum():
    counts = {"MENA": 1, "LAC": 2, "SSA": 30, "SA": 7}

    liaison = make_liaison("MENA")

    assert shown_by_region(counts, liaison) == {"MENA": 1, "LAC": None, "SA": None, "SSA": 30}
    assert shown_by_region(counts, make_coordinator()) == counts
    chance = random.Random(5)
    for _ in range(200):
        counts = {region: chance.choice((0, 1, 3, 4, 5, 6, 20)) for region in ("MENA", "LAC", "SSA", "SA", "")}
        hidden = [region for region, count in shown_by_region(counts, liaison).items() if count is None]
        assert len(hidden) != 1 or not any(counts[r] for r in counts if r not in (*hidden, "MENA"))
        assert all(counts[region] for region in hidden)
    assert SMALLEST_COUNT_SHOWN == 5
