"""Whoever hosts a clinic sees who comes to it, and nothing else; nobody else does."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from clinics.domain.clinics import HOST_READS_FOR, ClinicState
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import LanguageNeed
from clinics.tests.factories import LINK, START, make_clinic, make_person, sign_up
from registrations.models import Look, Member
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def make_host(clinic, *, state=AnswerState.ACCEPTED, role=ClinicRole.HOST):
    """Somebody who hosts a clinic, and is of no working group."""
    return make_person(clinic, role=role, state=state).member


def page_of(client, member, clinic):
    client.force_login(member)
    return client.get(reverse("clinics:clinic-host", args=[clinic.pk]))


def test_a_host_sees_the_names_of_those_who_come_and_nothing_else(client):
    clinic = make_clinic(capacity=1)
    going, waiting = (rsvp.member for rsvp in sign_up(clinic, 2))
    gone = sign_up(clinic, 1)[0]
    gone.delete()
    host = make_host(clinic)

    page = page_of(client, host, clinic)
    words = page.content.decode()

    assert page.status_code == 200
    assert going.name in words and waiting.name in words and gone.member.name not in words
    for private in (going.email, waiting.email, LINK, str(going.public_id), gone.member.email):
        assert private not in words
    assert not host.is_staff
    assert client.get(reverse("admin:clinics_clinic_who_comes", args=[clinic.pk])).status_code == 302
    assert [(look.viewer, look.kind) for look in Look.objects.about(going)] == [(host, "clinic")]


@pytest.mark.parametrize(
    ("state", "role", "shown"),
    [
        (AnswerState.ACCEPTED, ClinicRole.HOST, 200),
        (AnswerState.TO_ASK, ClinicRole.HOST, 404),
        (AnswerState.ASKED, ClinicRole.HOST, 404),
        (AnswerState.DECLINED, ClinicRole.HOST, 404),
        (AnswerState.STEPPED_BACK, ClinicRole.HOST, 404),
        (AnswerState.RELEASED, ClinicRole.HOST, 404),
        (AnswerState.ACCEPTED, ClinicRole.SHARER, 404),
        (AnswerState.ACCEPTED, ClinicRole.HELPER, 200),
        (AnswerState.ASKED, ClinicRole.HELPER, 404),
        (AnswerState.ACCEPTED, ClinicRole.INTERPRETER, 404),
    ],
)
def test_only_hosts_and_helpers_who_have_said_yes_and_stand_by_it_see_the_page(client, state, role, shown):
    clinic = make_clinic()

    assert page_of(client, make_host(clinic, state=state, role=role), clinic).status_code == shown


def test_the_host_of_another_clinic_the_planners_and_strangers_have_no_such_page(client, coordinator, stranger):
    clinic, another = make_clinic(), make_clinic(starts_at=START + timedelta(days=3))
    host_of_another = make_host(another)

    statuses = [page_of(client, member, clinic).status_code for member in (host_of_another, coordinator, stranger)]
    client.logout()
    visitor = client.get(reverse("clinics:clinic-host", args=[clinic.pk]))

    assert statuses == [404, 404, 404] and visitor.status_code == 302
    assert page_of(client, host_of_another, another).status_code == 200


def test_a_host_sees_which_languages_are_needed_and_a_helper_does_not(client):
    clinic = make_clinic(capacity=2)
    seats = sign_up(clinic, 4)
    for seat, language, fields in zip(
        seats,
        ("sw", "sw", "hi", "ja"),
        ({}, {}, {"state": "asked", "answered_at": NOW}, {"state": "interpreted", "answered_at": NOW}),
        strict=True,
    ):
        LanguageNeed.objects.create(rsvp=seat, language=language, made_at=NOW, **fields)
    host = make_host(clinic)

    words = " ".join(strip_tags(page_of(client, host, clinic).content.decode()).split())

    assert "Swahili: 2 people" in words and "Hindi: 1 person · interpreters are asked" in words
    assert "Japanese" not in words
    page = page_of(client, make_host(clinic, role=ClinicRole.HELPER), clinic).content.decode()
    assert "Swahili" not in page


@pytest.mark.parametrize("state", ClinicState.values)
def test_the_page_ends_with_the_clinic(client, state):
    clinic = make_clinic(state=state)
    host = make_host(clinic)
    is_open = state in (ClinicState.DRAFT, ClinicState.ANNOUNCED, ClinicState.HELD)

    assert (page_of(client, host, clinic).status_code == 200) == is_open
    for moment, shown in ((clinic.ends_at + HOST_READS_FOR, False), (clinic.ends_at, is_open)):
        with time_machine.travel(moment, tick=False):
            client.force_login(host)
            assert (page_of(client, host, clinic).status_code == 200) == shown


def test_a_host_whose_account_is_closed_is_no_host_any_more(client):
    clinic = make_clinic()
    host = make_host(clinic)
    client.force_login(host)
    Member.objects.filter(pk=host.pk).update(is_active=False)

    assert client.get(reverse("clinics:clinic-host", args=[clinic.pk])).status_code == 302


def test_the_page_takes_the_same_queries_for_3_and_for_18(client):
    clinic = make_clinic(capacity=40)
    host = make_host(clinic)
    sign_up(clinic, 3)
    page_of(client, host, clinic)

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("clinics:clinic-host", args=[clinic.pk])).status_code == 200
        return len(captured)

    three = count()
    sign_up(clinic, 15)
    assert count() == three


def test_the_page_of_the_clinic_leads_its_host_there_and_nobody_else(client, stranger):
    clinic = make_clinic()
    host, declined = make_host(clinic), make_host(clinic, state=AnswerState.DECLINED)
    link = reverse("clinics:clinic-host", args=[clinic.pk])

    for member, leads in ((host, True), (declined, False), (stranger, False)):
        client.force_login(member)
        assert (link in client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()) == leads


def test_home_leads_a_host_to_what_they_do_for_clinics_and_a_sharer_not(client):
    clinic, to_do = make_clinic(), reverse("clinics:checklist-mine")
    for role, leads in ((ClinicRole.HOST, True), (ClinicRole.SHARER, False)):
        client.force_login(make_host(clinic, role=role))
        assert (to_do in client.get(reverse("home")).content.decode()) == leads
    client.force_login(make_host(clinic))
    assert to_do in client.get(reverse("clinics:clinic-host", args=[clinic.pk])).content.decode()
