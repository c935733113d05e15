"""The desk's pages of topic requests, needs and raised needs."""

import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.models import Clinic, RaisedNeed, TopicRequest, TopicSupport
from clinics.tests.factories import make_clinic, make_need, make_topic_request
from mailings.models import Letter
from registrations.models import Look
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def liaison(client):
    member = make_liaison("MENA")
    client.force_login(member)
    return member


def at(name, *args):
    return reverse(f"admin:clinics_{name}", args=args)


def page(client, name, *args, **query):
    return client.get(at(name, *args), query).content.decode()


def press(client, request, act, **typed):
    client.get(at("topicrequest_change", request.pk))
    return client.post(at("topicrequest_act", request.pk, act), typed)


def test_a_liaison_reads_every_topic_and_the_names_of_their_own_people(client, liaison):
    mine = make_topic_request(member=make_member(name="Aziza", region="MENA"), why="For our archive")
    other = make_topic_request(
        skill="lexemes", member=make_member(name="Bolivar", region="LAC"), why="For our museum", supporters=2
    )

    listed = page(client, "topicrequest_changelist")
    assert "Wikidata" in listed and "Lexemes" in listed and "Aziza" not in listed and "Bolivar" not in listed
    own, others = page(client, "topicrequest_change", mine.pk), page(client, "topicrequest_change", other.pk)
    assert "Aziza" in own and "For our archive" in own
    assert "For our museum" in others and "Bolivar" not in others
    assert "Plan a clinic" in own and "Plan a clinic" not in others
    assert set(Look.objects.filter(viewer=liaison).values_list("member", flat=True)) == {mine.member_id}


@pytest.mark.parametrize(
    ("act", "typed", "state"),
    [
        ("decline", {"decline-reason": "A tutorial exists."}, "declined"),
        ("answer", {"answer-text": "See the tutorial."}, "answered"),
        ("plan", {}, "planned"),
        ("merge", {"merge-into": "lexem"}, "merged"),
    ],
)
def test_buttons_decide(client, liaison, act, typed, state):
    request = make_topic_request()
    make_topic_request(skill="lexemes")
    press(client, request, act, **typed)

    request.refresh_from_db()
    assert request.state == state
    assert Letter.objects.exists() == (act != "merge")
    if act == "plan":
        assert Clinic.objects.get().region == "MENA"
    press(client, request, "reopen")
    request.refresh_from_db()
    assert request.state == "open"


def test_what_lacks_its_reason_is_shown_again_with_what_was_typed(client, liaison):
    request = make_topic_request()

    make_clinic(title="Part one")
    make_clinic(title="Part two")

    for act, typed in (
        ("decline", {"decline-reason": " "}),
        ("answer", {"answer-text": "Come.", "answer-clinic": "part"}),
        ("answer", {"answer-clinic": "no such clinic"}),
        ("merge", {"merge-into": "no such topic"}),
    ):
        response = press(client, request, act, **typed)
        assert response.status_code == 422
        text = response.content.decode()
        assert all(f'value="{word}"' in text or word in ("Come.", " ") for word in typed.values()), act
    assert "Part one · Mon" in press(client, request, "answer", **{"answer-clinic": "part"}).content.decode()
    assert TopicRequest.objects.get().state == "open"


def test_a_liaison_of_another_region_presses_nothing(client):
    client.force_login(make_liaison("LAC"))
    request = make_topic_request()

    press(client, request, "decline", **{"decline-reason": "No."})

    assert TopicRequest.objects.get().state == "open"


def test_the_log_of_a_request_names_people_and_is_for_coordinators(client, liaison):
    request = make_topic_request()

    assert client.get(at("topicrequest_history", request.pk)).status_code == 403
    client.force_login(make_coordinator())
    assert client.get(at("topicrequest_history", request.pk)).status_code == 200


def test_the_page_of_needs_hides_small_numbers_of_other_regions(client, liaison):
    make_registration(wishes=["wikidata"])
    for _ in range(3):
        make_registration(wishes=["wikidata"], region="LAC")

    assert "1 + fewer than 5 elsewhere" in page(client, "topicrequest_needs")
    skill = make_skill("wikidata").pk
    assert "not told" in page(client, "topicrequest_need", skill).partition("<table>")[2]
    client.force_login(make_coordinator())
    assert "fewer than" not in page(client, "topicrequest_needs").partition("<table")[2]
    assert "not told" not in page(client, "topicrequest_need", skill)


