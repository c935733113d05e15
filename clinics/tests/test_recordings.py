"""Recordings of clinics beside a skill in the registration, and for whoever has no match."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic
from clinics.tests.factories import START, make_clinic, make_text
from clinics.tests.resource_factories import make_resource
from registrations.models import Skill
from registrations.recordings import recordings_on
from registrations.tests.factories import NOW, make_registration, make_skill

pytestmark = pytest.mark.django_db


def recorded(*slugs, languages=("en",), **fields):
    clinic = make_clinic(**{"state": ClinicState.HELD, **fields})
    clinic.skills.set([make_skill(slug) for slug in slugs])
    for language in languages:
        make_resource(clinic, language=language)
    return clinic


def test_the_latest_in_the_language_of_the_reader_is_named_in_it():
    recorded("wikidata", languages=("fr", "ar"), title="Older", starts_at=START)
    newest = recorded("wikidata", languages=("fr", "en"), title="Newer", starts_at=START.replace(day=20))
    make_text(newest, "fr", "Plus récent")
    skill = make_skill("wikidata").pk

    def found(reader):
        with override(reader):
            one = recordings_on([skill])[skill]
            return one.url, one.language, one.in_words

    address = reverse("clinics:clinic-detail", args=[newest.pk])
    assert found("en") == (address, "en", "A recording of a clinic on this: Newer")
    assert found("fr")[:2] == (address, "fr") and "Plus récent" in found("fr")[2]
    assert found("ar")[:2] == (
        reverse("clinics:clinic-detail", args=[Clinic.objects.get(texts__title="Older").pk]),
        "ar",
    )
    assert found("pt")[:2] == (address, "en")


def test_in_another_language_it_is_said_in_which():
    recorded("wikidata", languages=("hi",))
    skill = make_skill("wikidata").pk

    with override("en"):
        assert recordings_on([skill])[skill].in_words.startswith("A recording of a clinic on this, in Hindi: ")


def test_what_is_not_ready_no_recording_or_of_another_skill_is_not_named():
    hidden, slides, other = recorded("wikidata"), recorded("lexemes", languages=()), recorded("budgeting")
    hidden.resources.update(is_ready=False)
    make_resource(slides, kind="slides")
    make_resource(make_clinic(state=ClinicState.HELD))

    keys = {slug: make_skill(slug).pk for slug in ("wikidata", "lexemes", "budgeting", "press")}
    found = recordings_on(keys.values())

    assert set(found) == {keys["budgeting"]} and str(other.pk) in found[keys["budgeting"]].url


def test_a_skill_that_was_merged_is_found_by_either_name():
    heir, merged, kept = make_skill("wikidata"), make_skill("wikibase"), recorded("wikibase")
    Skill.objects.filter(pk=merged.pk).update(merged_into=heir, state="merged")
    second = recorded("wikidata", starts_at=START.replace(day=20))

    found = recordings_on([heir.pk, merged.pk])

    assert set(found) == {heir.pk, merged.pk} and kept != second
    assert {one.url for one in found.values()} == {reverse("clinics:clinic-detail", args=[second.pk])}


def test_it_asks_as_often_for_many_skills_and_clinics_as_for_one():
    counts, slugs = [], []
    for number in (1, 9):
        for _ in range(number):
            slugs.append(f"skill-{len(slugs)}")
            recorded(slugs[-1])
        keys = [make_skill(slug).pk for slug in slugs]
        with CaptureQueriesContext(connection) as queries:
            assert len(recordings_on(keys)) == len(slugs)
        counts.append(len(queries))

    assert counts == [3, 3]
    with CaptureQueriesContext(connection) as queries:
        assert recordings_on([]) == {}
    assert not queries


def test_beside_a_wish_in_the_form_and_where_there_is_no_match_it_leads_to_the_page(client):
    clinic = recorded("wikidata")
    registration = make_registration(wishes=["wikidata"], offers=["budgeting"])
    address = reverse("clinics:clinic-detail", args=[clinic.pk])
    client.force_login(registration.member)

    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("registrations:registration-step", args=["skills"])).content.decode()
        wishes, offers = page.split('data-side="offers"')
        no_match = client.get(reverse("matching:no-match")).content.decode()
        skill = {"id": make_skill("wikidata").pk}
        beside_wish = client.get(reverse("registrations:skill-hints"), {**skill, "row": "wish"}).json()
        beside_offer = client.get(reverse("registrations:skill-hints"), {**skill, "row": "offer"}).json()

    link = f'<a href="{address}">A recording of a clinic on this: Asking for money kindly</a>'
    assert link in wishes and address not in offers and address in no_match
    told = {"text": "A recording of a clinic on this: Asking for money kindly", "url": address}
    assert beside_wish["recordings"] == {str(skill["id"]): told} and beside_offer["recordings"] == {}
