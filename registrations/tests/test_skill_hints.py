"""Hints beside the skills of the form: true, and giving nobody away."""

from datetime import timedelta

import pytest
from django.urls import reverse

from registrations.domain.registrations import UNTIL_THEY_RETURN, RegistrationState
from registrations.models import Registration
from registrations.skills import arranging as actions
from registrations.skills.hints import Row, hints
from registrations.tests.factories import NOW, make_coordinator, make_registration, make_skill

pytestmark = pytest.mark.django_db

TODAY, DAY = NOW.date(), timedelta(days=1)


def sharers(number, slug="wikidata"):
    return [make_registration(offers=[slug]) for _ in range(number)]


def hint(skill, **fields):
    return hints([skill.pk], language="en", on=TODAY, **fields)[skill.pk]


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        (0, "Nobody shares this yet: your wish helps plan a clinic."),
        (1, "This is shared already."),
        (2, "This is shared already."),
        (3, "3 people share this."),
        (12, "12 people share this."),
    ],
)
def test_a_wish_is_told_how_many_share_it_and_few_are_not_counted(people, sentence):
    skill = make_skill("wikidata")
    sharers(people)

    assert hint(skill) == sentence


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        (0, "Nobody asks for this yet. It is good to know that you share it."),
        (2, "This is wished for already."),
        (3, "3 people want to learn this."),
    ],
)
def test_an_offer_is_told_how_many_wish_it(people, sentence):
    skill = make_skill("wikidata")
    for _ in range(people):
        make_registration(wishes=["wikidata"])

    assert hint(skill, row=Row.OFFER) == sentence


def test_i_do_not_count_myself():
    me, *_others = sharers(3)

    assert hint(make_skill("wikidata"), besides=me.member) == "This is shared already."


@pytest.mark.parametrize(
    "fields",
    [
        {"state": RegistrationState.DRAFT},
        {"state": RegistrationState.SUBMITTED},
        {"state": RegistrationState.WITHDRAWN},
        {"state": RegistrationState.DRAFT, "away_until": TODAY + timedelta(days=1)},
        {"agrees": False, "paused_until": TODAY + timedelta(days=1)},
    ],
)
def test_who_cannot_be_matched_is_not_counted(fields):
    make_registration(offers=["wikidata"], **fields)

    assert hint(make_skill("wikidata")) == "Nobody shares this yet: your wish helps plan a clinic."


@pytest.mark.parametrize(
    ("sharers_away", "sentence"),
    [
        ([{"away_until": TODAY + 9 * DAY}], "Somebody shares this, but is away until 11 March 2026."),
        ([{"paused_until": TODAY + 9 * DAY}], "Somebody shares this, but is away until 11 March 2026."),
        (
            [{"paused_until": TODAY + 9 * DAY, "away_until": TODAY + 20 * DAY}],
            "Somebody shares this, but is away until 22 March 2026.",
        ),
        (
            [{"paused_until": TODAY - 9 * DAY, "away_until": TODAY + 20 * DAY}, {"away_until": TODAY + 2 * DAY}],
            "Somebody shares this, but is away until 4 March 2026.",
        ),
        ([{"paused_until": UNTIL_THEY_RETURN}], "Somebody shares this, but does not take part at the moment."),
        (
            [{"paused_until": UNTIL_THEY_RETURN}, {"away_until": TODAY + DAY}],
            "Somebody shares this, but is away until 3 March 2026.",
        ),
        ([{}, {"away_until": TODAY + DAY}], "This is shared already."),
    ],
)
def test_where_everybody_who_shares_it_is_away_it_is_said_until_when_and_not_who(sharers_away, sentence):
    for fields in sharers_away:
        make_registration(offers=["wikidata"], **fields)

    assert hint(make_skill("wikidata")) == sentence


def test_what_only_i_share_is_shared_by_nobody_while_i_am_away():
    me = make_registration(offers=["wikidata"], away_until=TODAY + DAY)

    assert hint(make_skill("wikidata"), besides=me.member) == "Nobody shares this yet: your wish helps plan a clinic."


def test_a_skill_that_only_somebody_away_wants_is_wished_for():
    make_registration(wishes=["wikidata"], away_until=TODAY + DAY)

    assert hint(make_skill("wikidata"), row=Row.OFFER) == "This is wished for, by somebody who is away at the moment."


def test_who_is_back_today_is_counted():
    make_registration(offers=["wikidata"], away_until=TODAY)

    assert hint(make_skill("wikidata")) == "This is shared already."


def test_one_query_for_many_skills_and_none_for_unknown_ones(django_assert_num_queries):
    skills = [make_skill() for _ in range(30)]

    with django_assert_num_queries(1):
        told = hints([*(skill.pk for skill in skills), 10**12], language="en", on=TODAY)

    assert set(told) == {skill.pk for skill in skills}
    with django_assert_num_queries(0):
        assert hints([], language="en") == {}


def test_a_merged_skill_is_told_what_its_heir_is_told():
    source, target = make_skill("source"), make_skill("target")
    sharers(2, "source")
    sharers(1, "target")
    actions.merge_skills(source=source, target=target, by=make_coordinator(), now=NOW)

    assert hint(source) == hint(target) == "3 people share this."


def test_the_page_of_hints_answers_for_the_ids_it_understands(client, member):
    skill = make_skill("wikidata")
    sharers(3)
    Registration.objects.update(paused_until=None)
    client.force_login(member)

    answer = client.get(reverse("registrations:skill-hints"), {"id": [skill.pk, "x", "²", "-1", "9" * 40]})

    assert answer.json() == {"hints": {str(skill.pk): "3 people share this."}, "recordings": {}}
