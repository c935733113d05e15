"""The desk finds registrations by what people answered, typed, and by nothing they said in confidence."""

import pytest
from django.contrib import admin
from django.urls import reverse

from registrations.admin import answer_filters
from registrations.answers.questions import FOR_COORDINATORS, QUESTIONS, VOLUNTARY
from registrations.models import Offer, Registration
from registrations.tests.factories import make_coordinator, make_liaison, make_registration, make_skill

LIST = reverse("admin:registrations_registration_changelist")
CHOOSE = reverse("admin:registrations_registration_choose")
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(make_coordinator())
    return client


@pytest.fixture
def people():
    maps, queries = make_skill("maps"), make_skill("queries")
    both = make_registration(name="Both", offers=["maps", "queries"], wishes=[], speaks=[("fr", 4), ("ar", 6)])
    one = make_registration(name="One", offers=["maps"], wishes=["queries"], speaks=[("fr", 2)])
    none = make_registration(name="None", offers=[], wishes=["maps"], state="submitted", speaks=[("es", 6)])
    Offer.objects.filter(registration=both, skill=queries).update(would_host=True)
    Offer.objects.filter(registration=one, skill=maps).update(would_host=True)
    return {"maps": maps.pk, "queries": queries.pk, "people": (both, one, none)}


def found(desk, **query):
    page = desk.get(LIST, query)
    return sorted(str(row.name) for row in page.context["cl"].result_list)


def test_people_are_found_by_each_answer_and_by_several(desk, people):
    maps, queries = people["maps"], people["queries"]
    assert found(desk, shares=maps) == ["Both", "One"]
    assert found(desk, wishes=maps) == ["None"]
    assert found(desk, shares=maps, wishes=queries) == ["One"]
    assert found(desk, speaks="fr-2") == ["Both", "One"] and found(desk, speaks="fr-3") == ["Both"]
    assert found(desk, hosts="yes") == ["Both", "One"]
    assert found(desk, hosts="yes", shares=maps) == ["One"], "in a clinic on this skill, not on any"
    assert found(desk, shares=maps, show="submitted") == []
    assert found(desk, shares="x") == found(desk, speaks="fr-9") == found(desk, speaks="xx-2") == []

    heir = make_skill("cartography")
    skill = Offer.objects.filter(skill=maps).first().skill
    skill.state, skill.merged_into = "merged", heir
    skill.save()
    assert found(desk, shares=heir.pk) == ["Both", "One"]


def test_what_is_typed_is_found_by_name_and_nothing_typed_is_lost(desk, people):
    typed = {
        "filters": "show=all&region__exact=MENA&p=4&shares=9",
        "shares": "Maps",
        "speaks": "français",
        "level": "4",
    }
    answer = desk.get(CHOOSE, typed)
    assert answer["Location"] == f"{LIST}?show=all&region__exact=MENA&shares={people['maps']}&speaks=fr-4"
    assert found(desk, shares=people["maps"], speaks="fr-4") == ["Both"]

    page = desk.get(CHOOSE, {**typed, "shares": "bookbindery of old times", "hosts": "on"}).content.decode()
    assert "We know no skill called “bookbindery of old times”" in page
    assert 'value="bookbindery of old times"' in page and "checked" in page
    assert 'name="filters" value="show=all&amp;region__exact=MENA"' in page
    assert desk.get(CHOOSE)["Location"] == LIST
    assert desk.get(reverse("registrations:find", args=["skills", "en"]), {"q": "maps"}).json()["results"][0] == {
        "value": str(people["maps"]),
        "label": "Maps",
        "note": "",
    }


def test_the_form_above_the_list_holds_what_is_filtered_by_and_a_chip_takes_it_off(desk, people):
    html = desk.get(LIST, {"speaks": "fr-4", "shares": people["maps"], "hosts": "yes"}).content.decode()
    assert (
        f'href="?hosts=yes&amp;shares={people["maps"]}">Language spoken: <bdi>French, at least: 4 – near-native</bdi>'
        in html
    )
    assert 'value="French"' in html and 'value="Maps"' in html and '<option value="4" selected>' in html


def test_nothing_said_in_confidence_is_filtered_by(desk):
    page = admin.site._registry[Registration]
    private = {*FOR_COORDINATORS, *(name for question in VOLUNTARY for name in question.names)}
    private |= {"why", "contact_way", "contact_text", "imported_address", "member__email", "review_note"}
    private |= {name for question in QUESTIONS if question.for_coordinators for name in question.names}
    offered = {getattr(one, "parameter_name", one) for one in page.list_filter}
    assert not offered & private and set(answer_filters.PARAMETERS) <= offered
    request = desk.get(LIST).wsgi_request
    for name in private:
        for lookup in (name, f"{name}__exact", f"wishes__{name}", f"{name}__contains"):
            assert not page.lookup_allowed(lookup, "x", request), lookup


def test_a_liaison_filters_their_own_people_only(client, people):
    client.force_login(make_liaison("LAC"))
    assert found(client, shares=people["maps"]) == []
    assert client.get(CHOOSE, {"shares": "Maps"}).status_code == 302


def test_a_filtered_list_costs_the_same_with_many_people(desk, people, django_assert_max_num_queries):
    query = {"shares": people["maps"], "speaks": "fr-2", "hosts": "yes", "show": "all"}
    desk.get(LIST, query)
    for _ in range(27):
        one = make_registration(offers=["maps"], speaks=[("fr", 4)])
        Offer.objects.filter(registration=one).update(would_host=True)
    with django_assert_max_num_queries(15):
        assert len(desk.get(LIST, query).context["cl"].result_list) == 20
