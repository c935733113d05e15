"""Whether others may find somebody: off unless they said so, in the form or on the page about their data."""

from datetime import date

import pytest
from django.urls import reverse

from letsconnect.base.models import Act
from registrations.answers import exporting
from registrations.models import Block, Registration
from registrations.tests.factories import NOW, make_member, make_registration
from registrations.tests.test_exports import READER
from registrations.tests.typing import OVERVIEW, opened, save

pytestmark = pytest.mark.django_db
MY_DATA = reverse("registrations:my-data")
BUTTON = reverse("registrations:registration-findable")


@pytest.fixture
def person():
    return make_registration(offers=["wikidata"])


@pytest.fixture
def page(client, person):
    client.force_login(person.member)
    return client


def is_findable(person):
    return Registration.objects.get(pk=person.pk).is_findable


def test_nobody_can_be_found_who_did_not_say_so(client, member):
    client.force_login(member)
    assert save(client, "findable").status_code == 302

    assert not Registration.objects.get(member=member).is_findable
    assert not Registration._meta.get_field("is_findable").default


def test_its_card_offers_it_and_reads_it_back(page, person):
    assert (
        "Let others find me and ask for me"
        in page.get(reverse("registrations:registration-step", args=["findable"])).content.decode()
    )

    save(page, "findable", is_findable="on")

    assert is_findable(person)
    assert "Others may find me and ask for me" in page.get(OVERVIEW).content.decode()
    save(page, "findable")
    assert not is_findable(person)


def test_a_step_that_was_open_meanwhile_does_not_undo_what_my_data_was_told(page, person):
    seen = opened(page, "findable")
    page.post(BUTTON, {"findable": "yes"})

    response = save(page, "findable", seen=seen)

    assert (response.status_code, is_findable(person)) == (409, True)


def test_my_data_switches_it_on_and_off_and_says_which(page, person):
    assert "Nobody can find you." in page.get(MY_DATA).content.decode()

    page.post(BUTTON, {"findable": "yes"})
    page.post(BUTTON, {"findable": "yes"})

    assert is_findable(person)
    assert "Do not let others find me" in page.get(MY_DATA).content.decode()
    page.post(BUTTON, {"findable": "no"})
    assert not is_findable(person)
    assert list(Act.objects.filter(verb="set_findable").values_list("became", flat=True)) == ["yes", "no"]


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_outside_the_programme_the_button_says_why_it_does_nothing(client, state):
    person = make_registration(state=state)
    client.force_login(person.member)

    assert client.post(BUTTON, {"findable": "yes"}, follow=True).status_code == 200
    assert not is_findable(person)


def test_a_person_is_found_by_others_but_not_across_a_block_in_either_direction():
    me, other = make_member(), make_member()
    found = make_registration(is_findable=True)
    make_registration()

    assert list(Registration.objects.findable_by(me, on=NOW.date())) == [found]
    assert list(Registration.objects.findable_by(found.member, on=NOW.date())) == []
    Block.objects.create(member=me, blocked=found.member, made_at=NOW)
    Block.objects.create(member=found.member, blocked=other, made_at=NOW)
    assert (
        list(Registration.objects.findable_by(me, on=NOW.date()))
        == list(Registration.objects.findable_by(other, on=NOW.date()))
        == []
    )


def test_exports_say_it(person):
    column = exporting.headings(READER).index("others may find them and ask for them")

    assert [row[column] for row in exporting.rows(Registration.objects.filter(pk=person.pk), READER)] == [0]


@pytest.mark.parametrize(
    ("changes", "is_so"),
    [
        ({}, True),
        ({"state": "submitted", "reviewed_at": None, "reviewed_by": None}, False),
        ({"can_help": 0}, False),
        ({"paused_until": date(2999, 1, 1)}, False),
        ({"away_until": date(2999, 1, 1)}, False),
    ],
)
def test_who_says_yes_is_told_they_are_found_only_where_they_are(page, person, changes, is_so):
    Registration.objects.filter(pk=person.pk).update(**changes)

    answer = page.post(BUTTON, {"findable": "yes"}, follow=True).content.decode()

    assert is_findable(person)
    assert ("Others can find you and ask for you now." in answer) is is_so
    assert ("At the moment not all of this is so" in answer) is not is_so


def test_who_took_an_agreement_back_or_shares_nothing_is_not_told_that_they_are_found(client):
    for person in (make_registration(offers=["wikidata"], agrees=False), make_registration(wishes=["wikidata"])):
        client.force_login(person.member)

        answer = client.post(BUTTON, {"findable": "yes"}, follow=True).content.decode()

        assert "Others can find you and ask for you now." not in answer
