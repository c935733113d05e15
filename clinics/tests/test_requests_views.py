"""The members' pages of topic requests."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import TopicRequest, TopicSupport
from clinics.requests import deciding
from clinics.tests.factories import make_clinic, make_topic_request
from letsconnect.base.models import Act
from registrations.tests.factories import NOW, make_coordinator, make_member, make_skill

pytestmark = pytest.mark.django_db
ASKED = {"words": "Museums and archives", "language": "en", "why": "We begin a project"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client):
    member = make_member(name="Somebody")
    client.force_login(member)
    return member


def page(client, name, *args, **query):
    return client.get(reverse(f"clinics:{name}", args=args), query).content.decode()


def post(client, name, *args, **data):
    return client.post(reverse(f"clinics:{name}", args=args), data)


def test_somebody_asks_and_finds_it_among_their_own(client, me):
    response = post(client, "topic-ask", **ASKED)

    request = TopicRequest.objects.get()
    assert response.url == reverse("clinics:topic-detail", args=[request.pk])
    assert "Museums and archives" in page(client, "topic-mine")
    assert "We begin a project" in page(client, "topic-detail", request.pk)


@pytest.mark.parametrize(
    "wrong",
    [{"words": ""}, {"language": "xx"}, {"why": ""}, {"skill": "wikidata"}, {"skill": "999999", "words": ""}],
)
def test_what_cannot_be_kept_is_said_at_its_field(client, me, wrong):
    skill = make_skill("wikidata")
    named = {key: str(skill.pk) if value == "wikidata" else value for key, value in wrong.items()}

    response = post(client, "topic-ask", **{**ASKED, **named})

    assert response.status_code == 422
    assert response.context["form"].errors
    assert not TopicRequest.objects.exists()


@pytest.mark.parametrize("alike", ["the same skill", "another language", "words like it"])
def test_whoever_asks_is_shown_first_what_others_asked_for(client, me, alike):
    skill = make_skill("museum-partnerships")
    other = {
        "the same skill": {"skill": skill},
        "another language": {"skill": skill, "language": "ar"},
        "words like it": {"words": "Partnerships of museums"},
    }[alike]
    request = make_topic_request(**other)
    make_topic_request(skill="budgeting")
    asked = {"skill": str(skill.pk), "language": "en", "why": "Because"}

    first = post(client, "topic-ask", **asked)

    assert (first.status_code, TopicRequest.objects.count()) == (422, 2)
    assert reverse("clinics:topic-support", args=[request.pk]) in first.content.decode()
    again = post(client, "topic-ask", **asked, seen=first.context["seen"])
    assert (again.status_code, TopicRequest.objects.count()) == (302, 3)


def test_words_are_compared_with_the_skills_they_may_mean(client, me):
    request = make_topic_request(skill="museum-partnerships")

    response = post(client, "topic-ask", **{**ASKED, "words": "partnerships with a museum"})

    assert [line.texts["topic"] for line in response.context["alike"]] == [str(request)]


def test_one_tap_supports_and_another_takes_it_back(client, me):
    request = make_topic_request()

    post(client, "topic-support", request.pk)
    assert TopicSupport.objects.filter(request=request, member=me).exists()
    post(client, "topic-take-back", request.pk)
    assert not TopicSupport.objects.filter(request=request, member=me).exists()


def test_looking_acts_on_nothing(client, me):
    request = make_topic_request()
    for name, args in (("topic-list", []), ("topic-mine", []), ("topic-ask", []), ("topic-detail", [request.pk])):
        page(client, name, *args)
    for name in ("topic-support", "topic-take-back"):
        assert client.get(reverse(f"clinics:{name}", args=[request.pk])).status_code == 405

    assert not Act.objects.exists()
    assert TopicSupport.objects.count() == 1


@pytest.mark.parametrize(("supporters", "said"), [(3, "Fewer than 5 people"), (4, "5 people want it")])
def test_small_numbers_and_the_name_of_who_asked_are_on_no_page(client, me, supporters, said):
    request = make_topic_request(member=make_member(name="Zebrafinch"), supporters=supporters)

    for text in (page(client, "topic-list"), page(client, "topic-detail", request.pk)):
        assert said in text
        assert f"{supporters + 1} people want it" in text or supporters == 3
        assert "4 people" not in text
        assert "Zebrafinch" not in text


@pytest.mark.parametrize("is_public", [True, False])
def test_others_read_why_only_where_it_was_ticked(client, me, is_public):
    request = make_topic_request(why="A grant of ours", why_is_public=is_public)

    assert ("A grant of ours" in page(client, "topic-detail", request.pk)) == is_public
    client.force_login(request.member)
    assert "A grant of ours" in page(client, "topic-detail", request.pk)


def test_a_list_can_be_narrowed_to_a_skill_and_a_language(client, me):
    wanted = make_topic_request(skill="wikidata", language="ar")
    make_topic_request(skill="wikidata")
    make_topic_request(skill="lexemes", language="ar")

    response = client.get(reverse("clinics:topic-list"), {"skill": wanted.skill_id, "language": "ar"})

    assert [line.texts["link"] for line in response.context["lines"]] == [
        reverse("clinics:topic-detail", args=[wanted.pk])
    ]
    everything = client.get(reverse("clinics:topic-list"), {"skill": "moon", "language": "xx"})
    assert len(everything.context["lines"]) == 3


def test_a_draft_is_not_shown_and_an_announced_clinic_is(client, me):
    coordinator = make_coordinator()
    requests = [make_topic_request(), make_topic_request(skill="lexemes")]
    clinics = [make_clinic(state=ClinicState.DRAFT), make_clinic()]
    for request, clinic in zip(requests, clinics, strict=True):
        deciding.plan_for_request(request=request, clinic=clinic, by=coordinator, now=NOW)

    shown = [page(client, "topic-detail", request.pk) for request in requests]

    links = [reverse("clinics:clinic-detail", args=[clinic.pk]) for clinic in clinics]
    assert [link in text for link, text in zip(links, shown, strict=True)] == [False, True]


def test_a_merged_request_leads_to_the_one_it_is_in_and_a_withdrawn_one_only_to_whom_it_was(client, me):
    source, target = make_topic_request(), make_topic_request(skill="lexemes")
    deciding.merge_requests(source=source, target=target, by=make_coordinator(), now=NOW)
    gone = make_topic_request(words="Old", state="withdrawn")

    assert reverse("clinics:topic-detail", args=[target.pk]) in page(client, "topic-detail", source.pk)
    post(client, "topic-support", source.pk)
    assert TopicSupport.objects.filter(request=target, member=me).exists()
    address = reverse("clinics:topic-detail", args=[gone.pk])
    assert client.get(address).status_code == 404
    assert post(client, "topic-support", gone.pk).status_code == 404
    client.force_login(gone.member)
    assert client.get(address).status_code == 200


def test_what_was_asked_for_is_escaped(client, me):
    request = make_topic_request(words="<b>Bold</b>", why="<i>x</i>", why_is_public=True)

    for text in (page(client, "topic-list"), page(client, "topic-detail", request.pk)):
        assert "<b>Bold" not in text
        assert "<i>x" not in text


def test_asking_costs_the_database_the_same_with_many_requests(client, me):
    post(client, "topic-ask", **{**ASKED, "words": "Bookbinding"})  # what is kept for later pages is read once
    counts, shown = [], []
    for number in (3, 30):
        for each in range(number):
            make_topic_request(words=f"Museums and archives {number} {each}")
        with CaptureQueriesContext(connection) as queries:
            response = post(client, "topic-ask", **ASKED)
        shown.append(len(response.context["alike"]))
        counts.append(len(queries))

    assert shown == [3, 5]
    assert counts[0] == counts[1]
