"""A plan or a text whose change is written to people: a page says to how many, and until then nothing is saved."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinics.models import Clinic, ClinicMessage
from clinics.tests.after_factories import make_attendance, make_certificate
from clinics.tests.factories import make_clinic, make_person, sign_up
from clinics.tests.test_admin import desk, typed
from letsconnect.tests.opened import as_opened, hidden_in
from mailings.models import Letter
from registrations.tests.factories import NOW, make_member, make_skill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planner(coordinator):
    client = Client()
    client.force_login(coordinator)
    return client


def owed():
    return Letter.objects.filter(kind__in=["clinics.clinic_moved", "clinics.people_changed"]).count()


def answered(client, address, asked):
    """Press the button of the page that asks, as a browser does: with every field that it carries."""
    return client.post(address, carried_by(asked))


def carried_by(asked):
    fields = {"confirmed": [asked.context["question"].people], "opened": [asked.context.get("opened", "")]}
    for name, value in asked.context["carried"]:
        fields.setdefault(name, []).append(value)
    return fields


def test_a_change_of_the_plan_is_saved_once_somebody_has_read_to_how_many_it_is_written(planner):
    clinic, skills = make_clinic(), [make_skill("wikidata"), make_skill("commons")]
    sign_up(clinic, 2)
    make_person(clinic, "host")
    address = desk("change", clinic.pk)
    form = as_opened(planner, address, **typed(minutes="90", partner="A group", skills=[skill.pk for skill in skills]))

    asked = planner.post(address, form)

    text = asked.content.decode()
    assert "3 emails go out." in text and "Save, and send 3 emails" in text
    clinic.refresh_from_db()
    assert (clinic.minutes, clinic.partner, clinic.skills.count(), owed()) == (120, "", 0, 0)
    sign_up(clinic, 1)
    grown = answered(planner, address, asked)
    assert "by now it concerns more people" in grown.content.decode() and owed() == 0

    assert answered(planner, address, grown).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.minutes, clinic.partner, clinic.skills.count(), owed()) == (90, "A group", 2, 4)


def test_what_is_written_to_nobody_is_saved_at_once(planner):
    clinic = make_clinic()
    sign_up(clinic, 2)
    address = desk("change", clinic.pk)

    assert planner.post(address, as_opened(planner, address, **typed(partner="A group"))).status_code == 302
    assert Clinic.objects.get().partner == "A group"


def test_another_title_is_saved_once_somebody_has_read_to_how_many_it_is_written(planner):
    clinic = make_clinic(title="Old title")
    sign_up(clinic, 2)
    address = reverse("admin:clinics_clinic_texts", args=[clinic.pk]) + "?language=en"
    opened = hidden_in(planner.get(address).content.decode())
    form = {**opened, "title": "New title", "summary": "One line.\nAnother “line” & <more>", "press": "save"}

    asked = planner.post(address, form)

    assert "Save, and send 2 emails" in asked.content.decode()
    assert (clinic.texts.get().title, owed()) == ("Old title", 0)
    assert answered(planner, address, asked).status_code == 302
    text = clinic.texts.get()
    assert (text.title, text.summary.splitlines(), owed()) == (
        "New title",
        ["One line.", "Another “line” & <more>"],
        2,
    )


def back(client, address, asked):
    """Press "Back, and do nothing", as a browser does: with every field that the page carries."""
    assert 'name="back_to_form"' in asked.content.decode(), address
    return client.post(address, carried_by(asked) | {"back_to_form": "1"})


def test_going_back_from_the_page_that_asks_does_nothing_and_brings_back_what_was_typed(planner):
    clinic = make_clinic(title="Old title")
    sign_up(clinic, 2)
    plan, texts = desk("change", clinic.pk), reverse("admin:clinics_clinic_texts", args=[clinic.pk]) + "?language=en"
    forms = {
        plan: as_opened(planner, plan, **typed(minutes="95")),
        texts: {
            **hidden_in(planner.get(texts).content.decode()),
            "title": "A new title",
            "summary": "Typed",
            "press": "save",
        },
        desk("cancel", clinic.pk): as_opened(planner, desk("cancel", clinic.pk), reason="A new reason"),
        desk("move", clinic.pk): as_opened(
            planner, desk("move", clinic.pk), local_date="2026-03-10", local_time="13:35", zone="UTC", fold=""
        ),
    }
    for (address, form), kept in zip(forms.items(), ("95", "A new title", "A new reason", "13:35"), strict=True):
        again = back(planner, address, planner.post(address, form))

        assert again.status_code == 200, address
        assert kept in again.content.decode() and 'name="back_to_form"' not in again.content.decode(), address
        clinic.refresh_from_db()
        assert (clinic.minutes, clinic.state, clinic.starts_at.hour, owed()) == (120, "announced", 12, 0), address
        assert clinic.texts.get().title == "Old title"
    page = back(planner, plan, planner.post(plan, forms[plan])).content.decode()
    sent = planner.post(plan, {**forms[plan], **hidden_in(page), "minutes": "95"})
    assert "2 emails go out." in sent.content.decode()


def test_going_back_brings_back_what_was_typed_where_something_else_than_the_clinic_changes(planner):
    clinic, ana = make_clinic(), make_member(name="Ana Anders")
    sign_up(clinic, 1)
    held = make_clinic(state="held", starts_at=NOW - timedelta(days=1), held_at=NOW)
    certificate = make_certificate(held, make_attendance(held).member)
    who_comes = desk("who_comes", clinic.pk)
    forms = [
        (
            desk("write", clinic.pk),
            {"states": ["going"], "subject_en": "Pens", "text_en": "Bring one", "pressed": uuid4()},
        ),
        (
            desk("write", clinic.pk),
            {"states": ["waiting"], "subject_en": "Pens", "text_en": "To nobody", "pressed": uuid4()},
        ),
        (who_comes, {"do": "put_in", "person": "anders", "member": ana.public_id}),
        (desk("certificates", held.pk), {"certificate": certificate.pk, "reason": "Another Ana"}),
    ]
    for (address, form), kept in zip(forms, ("Bring one", "To nobody", 'value="anders"', "Another Ana"), strict=True):
        again = back(planner, address, planner.post(address, form))

        assert again.status_code == 200 and kept in again.content.decode(), address
        assert 'name="back_to_form"' not in again.content.decode(), address
    certificate.refresh_from_db()
    assert certificate.is_valid and clinic.rsvps.count() == 1 and not ClinicMessage.objects.exists()
