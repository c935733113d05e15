"""Matches keep their meaning when the working group merges the skill they are about."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching.domain.matches import answer_by
from matching.inputs import loading as facts
from matching.models import Match
from matching.tests.factories import make_match
from registrations.models import Wish
from registrations.skills.arranging import merge_skills
from registrations.tests.factories import NOW, make_coordinator, make_registration, make_skill

pytestmark = pytest.mark.django_db


def merge(source, target="open-knowledge"):
    return merge_skills(source=source, target=make_skill(target), by=make_coordinator(), now=NOW)


def make_asked(**fields):
    now = timezone.now()
    return make_match("asked", asked_at=now, answer_by=answer_by(now), **fields)


def test_a_live_match_is_read_as_the_heir_and_the_sharer_still_reads_why(client):
    match = make_asked()
    Wish.objects.filter(registration=match.learner).update(why="For our museum")

    merge(match.skill)

    client.force_login(match.sharer.member)
    page = client.get(reverse("matching:match-detail", args=[match.pk])).content.decode()
    assert "Share Open knowledge" in page and "For our museum" in page


def test_the_match_keeps_the_skill_its_round_chose():
    match = make_asked()

    merge(match.skill)

    assert Match.objects.get().skill == match.skill


def test_the_list_of_matches_asks_no_more_questions_for_merged_skills(client):
    learner = make_registration()
    counts = []
    for number in range(1, 7):
        match = make_asked(learner=learner, skill=f"skill-number-{number}")
        merge(match.skill, f"heir-{number}")
        client.force_login(learner.member)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(reverse("matching:match-list")).content.decode()
        assert f"Heir {number}" in page
        counts.append(len(queries))

    assert len(set(counts[1:])) == 1


def test_the_desk_filters_matches_by_the_heir(client):
    one, other = make_match(), make_match(skill="open-knowledge")
    heir = merge(one.skill)
    make_match(skill="something-else")
    client.force_login(make_coordinator())

    page = client.get(reverse("admin:matching_match_changelist"), {"skill": heir.pk})

    assert set(page.context["cl"].queryset) == {one, other}
    [by_skill] = [chosen for chosen in page.context["cl"].filter_specs if chosen.title == "skill"]
    choices = [choice["display"] for choice in by_skill.choices(page.context["cl"])]
    assert sorted(choices[1:]) == ["Open knowledge", "Something else"]


def test_the_next_round_knows_people_of_merged_skills_by_the_heir():
    make_registration(offers=["wikidata"])
    make_registration(wishes=["open-knowledge"])
    heir = merge(make_skill("wikidata"))

    loaded = facts.load(now=NOW)

    assert [*loaded.facts.offers.skill, *loaded.facts.wishes.skill] == [heir.pk, heir.pk]
