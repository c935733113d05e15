"""The tab of the agenda at the desk, and the agenda to begin with: what somebody types is never lost."""

import pytest
import time_machine
from django.urls import reverse

from clinics.agendas.writing import AgendaEntry, load_agenda_templates, write_agenda
from clinics.domain.clinics import ClinicFormat
from clinics.models import AgendaItem, AgendaTemplate, Clinic
from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.opened import hidden_in
from registrations.tests.factories import NOW, make_coordinator, make_liaison

pytestmark = pytest.mark.django_db
QUIZ = "https://quiz.example.org/lexemes"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planner(client):
    planner = make_coordinator(zone="Asia/Kathmandu")
    client.force_login(planner)
    return planner


@pytest.fixture
def clinic(planner):
    clinic = make_clinic()
    entries = [AgendaEntry("icebreaker", 10), AgendaEntry("presentation", 50, speaker="Amina")]
    return write_agenda(clinic=clinic, entries=entries, by=planner, now=NOW)


def tab(clinic):
    return reverse("admin:clinics_clinic_agenda", args=[clinic.pk])


def form_of(page):
    """Return what a browser would send of this page without a word typed."""
    forms = page.context["forms"]
    fields = {"opened": hidden_in(page.content.decode())["opened"]}
    for form in [forms.rows.management_form, *forms.rows.forms, forms.question]:
        for name in form.fields:
            if name != "DELETE":
                value = form[name].value()
                fields[form[name].html_name] = "" if value is None else value
    return fields


def stored(clinic):
    return [(str(item), item.minutes, str(item.speaker)) for item in clinic.agenda.order_by("place")]


def test_an_empty_agenda_opens_with_the_usual_one_and_stores_it_when_somebody_saves(client, planner):
    load_agenda_templates()
    clinic = make_clinic(format=ClinicFormat.COMMUNITY_CALL, minutes=60)
    page = client.get(tab(clinic))
    assert page.context["forms"].begins_with_the_usual and not clinic.agenda.exists()

    client.post(tab(clinic), {**form_of(page), "call-icebreaker": "Tea?", "call-quiz_link": QUIZ, "save": "1"})

    clinic.refresh_from_db()
    assert [minutes for _what, minutes, _speaker in stored(clinic)] == [10, 15, 15, 15, 5]
    assert (clinic.icebreaker, clinic.quiz_link) == ("Tea?", QUIZ)
    assert Act.objects.filter(verb="write_agenda", actor=planner).count() == 1


def test_the_clock_is_the_planners_and_what_runs_over_is_said(client, clinic):
    Clinic.objects.filter(pk=clinic.pk).update(minutes=30)

    page = client.get(tab(clinic))

    assert page.context["fit"] == "The agenda is 30 minutes longer than the clinic."
    text = page.content.decode()
    assert "17:45–17:55" in text and "17:55–18:45" in text and text.count("after the end") == 1
    assert "The agenda is 30 minutes longer than the clinic." in [
        sentence for sentence, _url in page.context["missing"]
    ]


def test_rows_are_moved_added_and_taken_out_without_javascript_and_stored_only_by_saving(client, clinic):
    fields = form_of(client.get(tab(clinic))) | {"items-2-part": "news", "items-2-minutes": "5"}

    page = client.post(tab(clinic), {**fields, "add": "1"})
    fields = form_of(page)
    assert fields["items-TOTAL_FORMS"] in (4, "4")
    page = client.post(tab(clinic), {**fields, "move": "2:up"})
    fields = form_of(page)
    page = client.post(tab(clinic), {**fields, "move": "0:up"})  # there is nothing above
    assert [form["part"].value() for form in page.context["rows_in_order"]] == [
        "icebreaker",
        "news",
        "presentation",
        "",
    ]
    assert len(stored(clinic)) == 2

    client.post(tab(clinic), {**form_of(page), "items-0-DELETE": "on", "save": "1"})

    assert stored(clinic) == [("news", 5, ""), ("presentation", 50, "Amina")]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client, clinic):
    fields = form_of(client.get(tab(clinic)))
    wrong = {
        "items-0-minutes": "0",
        "items-1-part": "other",
        "items-1-title": "",
        "items-1-speaker": "Amina of Tunis",
        "call-quiz_link": "http://quiz.example.org/",
    }

    page = client.post(tab(clinic), {**fields, **wrong, "save": "1"})

    forms = page.context["forms"]
    assert [set(form.errors) for form in forms.rows.forms] == [{"minutes"}, {"title"}, set()]
    assert set(forms.question.errors) == {"quiz_link"}
    assert "Amina of Tunis" in page.content.decode() and page.content.decode().count('class="errorlist"') == 3
    assert stored(clinic) == [("icebreaker", 10, ""), ("presentation", 50, "Amina")]


def test_the_second_of_two_who_save_is_shown_what_the_first_changed_and_keeps_what_they_typed(client, clinic, planner):
    fields = form_of(client.get(tab(clinic)))
    first, second = clinic.agenda.all()
    other = [AgendaEntry("icebreaker", 15, key=first.pk), AgendaEntry("presentation", 50, "", "Amina", second.pk)]
    write_agenda(clinic=clinic, entries=other, by=make_coordinator(), now=NOW)

    page = client.post(tab(clinic), {**fields, "items-1-speaker": "Amina of Tunis", "save": "1"})

    assert [(one.label, one.now) for one in page.context["differences"]] == [("Minutes", "15")]
    assert stored(clinic) == [("icebreaker", 15, ""), ("presentation", 50, "Amina")]
    client.post(tab(clinic), {**form_of(page), "save": "1"})
    assert stored(clinic) == [("icebreaker", 15, ""), ("presentation", 50, "Amina of Tunis")]


def test_what_was_typed_for_a_clinic_that_was_called_off_is_shown_to_be_copied(client, clinic):
    fields = form_of(client.get(tab(clinic)))
    Clinic.objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="ill")

    page = client.post(tab(clinic), {**fields, "items-0-title": "A long story", "save": "1"})

    assert page.status_code == 409
    assert "A long story" in page.content.decode()
    assert client.get(tab(clinic)).status_code == 200


def test_the_agenda_to_begin_with_is_changed_by_coordinators_and_seen_by_liaisons(client, planner):
    load_agenda_templates()
    template = AgendaTemplate.objects.get(format=ClinicFormat.CONNECTATHON)
    url = reverse("admin:clinics_agendatemplate_change", args=[template.pk])
    fields = form_of(client.get(url))

    client.post(url, {**fields, "items-0-minutes": "20", "items-1-DELETE": "on", "save": "1"})

    assert [(item.part, item.minutes) for item in template.items.all()] == [
        ("icebreaker", 20), ("meeting_peers", 30), ("summary", 10),
    ]  # fmt: skip
    assert client.get(reverse("admin:clinics_agendatemplate_changelist")).status_code == 200
    client.force_login(make_liaison("SA"))
    assert client.get(url).status_code == 200
    assert client.post(url, {**fields, "save": "1"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("rows", ["0", "-5"])
def test_a_form_that_came_without_its_rows_takes_nothing_off_the_agenda(client, rows):
    client.force_login(make_coordinator())
    clinic = make_clinic(state="draft")
    AgendaItem.objects.create(clinic=clinic, place=1, part="questions", minutes=10)
    counts = {"items-TOTAL_FORMS": rows, "items-INITIAL_FORMS": "1"}

    assert client.post(reverse("admin:clinics_clinic_agenda", args=[clinic.pk]), counts).status_code == 200
    assert clinic.agenda.count() == 1
