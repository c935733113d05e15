"""The pages on which people answer, the pages that show them, and what their letters say."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import ClinicPerson, SeatQuestion
from clinics.people import emails
from clinics.people.links import answer_link, person_by_token, token_of
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.links import sign
from letsconnect.base.models import Act
from letsconnect.tests.database import change
from letsconnect.tests.signed_links import signed_in
from mailings import kinds
from mailings.models import Letter
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Block
from registrations.participation.pausing import withdraw_registration
from registrations.privacy import erasing
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_at_that_moment")]
ADDRESS = "sol@example.org"
HOUR = timedelta(hours=1)


@pytest.fixture
def _at_that_moment():
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(person):
    return reverse("clinics:person-answer", args=[token_of(person)])


def outside(state="asked", clinic=None, **fields):
    return make_person(clinic or make_clinic(), state=state, address=ADDRESS, **{"name": "Sol", **fields})


def press(client, person, answer, **typed):
    return client.post(page_of(person), {"answer": answer, "name": person.name, **typed})


def test_opening_the_link_does_nothing_and_its_buttons_answer(client):
    person = outside()
    page = client.get(page_of(person))
    assert page.status_code == 200 and Act.objects.on(person).count() == 0
    content = page.content.decode()
    assert re.findall(r'name="answer" value="(\w+)"', content) == ["accepted", "declined"]
    assert content.index('name="answer"') < content.index('name="role_line"')  # an answer needs nothing typed
    assert ADDRESS not in content and "s…@example.org" in content
    assert 'data-find="/find/zones/en/"' in content and "Africa/" not in content

    address = page_of(person)
    typed = {"answer": "accepted", "name": "Luna", "note": "Gladly", "zone": "Asia/Kathmandu"}
    answered = client.post(address, typed)
    assert (answered.status_code, answered["Location"]) == (302, address)
    person.refresh_from_db()
    assert (person.state, person.name, person.answer_note, person.zone) == (
        "accepted",
        "Luna",
        "Gladly",
        "Asia/Kathmandu",
    )
    again = client.get(page_of(person)).content.decode()
    assert 'value="stepped_back"' in again and 'value="declined"' not in again
    assert "Kathmandu time, UTC+5:45" in again


def test_words_can_be_changed_without_answering_and_need_a_name(client):
    person = outside("accepted")
    assert press(client, person, "", role_line="poet").status_code == 302
    assert press(client, person, "", name=" ").status_code == 422
    assert press(client, person, "dance", group="Choir").status_code == 302
    person.refresh_from_db()
    assert (person.state, person.role_line, person.group, person.name) == ("accepted", "", "Choir", "Sol")


def test_a_link_is_for_one_person_and_ends_with_their_row(client):
    person = outside()
    here = page_of(person)
    assert client.get(reverse("clinics:person-answer", args=["forged"])).status_code == 410
    assert client.get(page_of(outside("to_ask"))).status_code == 410
    ClinicPerson.objects.filter(pk=person.pk).delete()
    assert client.get(here).status_code == client.post(here, {"answer": "accepted"}).status_code == 410


def test_a_page_without_its_token_answers_nothing():
    person, browser = outside(), Client(enforce_csrf_checks=True)
    browser.get(page_of(person))

    assert press(browser, person, "accepted").status_code == 403
    person.refresh_from_db()
    assert person.is_asked


def test_what_is_in_the_way_is_said_on_the_page_and_nothing_is_lost(client):
    make_person(make_clinic(title="Surveys"), address=ADDRESS)
    person = outside(clinic=make_clinic(starts_at=START + HOUR))

    refused = press(client, person, "accepted", note="Gladly")

    assert refused.status_code == 422
    assert "You have said yes to “Surveys”" in refused.content.decode() and "Gladly" in refused.content.decode()


@pytest.mark.parametrize(("state", "fields"), [("asked", {"state": "cancelled"}), ("released", {})])
def test_where_nothing_is_to_be_answered_there_is_no_button(client, state, fields):
    person = outside(state, clinic=make_clinic(**fields))
    assert 'name="answer"' not in client.get(page_of(person)).content.decode()
    assert press(client, person, "accepted").status_code == 422


def test_the_way_to_join_is_there_near_the_time_for_those_who_said_yes(client):
    clinic = make_clinic()
    person, asked = outside("accepted", clinic), outside("asked", clinic, role=ClinicRole.HOST)
    member = make_person(clinic)
    button = re.compile(r'action="/clinics/people/[^/"]+/join/"')
    assert not button.search(client.get(page_of(person)).content.decode())
    with time_machine.travel(START - HOUR / 4, tick=False):
        pages = [client.get(page_of(one)).content.decode() for one in (person, asked, member)]
        assert [bool(button.search(page)) for page in pages] == [True, False, False]
        assert reverse("clinics:clinic-join", args=[clinic.pk]) in pages[2]
        assert not any(LINK in page for page in pages)  # a letter may be passed on, and looking joins nothing


def test_a_member_answers_signed_in_and_nobody_else_sees_the_page(client):
    person = make_person(make_clinic(state="draft"), state="asked")
    page = reverse("clinics:person-mine", args=[person.pk])
    assert "/sign-in/" in client.get(page)["Location"]
    client.force_login(make_member())
    assert client.get(page).status_code == client.post(page, {"answer": "accepted"}).status_code == 404
    client.force_login(person.member)
    home = client.get(reverse("home")).content.decode()
    assert page in home

    client.post(page, {"answer": "accepted"})

    person.refresh_from_db()
    assert person.is_accepted
    assert Act.objects.on(person).get().actor == person.member
    assert page in client.get(reverse("home")).content.decode()


def test_only_they_are_told_of_other_hours_and_of_whom_they_keep_away_from(client):
    clinic = make_clinic()
    other, person = make_person(clinic), make_person(clinic, ClinicRole.HOST, "asked")
    Block.objects.create(member=person.member, blocked=other.member, made_at=NOW)
    rsvp(clinic=make_clinic(starts_at=START + HOUR), member=person.member, by=person.member, now=NOW)

    by_link = client.get(page_of(person)).content.decode()
    client.force_login(person.member)
    signed_in_page = client.get(page_of(person)).content.decode()

    for told in ("agreed to something else", "never to be matched"):
        assert (told in by_link, told in signed_in_page) == (False, True)


def test_the_page_of_a_clinic_names_who_said_yes_as_they_wish_and_which_languages_are_interpreted(client):
    clinic = make_clinic()
    make_person(clinic, name="Ana the Bold", role_line="grants officer", group="Wikimedia Ghana")
    make_person(clinic, ClinicRole.HOST, member=make_member(name="Hosting Hana"))
    make_person(clinic, state="asked", name="Only asked")
    make_person(clinic, ClinicRole.HELPER, name="A helping hand")
    make_person(clinic, ClinicRole.INTERPRETER, name="The voice", channel=make_channel(clinic, "fr", name="Canal 2"))
    make_channel(clinic, "ar")

    content = client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()

    for text in ("Ana the Bold", "grants officer", "Wikimedia Ghana", "Hosting Hana", "French", "Canal 2", "Arabic"):
        assert text in content
    assert content.index("Arabic") < content.index("(planned)")
    for text in ("Only asked", "A helping hand", "The voice"):
        assert text not in content


def test_the_page_of_a_clinic_costs_the_same_with_thirty_people_as_with_three(client):
    counts = []
    for number in (3, 30):
        clinic = make_clinic()
        for _person in range(number):
            make_person(clinic)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("clinics:clinic-detail", args=[clinic.pk]))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_somebody_without_an_account_sees_and_deletes_what_is_known_of_them(client):
    person = outside("accepted")
    make_person(person.clinic, ClinicRole.HOST)
    token = token_of(person)
    page = reverse("clinics:person-erase", args=[token])
    assert page in client.get(reverse("clinics:person-answer", args=[token])).content.decode()
    assert client.get(page).status_code == 200 and ClinicPerson.objects.filter(pk=person.pk).exists()

    assert client.post(page).status_code == 200

    assert not ClinicPerson.objects.filter(pk=person.pk).exists()
    assert client.get(page_of(person)).status_code == 410
    member = make_person(make_clinic())
    assert client.post(reverse("clinics:person-erase", args=[token_of(member)])).status_code == 410


def rendered(kind, person, language="en", zone="UTC"):
    return kinds.get(f"clinics.person_{kind}").render(person, language, zone)


def test_a_letter_says_who_asks_for_what_and_when_and_its_link_is_theirs():
    clinic = make_clinic(title="Surveys", zone="Asia/Kathmandu")
    asker = make_member(name="Planning Pia")
    person = make_person(
        clinic, ClinicRole.INTERPRETER, "asked", asked_by=asker, address=ADDRESS, channel=make_channel(clinic, "fr")
    )
    letter = rendered("asked", person)

    assert "Planning Pia" in letter.text and "interpreter into French (lead)" in letter.text
    for zone in (
        "UTC",
        "Kathmandu time, UTC+5:45",
        "Lagos time, UTC+1",
        "Sao Paulo time, UTC−3",
    ):
        assert f"({zone})" in letter.text and f"({zone})" in letter.html
    (said,) = signed_in(letter.text, "clinics.person").values()
    assert said[0] == [person.pk, clinic.pk] and person_by_token(sign("clinics.person", said)) == person
    assert LINK not in letter.text + letter.html and ADDRESS not in letter.text + letter.html
    assert "You get the material by Mon 2 March 2026." in letter.text

    person.zone = "America/Bogota"
    local = rendered("asked", person, language="es", zone="America/Bogota")
    assert "hora de Bogotá, UTC−5" in local.text and "Kathmandu" not in local.text
    assert "francés" in local.text and "Lagos" not in local.text


def test_letters_to_those_who_come_say_into_which_languages_it_is_interpreted():
    clinic = make_clinic()
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "fr"))
    make_person(clinic, ClinicRole.INTERPRETER, "asked", channel=make_channel(clinic, "ar"))
    [seat] = sign_up(clinic, 1)

    letter = kinds.get("clinics.rsvp_recorded").render(seat, "en", "UTC")

    for part in (letter.text, letter.html):
        assert "Interpreted into: French" in part and "Arabic" not in part


def test_a_letter_about_an_answer_tells_the_words_and_a_letter_about_a_draft_its_title():
    clinic = make_clinic(state="draft", title="")
    person = make_person(clinic, state="declined", name="Sol", answer_note="I am ill")
    assert "I am ill" in rendered("answered", person).text and "Sol" in rendered("answered", person).subject
    assert answer_link(person) not in rendered("answered", person).text
    assert "Clinic without a title" in rendered("moved", make_person(clinic, state="asked")).subject


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("asked", {"asked"}),
        ("reminder", {"asked"}),
        ("moved", {"asked"}),
        ("confirmed", {"accepted"}),
        ("released", {"released", "declined", "stepped_back"}),
        ("answered", {"accepted", "declined", "stepped_back"}),
        ("cancelled", set()),
    ],
)
def test_a_letter_is_sent_only_while_it_is_true(kind, states):
    clinic = make_clinic()
    owed = kinds.get(f"clinics.person_{kind}").still_owed
    people = {state: make_person(clinic, state=state) for state in AnswerState.values}

    assert {state for state, person in people.items() if owed(person, NOW) is None} == states
    assert all(owed(person, START) for person in people.values())
    assert owed(None, NOW)
    clinic.state = "cancelled"
    still = {state for state, person in people.items() if owed(_of(person, clinic), NOW) is None}
    assert still == ({"to_ask", "asked", "accepted"} if kind == "cancelled" else set())


def _of(person, clinic):
    person.clinic = clinic
    return person


def test_a_letter_that_somebody_left_is_about_a_clinic_to_come():
    clinic = make_clinic()
    assert emails.left_owed(clinic, NOW) is None
    assert emails.left_owed(clinic, START) and emails.left_owed(None, NOW)


def test_whoever_leaves_steps_back_from_what_is_to_come_and_the_planners_hear_of_it():
    planner, registration = make_member(), make_registration()
    member = registration.member
    coming = make_person(make_clinic(), member=member, asked_by=planner)
    asked = make_person(make_clinic(starts_at=START + 9 * HOUR), state="asked", member=member, asked_by=planner)
    thought_of = make_person(make_clinic(), state="to_ask", member=member)
    past = make_person(make_clinic(starts_at=NOW - HOUR), member=member)

    said = {step: events.effects_foreseen(member=member, step=step, now=NOW) for step in (Step.ERASE, Step.PAUSE)}
    assert [sum("Asking for money kindly" in one for one in sentences) for sentences in said.values()] == [1, 0]
    withdraw_registration(member=member, leaves_clinics=True, by=member, now=NOW)

    for person, state in ((coming, "stepped_back"), (asked, "declined"), (past, "accepted")):
        person.refresh_from_db()
        assert person.state == state
    assert not ClinicPerson.objects.filter(pk=thought_of.pk).exists()
    assert {letter.about_id for letter in Letter.objects.filter(kind="clinics.person_answered")} == {
        coming.pk,
        asked.pk,
    }


def test_an_erased_member_is_named_nowhere():
    person = make_person(make_clinic(), name="Zebrafinch", role_line="Zebrafinch", group="Zebrafinch")

    erasing.erase_member(member=person.member, by=person.member, now=timezone.now())

    person.refresh_from_db()
    assert (person.state, person.shown_name, person.role_line, person.group) == ("stepped_back", "somebody", "", "")


def test_deleting_in_two_windows_at_once_says_that_it_is_gone(client, monkeypatch):
    person = outside()
    stale = person_by_token(token_of(person))
    address = reverse("clinics:person-erase", args=[token_of(person)])
    assert client.post(address).status_code == 200
    monkeypatch.setattr("clinics.views.people.person_by_token", lambda _token: stale)

    assert client.post(address).status_code == 410


@pytest.mark.parametrize(
    ("clinic_is", "state", "is_told"),
    [("draft", "released", False), ("draft", "declined", True), ("announced", "released", True)],
)
def test_who_is_not_needed_any_more_reads_nothing_of_a_draft(client, clinic_is, state, is_told):
    clinic = make_clinic(state=clinic_is)
    sharer, person = make_person(clinic), outside(state, clinic, role=ClinicRole.HELPER)

    content = client.get(page_of(person)).content.decode()

    assert [words in content for words in (clinic.title, sharer.shown_name, "<time ")] == [is_told] * 3
    assert "helper" in content and "s…@example.org" in content  # what is kept of them they still see


@pytest.mark.parametrize(("state", "status"), [("accepted", 302), ("asked", 302), ("to_ask", 404), ("released", 404)])
def test_the_page_of_a_draft_leads_its_own_people_to_their_part(client, state, status):
    """The letter about an answer leads its hosts there, who need not be of the working group."""
    host = make_person(make_clinic(state="draft"), ClinicRole.HOST, state)
    client.force_login(host.member)

    page = client.get(reverse("clinics:clinic-detail", args=[host.clinic_id]))

    assert page.status_code == status
    if status == 302:
        assert page["Location"] == reverse("clinics:person-mine", args=[host.pk])
        assert client.get(page["Location"]).status_code == 200
    client.force_login(make_member())
    assert client.get(reverse("clinics:clinic-detail", args=[host.clinic_id])).status_code == 404


@pytest.mark.parametrize(
    ("role", "state", "sees"), [("sharer", "accepted", 1), ("sharer", "asked", 0), ("interpreter", "accepted", 0)]
)
def test_a_sharer_reads_the_questions_that_were_sent_in_signed_in_and_nobody_by_the_link(client, role, state, sees):
    person = make_person(make_clinic(), role, state)
    [seat] = sign_up(person.clinic, 1)
    SeatQuestion.objects.create(rsvp=seat, text="How do I begin?\nAnd end?", made_at=NOW)

    assert "How do I begin?" not in client.get(page_of(person)).content.decode()
    client.force_login(person.member)
    for page in (page_of(person), reverse("clinics:person-mine", args=[person.pk])):
        read = client.get(page).content.decode()
        assert read.count("How do I begin?<br>And end?") == sees and seat.member.name not in read


def test_a_letter_that_was_passed_on_answers_and_neither_names_an_account_nor_tells_its_hours(client):
    busy, hour = make_person(make_clinic(title="Surveys")), "agreed to something else"
    person = make_person(make_clinic(starts_at=START + HOUR), state="asked", member=busy.member, name="Sol")
    page = client.get(page_of(person)).content.decode()
    assert hour not in page and 'name="group"' not in page

    assert press(client, person, "", name="Mocked", group="Mocked").status_code == 302
    assert press(client, person, "declined", name="Mocked").status_code == 302
    person.refresh_from_db()
    assert (person.state, person.name, person.group) == ("declined", "Sol", "")

    client.force_login(person.member)
    change(person, state="asked", answered_at=None, answer_note="")()
    assert hour in client.get(page_of(person)).content.decode()
    press(client, person, "", name="Luna")
    person.refresh_from_db()
    assert person.name == "Luna"
    old = page_of(person)
    change(person.member, email="new@example.org")()
    assert client.get(old).status_code == 410
