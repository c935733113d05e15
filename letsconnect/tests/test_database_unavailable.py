"""A lock not had, or a database that is away: an own page with 503, and what was typed is kept on it."""

import html
import re
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import Rsvp
from clinics.tests.factories import TICKED, make_clinic
from letsconnect.base.database_waits import reason_of
from letsconnect.tests.database import waiting_at_most
from registrations.models import Registration, SkillName, Wish
from registrations.tests import factories
from registrations.tests.factories import make_registration, make_skill
from registrations.tests.typing import opened, rows, typed, url

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Because the grant ends in May,\nand nobody here has written one. <b>Please</b>"


@contextmanager
def held(sql, *values):
    """Another connection holds what the statement locks."""
    where = connection.settings_dict
    names = {"host": where["HOST"], "port": where["PORT"], "user": where["USER"], "dbname": where["NAME"]}
    other = psycopg2.connect(**{**names, "password": where["PASSWORD"]})
    try:
        with other.cursor() as cursor:
            cursor.execute(sql, values)
        yield
    finally:
        other.close()


@contextmanager
def database_away():
    """Nobody answers where the database was."""
    connection.close()
    here = {key: connection.settings_dict[key] for key in ("HOST", "PORT")}
    connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}
    try:
        yield
    finally:
        connection.settings_dict |= here


def send_again(client, page, **typed_anew):
    """Do what the page's button does, and return the answer."""
    text = page.content.decode()
    form = re.search(r'<form method="post" action="([^"]+)".*?</form>', text, re.S)
    fields = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0]):
        fields.setdefault(html.unescape(name), []).append(html.unescape(value))
    for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', form[0], re.S):
        fields.setdefault(html.unescape(name), []).append(html.unescape(value).replace("\n", "\r\n"))
    return client.post(html.unescape(form[1]), {**fields, **typed_anew})


def test_a_held_clinic_is_answered_with_a_page_that_can_be_sent_again(client, member):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3))
    client.force_login(member)
    take = reverse("clinics:rsvp-make", args=[clinic.pk])

    with held("SELECT FROM clinics_clinic WHERE id = %s FOR UPDATE", clinic.pk), waiting_at_most(100):
        page = client.post(take, TICKED)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "no-store" in page.headers["Cache-Control"]
    assert "Somebody else was first" in page.content.decode()
    assert not Rsvp.objects.exists()
    assert send_again(client, page).status_code == 302
    assert Rsvp.objects.get().member == member


def test_a_code_that_took_no_seat_because_the_clinic_was_held_works_when_it_is_sent_again(client, mailoutbox):
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=3))
    client.post(reverse("clinics:rsvp-make", args=[clinic.pk]), {**TICKED, "email": "ada@example.org"})
    code = {"code": re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]}

    with held("SELECT FROM clinics_clinic WHERE id = %s FOR UPDATE", clinic.pk), waiting_at_most(100):
        assert client.post(reverse("registrations:sign-in-code"), code).status_code == 503
    assert not Rsvp.objects.exists()
    client.post(reverse("registrations:sign-in-code"), code)

    assert Rsvp.objects.get().member.email == "ada@example.org"


def test_a_long_answer_to_a_step_is_kept_and_saved_when_sent_again(client, member):
    make_registration(member=member)
    client.force_login(member)
    skill = make_skill("budgeting")
    told = {
        **rows("wishes", [{"skill": skill.pk, "priority": 3, "why": WHY}]),
        **rows("offers", []),
        "seen": opened(client, "about-skills"),
    }

    with held("SELECT FROM registrations_registration FOR UPDATE"), waiting_at_most(100):
        page = client.post(url("about-skills"), {**told, "go": "on"})

    assert page.status_code == 503
    assert html.escape(WHY.splitlines()[1]) in page.content.decode()
    assert "<b>Please" not in page.content.decode()
    assert send_again(client, page).status_code == 302
    assert Wish.objects.get().why.split() == WHY.split()


def test_several_values_of_one_field_and_the_button_pressed_are_kept(client, member):
    registration = make_registration(member=member)
    client.force_login(member)
    told = {**typed("work"), "topics": ["education", "culture"], "topic_other": "", "go": "on"}
    told["seen"] = opened(client, "work")

    with held("SELECT FROM registrations_registration FOR UPDATE"), waiting_at_most(100):
        page = client.post(url("work"), told)
        assert page.status_code == 503, page.content.decode()
    answer = send_again(client, page)

    assert answer.status_code == 302
    registration.refresh_from_db()
    assert set(registration.topics) == {"education", "culture"}
    assert registration.cards_seen == ["work"]


