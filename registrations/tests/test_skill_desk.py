"""The skill desk in the admin, with the whole cast."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.catalogue.loading import load_reference_data
from registrations.domain.registrations import SkillState
from registrations.models import Offer, Skill, SkillName, Wish
from registrations.skills import arranging as actions
from registrations.tests.factories import NOW, make_registration, make_skill

pytestmark = pytest.mark.django_db

LIST = "admin:registrations_skill_changelist"


def url(page, skill):
    return reverse(f"admin:registrations_skill_{page}", args=[skill.pk])


def sign_in(client, request, who):
    client.force_login(request.getfixturevalue(who))
    return client


@pytest.fixture
def suggested(member):
    return actions.suggest_skill(name="Podcast editing", language="en", by=member, now=NOW)


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def listed(client, **query):
    return [skill.slug for skill in client.get(reverse(LIST), query).context["cl"].result_list]


@pytest.mark.parametrize("page", ["change", "names", "accept", "merge", "retire"])
@pytest.mark.parametrize("who", ["member", "liaison", "coordinator"])
def test_who_may_open_what_of_a_suggested_skill_and_of_one_in_use(client, request, suggested, who, page):
    in_use = make_skill("wikidata")
    sign_in(client, request, who)

    def status(skill):
        return client.get(url(page, skill)).status_code

    if who == "member":
        assert (status(suggested), status(in_use)) == (302, 302)
    elif who == "coordinator" or page == "change":
        assert (status(suggested), status(in_use)) == (200, 200)
    else:
        assert (status(suggested), status(in_use)) == ((200 if page in ("names", "accept") else 403), 403)


@pytest.mark.parametrize("page", ["change", "names", "merge", "retire"])
def test_a_liaison_changes_nothing_in_use_by_posting_either(client, liaison, page):
    one, other = make_skill("one"), make_skill("other")
    client.force_login(liaison)

    assert client.post(url(page, one), {"target": other.pk, "family": "strategy"}).status_code == 403
    assert Skill.objects.get(pk=one.pk).state == SkillState.ACTIVE


def test_the_tree_shows_what_waits_first_then_families_with_parts_under_their_whole(desk, suggested):
    whole = make_skill("whole", family="organisation")
    make_skill("zeal", family="organisation")
    make_skill("a-part", family="organisation", parent=whole)
    make_skill("alone", family="strategy")

    assert listed(desk) == [suggested.slug, "whole", "a-part", "zeal", "alone"]
    page = desk.get(reverse(LIST)).content.decode()
    assert "– A part" in page and "1 suggested skill waits for a decision." in page


def test_merged_skills_are_listed_only_when_asked_for(desk, coordinator):
    gone, heir = make_skill("gone"), make_skill("heir")
    actions.merge_skills(source=gone, target=heir, by=coordinator, now=NOW)

    assert listed(desk) == ["heir"]
    assert listed(desk, state="merged") == ["gone"]
    assert "Gone → Heir" in desk.get(reverse(LIST), {"state": "merged"}).content.decode()


def test_the_list_says_who_uses_a_skill_and_in_which_languages_its_name_is_missing(desk):
    skill = make_skill("wikidata")
    make_registration(offers=["wikidata"], wishes=["wikidata"])
    make_registration(wishes=["wikidata"])
    SkillName.objects.create(skill=skill, language="ar", text="ويكي بيانات")
    SkillName.objects.create(skill=skill, language="fr", text="Les données", is_synonym=True)

    row = desk.get(reverse(LIST)).context["cl"].result_list[0]

    assert (row.offer_count, row.wish_count) == (1, 2)
    assert "Spanish, French, Portuguese" in desk.get(reverse(LIST)).content.decode()
    assert (listed(desk, missing="ar"), listed(desk, missing="fr")) == ([], ["wikidata"])


@pytest.mark.parametrize("query", [{"missing": "xx"}, {"state": "lost"}, {"q": "\0"}])
def test_the_list_bears_odd_questions(desk, query):
    assert desk.get(reverse(LIST), query).status_code in (200, 302)


def test_the_desk_finds_skills_as_people_do(desk):
    make_skill("facilitation")
    make_skill("juggling")

    assert listed(desk, q="facilitaton") == ["facilitation"]


def test_the_list_asks_as_many_questions_for_thirty_skills_as_for_three(desk):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse(LIST)).status_code == 200
        return len(queries)

    def more(numbers):
        for number in numbers:
            skill = make_skill(f"skill-{number}", parent=Skill.objects.first())
            make_registration(offers=[skill.slug], wishes=[skill.slug])

    more(range(3))
    few = count()
    more(range(3, 30))

    assert count() == few


def test_accepting_a_suggestion_from_the_desk_needs_a_family(client, liaison, suggested):
    client.force_login(liaison)

    assert client.post(url("accept", suggested), {"family": ""}).status_code == 200
    assert Skill.objects.get().state == SkillState.SUGGESTED
    client.post(url("accept", suggested), {"family": "communications"})
    assert (Skill.objects.get().state, Skill.objects.get().family) == (SkillState.ACTIVE, "communications")


def test_names_of_all_languages_are_saved_together_and_a_refusal_is_shown_with_what_was_typed(desk):
    skill, _other = make_skill("wikidata"), make_skill("wikibase")
    typed = {"name_en": "Wikidata", "synonyms_en": "WD\nWiki data\n\n", "name_ar": "ويكي بيانات"}

    assert desk.post(url("names", skill), typed).status_code == 302
    names = set(skill.skill_names.values_list("language", "text", "is_synonym"))
    assert names == {
        ("en", "Wikidata", False),
        ("en", "WD", True),
        ("en", "Wiki data", True),
        ("ar", "ويكي بيانات", False),
    }
    page = desk.post(url("names", skill), {**typed, "name_en": "Wikibase", "name_fr": "Typed"}).content.decode()
    assert "is the name of another skill already" in page and 'value="Typed"' in page
    assert set(skill.skill_names.values_list("language", "text", "is_synonym")) == names


def test_a_merge_shows_what_changes_and_changes_nothing_until_it_is_said(desk):
    source, target = make_skill("source"), make_skill("target")
    make_registration(offers=["source", "target"])
    make_registration(wishes=["source"])
    make_skill("part", parent=source)

    page = desk.get(url("merge", source), {"target": target.pk}).content.decode()

    assert "2 people have answers that follow." in page
    assert "Offers: 1 follow; 1 of them join one the person already has" in page
    assert '<bdi lang="en">Source</bdi> (en)' in page and "These parts move under “Target”: Part" in page
    assert Offer.objects.filter(skill=source).count() == 1
    assert desk.post(url("merge", source), {"target": target.pk}).url == url("change", target)
    assert Offer.objects.get().skill == target and Wish.objects.get().skill == target
    assert "Merged into this skill: Source" in desk.get(url("change", target)).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_target_that_is_gone_meanwhile_is_refused(desk, coordinator, method):
    source, target, third = make_skill("source"), make_skill("target"), make_skill("third")
    actions.merge_skills(source=target, target=third, by=coordinator, now=NOW)

    page = getattr(desk, method)(url("merge", source), {"target": target.pk})

    assert (page.status_code, Skill.objects.get(pk=source.pk).state) == (200, SkillState.ACTIVE)
    assert "Merge now" not in page.content.decode()


def test_a_merged_skill_leads_on_to_its_heir_and_offers_no_button(desk, coordinator):
    source, target = make_skill("source"), make_skill("target")
    actions.merge_skills(source=source, target=target, by=coordinator, now=NOW)

    page = desk.get(url("change", source)).content.decode()

    assert f'Merged into <a href="{url("change", target)}">Target</a>' in page
    assert url("retire", source) not in page and url("names", source) not in page


def test_retiring_asks_once_and_tells_what_is_kept(desk):
    skill = make_skill("wikidata")

    assert "stay visible" in desk.get(url("retire", skill)).content.decode()
    assert Skill.objects.get().state == SkillState.ACTIVE
    desk.post(url("retire", skill))
    assert Skill.objects.get().state == SkillState.RETIRED


def test_a_skill_is_added_and_moved(desk):
    whole = make_skill("whole")
    new = {"name": "Bee keeping", "language": "en", "family": "tactics", "parent": whole.pk}

    desk.post(reverse("admin:registrations_skill_add"), new)
    made = Skill.objects.get(slug="bee-keeping")
    assert made.parent == whole
    again = desk.post(reverse("admin:registrations_skill_add"), new).content.decode()
    assert "There is a skill of that name already" in again
    assert desk.post(url("change", whole), {"family": "tactics", "parent": made.pk}).status_code == 200
    assert Skill.objects.get(pk=whole.pk).parent is None
    desk.post(url("change", made), {"family": "strategy", "wikidata_id": "Q1"})
    moved = Skill.objects.get(pk=made.pk)
    assert (moved.family, moved.parent, moved.wikidata_id) == ("strategy", None, "Q1")


@pytest.mark.parametrize("object_id", ["0", "x", "9" * 30])
def test_an_unknown_skill_is_not_found(desk, object_id):
    assert desk.get(reverse("admin:registrations_skill_change", args=[object_id])).status_code == 404


def test_the_real_tree_is_shown_whole(desk):
    load_reference_data()

    assert len(listed(desk)) == Skill.objects.count()