def wanted_from(**regions):
    """One request on a skill that so many people of these regions want, and its page of needs."""
    request = make_topic_request(member=make_member(region="MENA"))
    for region, number in regions.items():
        for _ in range(number):
            TopicSupport.objects.create(request=request, member=make_member(region=region), made_at=NOW)
    return request


def rows_of(body):
    """The first cells of tables' rows, with the others of each."""
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]
    return {re.sub(r"<[^>]+>", "", row[0]).strip(): [cell.strip() for cell in row[1:]] for row in rows if row}


def test_no_choice_of_a_region_tells_a_number_that_the_table_of_regions_hides(client, liaison):
    """Six and one: the one is hidden, and so is the six, which the sum would tell it from."""
    request = wanted_from(LAC=6, SSA=1)
    for region in ("LAC", "SSA"):
        ranked = rows_of(page(client, "topicrequest_needs", region=region))["Wikidata"]
        assert "not told" in ranked and not {"6", "7"} & set(ranked)
        need = page(client, "topicrequest_need", request.skill_id, region=region)
        assert "<dd>not told</dd>" in need and "<dd>6</dd>" not in need and "<td>6</td>" not in need

    assert "1" in rows_of(page(client, "topicrequest_needs", region="MENA"))["Wikidata"]  # their own
    client.force_login(make_coordinator())
    assert "6" in rows_of(page(client, "topicrequest_needs", region="LAC"))["Wikidata"]


def test_no_language_beside_a_region_tells_how_many_of_it_do_not_speak_it(client, liaison):
    """Eight of one region, of whom six speak English: the difference is two, and one filter tells no part of it."""
    for region, codes in {"SSA": "en " * 6 + "fr " * 2, "LAC": "en " * 9, "MENA": "en fr fr"}.items():
        for code in codes.split():
            make_registration(region=region, country="KE", wishes=["wikidata"], speaks=((code, 5),))
    skill = make_skill("wikidata").pk

    def counts(**query):
        body, one = page(client, "topicrequest_needs", **query), page(client, "topicrequest_need", skill, **query)
        by_region = {name: cells[0] for name, cells in rows_of(one.partition("<table>")[2]).items()}
        return rows_of(body)["Wikidata"][0], {name: by_region[name] for name in by_region if "Region" not in name}

    few = "fewer than 5 elsewhere"
    by_region = counts()[1]
    south = next(name for name in by_region if by_region[name] == "8")
    assert counts() == ("20", {south: "8", **by_region})
    assert counts(language="en")[0] == f"1 + {few}"  # seventeen, less than all others by two
    assert counts(language="fr")[0] == f"2 + {few}"
    assert sorted(counts(language="en")[1].values()) == ["1", "not told", "not told"]
    for code in ("en", "fr"):
        assert counts(region="SSA", language=code)[0] == "8"
        assert "counted whatever they speak" in page(client, "topicrequest_needs", region="SSA", language=code)
    assert counts(region="MENA", language="fr")[0] == "2"
    client.force_login(make_coordinator())
    assert (counts(region="SSA", language="en")[0], counts(region="SSA", language="fr")[0]) == ("6", "2")


def test_no_choice_of_a_region_tells_where_somebody_is_from_who_asked_in_words(client, liaison):
    make_topic_request(words="Songs of the sea", member=make_member(region="LAC"))
    mine = make_topic_request(words="Songs of the sand")
    wanted = make_topic_request(words="Songs of the woods", supporters=5)  # all of LAC

    assert str(wanted) in page(client, "topicrequest_needs", region="LAC")
    assert "Songs of the sea" not in page(client, "topicrequest_needs", region="LAC")
    assert str(mine) in page(client, "topicrequest_needs", region="MENA")


def test_one_button_plans_a_clinic_and_leads_to_who_could_share_it(client, liaison):
    skill = make_skill("wikidata")
    sharer = make_registration(offers=["wikidata"], member=make_member(name="Sharer of Tunis", region="MENA"))
    sharer.offers.update(level=4, would_host=True)
    make_need()
    address = at("topicrequest_need", skill.pk) + "?region=MENA&language=fr"

    response = client.post(address, {"seen": ""}, follow=True)

    clinic = Clinic.objects.get()
    assert (clinic.floor_language, clinic.region, list(clinic.skills.all())) == ("fr", "MENA", [skill])
    assert response.redirect_chain[-1][0] == at("clinic_who_wants", clinic.pk)
    assert "Sharer of Tunis" in response.content.decode()
    assert Look.objects.filter(viewer=liaison, registration=sharer, kind="candidate").exists()
    client.post(address, {"seen": ""})
    assert Clinic.objects.count() == 1