def test_the_desk_keeps_what_was_typed_too(client, coordinator):
    client.force_login(coordinator)
    skill = make_skill("wikidata")
    address = reverse("admin:registrations_skill_names", args=[skill.pk])
    form = client.get(address).context["form"]
    told = {name: "" for name in form.fields} | {name: form[name].value() or "" for name in form.fields}
    english = next(name for name, value in told.items() if value == "Wikidata")

    with held("SELECT FROM registrations_skill FOR UPDATE"), waiting_at_most(100):
        page = client.post(address, {**told, english: "Wikidata, the free knowledge base of everything"})

    assert page.status_code == 503
    assert send_again(client, page).status_code == 302
    assert SkillName.objects.filter(text="Wikidata, the free knowledge base of everything").exists()


@pytest.mark.parametrize("secret", ["code", "password", "csrfmiddlewaretoken", "one_time_code", "api-token"])
def test_secrets_are_not_shown(client, member, secret):
    clinic = make_clinic()
    client.force_login(member)

    with held("SELECT FROM clinics_clinic FOR UPDATE"), waiting_at_most(100):
        page = client.post(
            reverse("clinics:rsvp-make", args=[clinic.pk]), {**TICKED, secret: "sesame-opens", "note": "kept"}
        )

    text = page.content.decode()
    assert "sesame-opens" not in text
    assert 'name="note" value="kept"' in text
    assert (f'<input name="{secret}"' in text) == (secret != "csrfmiddlewaretoken")


def test_a_file_is_asked_for_again(client, member):
    clinic = make_clinic()
    client.force_login(member)

    with held("SELECT FROM clinics_clinic FOR UPDATE"), waiting_at_most(100):
        page = client.post(
            reverse("clinics:rsvp-make", args=[clinic.pk]), {**TICKED, "file": SimpleUploadedFile("old.csv", b"a,b")}
        )

    assert 'enctype="multipart/form-data"' in page.content.decode()
    assert '<input type="file" name="file">' in page.content.decode()


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=" + b"x" * 3_000_000])
def test_a_body_that_cannot_be_read_still_gets_the_page(member, body):
    client = Client(raise_request_exception=False)
    client.force_login(member)
    with database_away():
        page = client.post("/language/", body, content_type="application/x-www-form-urlencoded")

    assert page.status_code in (400, 413, 503)


def test_words_of_another_site_do_not_become_a_form_of_ours(member):
    """The error may come before Django has looked where a form comes from."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(member)
    with database_away():
        page = client.post("/language/", {"language": "ar", "next": "forged"}, HTTP_ORIGIN="https://evil.example")

    assert page.status_code == 503
    assert "forged" not in page.content.decode()
    assert "<form" not in page.content.decode()


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_a_database_that_is_away_is_a_503_for_everybody(member, who):
    client = Client(raise_request_exception=False)
    if who == "member":
        client.force_login(member)
    with database_away():
        page = client.get("/clinics/")
        sent = client.post("/sign-in/", {"email": "typed-address@example.org", "code": "123456"})

    for answer in (page, sent):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")
        assert "cannot reach its database" in answer.content.decode()
    assert "typed-address@example.org" in sent.content.decode()
    assert "123456" not in sent.content.decode()
    assert client.get("/clinics/").status_code == 200


def test_the_page_is_in_the_language_of_its_reader():
    client = Client(raise_request_exception=False, HTTP_ACCEPT_LANGUAGE="ar")
    with database_away():
        page = client.get("/clinics/")

    assert '<html lang="ar" dir="rtl"' in page.content.decode()


def test_a_statement_that_takes_too_long_is_stopped_and_said(client, member):
    factories.make_coordinator()
    client.force_login(member)
    make_clinic()
    with held("LOCK TABLE clinics_clinic"), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'")
        try:
            page = client.get("/clinics/")
        finally:
            cursor.execute("RESET statement_timeout")

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert 'href="/clinics/"' in page.content.decode()
    assert Registration.objects.count() == 0


class Told(psycopg2.Error):
    """An error as the server told it; psycopg2's own cannot be given a code."""

    def __init__(self, code):
        super().__init__(code)
        self.__dict__["code"] = code

    @property
    def pgcode(self):
        return self.__dict__["code"]


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (OperationalError, "55P03", "busy"),
        (OperationalError, "57014", "busy"),
        (OperationalError, "40P01", "busy"),
        (OperationalError, "40001", "busy"),
        (OperationalError, "57P01", "away"),
        (OperationalError, "57P03", "away"),
        (OperationalError, "53300", "away"),
        (OperationalError, None, "away"),
        (InterfaceError, None, "away"),
        (DatabaseError, None, "away"),
        (DatabaseError, "XX000", ""),
        (OperationalError, "54001", ""),
        (IntegrityError, "23505", ""),
        (DataError, "22001", ""),
        (ProgrammingError, "42P01", ""),
    ],
)
def test_only_what_waiting_mends_is_a_wait(kind, code, reason):
    error = kind("…")
    error.__cause__ = Told(code)

    assert reason_of(error) == reason
    assert reason_of(ValueError()) == ""
    assert reason_of(DatabaseError("Save with update_fields did not affect any rows.")) == ""
