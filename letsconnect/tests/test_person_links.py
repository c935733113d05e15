"""Wherever a page of the desk tells of somebody, the name leads to their page, and is the same everywhere."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.tests.factories import make_clinic, make_person, make_topic_request, sign_up
from letsconnect.base import security_log
from letsconnect.base.models import SecurityEventKind
from mailings.tests.factories import make_letter
from matching.tests.factories import make_match
from registrations.models import Offer, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_registration, make_skill


@pytest.fixture
def client(db):
    client = Client()
    client.force_login(make_coordinator())
    return client


def nameless(**fields):
    person = make_registration(name="", region="MENA", **fields)
    person.member.name = ""
    person.member.save(update_fields=["name"])
    return person


def pages_about(person):
    """Each page that tells of this person, and how its address begins that leads on."""
    skill = make_skill("wikidata")
    clinic = make_clinic(region="MENA")
    clinic.skills.add(skill)
    Offer.objects.filter(registration=person).update(would_host=True, level=4)
    member = person.member
    sign_up(clinic, 1)[0].__class__.objects.update(member=member)
    make_person(clinic, "host", member=member)
    WorkingGroupSeat.objects.create(
        member=member, role="editor", from_on=NOW.date(), until_on=NOW.date().replace(year=2027)
    )
    security_log.record(kind=SecurityEventKind.SIGNED_IN, member=member, by=member, now=NOW)
    topic = make_topic_request(member=member)
    letter = make_letter(to=member)
    make_match(learner=person)
    return {
        "matches": reverse("admin:matching_match_changelist"),
        "seats": reverse("admin:registrations_workinggroupseat_changelist"),
        "letter": reverse("admin:mailings_letter_change", args=[letter.pk]),
        "security log": reverse("admin:base_securityevent_changelist"),
        "who wants it": reverse("admin:clinics_clinic_who_wants", args=[clinic.pk]),
        "who comes": reverse("admin:clinics_clinic_who_comes", args=[clinic.pk]),
        "people": reverse("admin:clinics_clinic_people", args=[clinic.pk]),
        "topic": reverse("admin:clinics_topicrequest_change", args=[topic.pk]),
    }


def test_a_name_leads_to_the_page_of_the_person_and_is_the_same_on_every_page(client):
    person = nameless(offers=["wikidata"])
    leads_on = {
        reverse("admin:person_detail", args=[person.pk]),
        reverse("admin:person_account", args=[person.member.public_id]),
    }
    without_link, without_name = set(), set()
    for page, path in pages_about(person).items():
        text = client.get(path).content.decode()
        if not any(f'<a href="{address}">' in text for address in leads_on):
            without_link.add(page)
        if f"#{person.pk}, MENA" not in text:
            without_name.add(page)

    assert (without_link, without_name) == (set(), set())


def test_the_names_of_many_without_one_cost_no_more_statements(client):
    clinic, asked = make_clinic(region="MENA"), {}
    for number in (3, 30):
        for _ in range(number):
            person = nameless()
            sign_up(clinic, 1)[0].__class__.objects.filter(member__name__startswith="Person").update(
                member=person.member
            )
        with CaptureQueriesContext(connection) as sent:
            text = client.get(reverse("admin:clinics_clinic_who_comes", args=[clinic.pk])).content.decode()
        asked[number] = len(sent)
        assert f"#{person.pk}, MENA" in text

    assert asked[3] == asked[30]