def test_whoever_could_share_is_asked_through_the_portal_wherever_they_are_from(client, liaison):
    skill = make_skill("wikidata")
    sharer = make_registration(offers=["wikidata"], region="LAC")
    client.post(at("topicrequest_need", skill.pk), {"seen": ""})
    clinic, address = Clinic.objects.get(), sharer.member.public_id

    for is_offered in (False, True):
        sharer.offers.update(level=4, would_host=is_offered)
        client.get(at("clinic_who_wants", clinic.pk))
        client.post(at("clinic_who_wants", clinic.pk), {"ask": address})
        assert clinic.people.filter(role="sharer", state="asked", member=sharer.member).exists() == is_offered

    assert Letter.objects.filter(kind="clinics.person_asked", member=sharer.member).exists()
    assert f'value="{address}"' not in page(client, "clinic_who_wants", clinic.pk)


def test_the_page_of_needs_costs_the_database_the_same_for_any_number_of_skills(client, liaison):
    counts = []
    for number in (3, 15):
        for each in range(number):
            make_registration(wishes=[f"skill-{number}-{each}"])
            make_topic_request(words=f"Words {number} {each}")
            make_need(words=f"Words {number} {each}")
        page(client, "topicrequest_needs")
        with CaptureQueriesContext(connection) as queries:
            page(client, "topicrequest_needs")
        with CaptureQueriesContext(connection) as of_list:
            page(client, "topicrequest_changelist")
        counts.append((len(queries), len(of_list)))

    assert counts[0] == counts[1]


NEED = {
    "skill": "",
    "words": "Bookbinding",
    "raised_where": "A call",
    "people": "7",
    "language": "fr",
    "region": "MENA",
}


def test_a_liaison_records_a_need_changes_it_and_says_that_it_is_met(client, liaison):
    client.post(at("raisedneed_add"), NEED)
    need = RaisedNeed.objects.get()
    assert (need.words, need.people, need.recorded_by) == ("Bookbinding", 7, liaison)

    client.get(at("raisedneed_change", need.pk))
    client.post(at("raisedneed_change", need.pk), {**NEED, "people": "9"})
    need.refresh_from_db()
    assert need.people == 9

    for act, is_met in (("close", True), ("reopen", False)):
        client.get(at("raisedneed_change", need.pk))
        client.post(at("raisedneed_act", need.pk, act))
        need.refresh_from_db()
        assert (need.closed_at is not None) == is_met
    client.get(at("raisedneed_change", need.pk))
    client.post(at("raisedneed_act", need.pk, "plan"))
    assert Clinic.objects.get().raised_needs.get() == need


@pytest.mark.parametrize("wrong", [{"words": ""}, {"people": "0"}, {"raised_where": ""}, {"region": "LAC"}])
def test_a_need_that_cannot_be_is_not_recorded(client, liaison, wrong):
    client.post(at("raisedneed_add"), {**NEED, **wrong})

    assert not RaisedNeed.objects.exists()


def test_others_read_a_need_and_change_nothing(client):
    need, other = make_need(), make_liaison("LAC")
    client.force_login(other)

    assert "The village pump" in page(client, "raisedneed_change", need.pk)
    client.post(at("raisedneed_change", need.pk), {**NEED, "people": "9"})
    client.post(at("raisedneed_act", need.pk, "close"))
    need.refresh_from_db()
    assert (need.people, need.closed_at) == (3, None)


def test_the_lists_lead_to_the_needs_and_name_languages_in_words(client, liaison):
    make_topic_request(language="ar"), make_topic_request(skill="lexemes", language="es")
    for name in ("topicrequest_changelist", "raisedneed_changelist"):
        assert at("topicrequest_needs") in page(client, name)

    filters = page(client, "topicrequest_changelist").partition('id="changelist-filter"')[2]
    assert "Arabic" in filters and "Spanish" in filters
    assert "Lexemes" not in page(client, "topicrequest_changelist", language="ar")
