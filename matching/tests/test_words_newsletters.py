"""The skills that are short, as the newsletter asks for them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from mailings.newsletters import markdown
from matching.words.newsletters import is_short, shortages_now
from registrations.domain.registrations import RegistrationState
from registrations.models import Skill
from registrations.skills.demand import Demand, demand_for_skills
from registrations.tests.factories import NOW, make_registration, make_skill


def lines(language="en"):
    with translation.override(language):
        return [line.text for line in shortages_now(NOW, NOW)]


def want(skill, count, shared=0):
    for _ in range(count):
        make_registration(wishes=[skill], windows=(), speaks=())
    for _ in range(shared):
        make_registration(offers=[skill], windows=(), speaks=())


@pytest.mark.parametrize(
    ("wanted", "shared", "is_said"),
    [(4, 0, False), (5, 0, True), (5, 2, True), (5, 3, False), (27, 3, True), (0, 0, False)],
)
def test_a_skill_is_short_if_many_want_it_and_few_share_it(wanted, shared, is_said):
    assert is_short(Demand(1, wanted, shared)) is is_said


@pytest.mark.django_db
def test_the_shortest_skills_are_asked_for_and_small_numbers_hidden():
    want("surveys", 8, shared=3), want("maps", 5, shared=2), want("grants", 6), want("rare", 4)

    assert lines() == [
        "6 people want to learn **Grants**, nobody shares it at the moment: [could you?](/registration/)",
        "8 people want to learn **Surveys**, 3 people share it: [could you?](/registration/)",
        "5 people want to learn **Maps**, hardly anybody shares it: [could you?](/registration/)",
    ]
    assert all(markdown.problems(line) == [] for line in lines("ar"))


@pytest.mark.django_db
def test_only_people_who_could_be_matched_count_and_answers_with_a_merged_skill_count_for_its_heir():
    heir, merged = make_skill("surveys"), make_skill("polls")
    want(heir, 3), want(merged, 2)
    make_registration(wishes=[heir, merged])
    Skill.objects.filter(pk=merged.pk).update(state="merged", merged_into=heir)
    make_registration(wishes=[heir], state=RegistrationState.SUBMITTED)
    make_registration(wishes=[heir], agrees=False)
    gone = make_registration(wishes=[heir]).member
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    with CaptureQueriesContext(connection) as queries:
        [demand] = demand_for_skills(on=NOW.date())

    assert (demand.skill, demand.shared) == (heir.pk, 0)
    assert demand.wanted == 6 and len(queries) == 3


@pytest.mark.django_db
def test_where_nobody_wants_anything_there_are_no_lines():
    assert lines() == []


@pytest.mark.django_db
def test_a_skill_that_is_out_of_use_is_not_asked_for():
    want("old", 6)
    Skill.objects.update(state="retired")

    assert lines() == []
