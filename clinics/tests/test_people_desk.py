"""The tabs of people and languages in a clinic's room at the desk."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.people import ClinicRole, Turn
from clinics.models import ClinicPerson
from clinics.people.gaps import language_gaps
from clinics.planning.missing import what_is_missing
from clinics.planning.plans import cancel_clinic
from clinics.planning.recipients import recipients_of
from clinics.tests.factories import START, make_channel, make_clinic, make_person, make_topic_request, sign_up
from mailings.models import Letter, Suppression
from registrations.models import Look
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planner(client):
    member = make_coordinator()
    client.force_login(member)
    return member


def tab(clinic, name="people"):
    return reverse(f"admin:clinics_clinic_{name}", args=[clinic.pk])


def opened(client, address):
    return re.search(r'name="opened" value="([^"]*)"', client.get(address).content.decode())[1].replace("&quot;", '"')


def press(client, clinic, do, *, where="people", **typed):
    address = tab(clinic, where)
    typed.setdefault("opened", opened(client, address))
    return client.post(address, {"do": do, **typed})


def asked():
    return Letter.objects.filter(kind="clinics.person_asked")


def test_a_member_is_found_by_name_and_asked_with_the_second_press(client, planner):
    clinic, member = make_clinic(), make_member(name="Ana Anders")
    typed = {"role": "sharer", "person": "anders"}
    found = press(client, clinic, "ask_new", **typed)
    assert found.status_code == 422 and member.public_id in found.content.decode()
    assert Look.objects.filter(member=member, viewer=planner).exists()

    done = press(client, clinic, "ask_new", member=member.public_id, role_line="grants officer", **typed)

    assert (done.status_code, done["Location"]) == (302, tab(clinic))
    person = clinic.people.get()
    assert (person.member, person.state, person.role_line, person.asked_by) == (
        member,
        "asked",
        "grants officer",
        planner,
    )
    assert asked().get().member == member
    page = client.get(tab(clinic)).content.decode()
    assert "Ana Anders" in page and "grants officer" in page and "asked, no answer yet" in page


def test_an_address_is_written_down_first_and_asked_later_and_never_shown(client, planner):
    clinic = make_clinic()
    typed = {"role": "host", "address": "sol@example.org", "name": "Sol", "language": "ar"}
    assert press(client, clinic, "add", **typed).status_code == 302
    person = clinic.people.get()
    assert (person.state, person.language, asked().count()) == ("to_ask", "ar", 0)

    press(client, clinic, "ask", person=person.pk)

    assert asked().get().address == "sol@example.org"
    assert "sol@example.org" not in client.get(tab(clinic)).content.decode()


def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(client, planner):
    clinic = make_clinic()
    Suppression.objects.suppress(["sol@example.org"], source="bounce", now=NOW)
    for typed in (
        {"address": "nobody", "name": "Nobody's name"},
        {"address": "sol@example.org", "name": "Nobody's name"},
        {"person": "Unknown", "name": "Nobody's name"},
    ):
        page = press(client, clinic, "ask_new", role="host", **typed)
        assert page.status_code == 422 and "Nobody&#x27;s name" in page.content.decode()
    assert ClinicPerson.objects.count() == asked().count() == 0


def test_people_are_renamed_asked_again_released_and_removed(client, planner):
    clinic = make_clinic()
    declined, coming = make_person(clinic, state="declined"), make_person(clinic, ClinicRole.HOST)
    press(client, clinic, "name", person=coming.pk, name="Hana", role_line="host", group="")
    press(client, clinic, "ask", person=declined.pk)
    press(client, clinic, "release", person=coming.pk)
    coming.refresh_from_db()
    declined.refresh_from_db()
    assert (coming.shown_name, coming.state, declined.state) == ("Hana", "released", "asked")

    press(client, clinic, "release", person=coming.pk)
    assert not ClinicPerson.objects.filter(pk=coming.pk).exists()
    assert press(client, clinic, "release", person=coming.pk).status_code == 422
    assert press(client, clinic, "release", person="x").status_code == 422


def test_a_button_counts_only_for_what_its_page_showed(client, planner):
    clinic = make_clinic()
    person = make_person(clinic, state="asked")
    seen = opened(client, tab(clinic))
    ClinicPerson.objects.filter(pk=person.pk).update(state="accepted", answered_at=NOW)

    assert press(client, clinic, "release", person=person.pk, opened=seen).status_code == 422
    person.refresh_from_db()
    assert person.state == "accepted"


def test_a_liaison_finds_people_of_their_regions_and_changes_only_their_clinics(client):
    client.force_login(make_liaison("MENA"))
    theirs, other = make_clinic(region="MENA"), make_clinic(region="LAC")
    here, there = (make_member(name=f"Kim of {region}", region=region) for region in ("MENA", "LAC"))
    registered = make_registration(name="Kim who registered", region="MENA", member=make_member(name="Kim R."))

    page = press(client, theirs, "add", role="sharer", person="kim").content.decode()

    assert here.public_id in page and registered.member.public_id in page and there.public_id not in page
    elsewhere = press(client, theirs, "add", role="sharer", person="kim of lac").content.decode()
    assert "Nobody of this name is among the people of your regions." in elsewhere
    assert client.get(tab(other)).status_code == 404
    held = make_clinic(region="MENA", state="held")
    assert 'name="do"' not in client.get(tab(held)).content.decode()
    assert client.post(tab(held), {"do": "ask"}).status_code == 403
    assert client.post(tab(held, "languages"), {"do": "add_channel"}).status_code == 403


def test_other_hours_are_said_to_be_taken_and_never_by_what(client, planner):
    clinic, member = make_clinic(), make_member(name="Ana")
    make_person(make_clinic(title="Secret surveys"), member=member)
    make_person(clinic, state="asked", member=member)

    page = client.get(tab(clinic)).content.decode()

    assert "Busy at that time" in page and "Secret surveys" not in page


def test_channels_get_interpreters_and_what_is_missing_is_said(client, planner):
    clinic = make_clinic()
    assert press(client, clinic, "add_channel", where="languages", channel_language="fr").status_code == 422
    typed = {"channel_language": "fr", "channel_name": "Canal 2", "material_days_before": "5"}
    assert press(client, clinic, "add_channel", where="languages", **typed).status_code == 302
    again = press(client, clinic, "add_channel", where="languages", **typed)
    assert again.status_code == 422 and "already" in again.content.decode()
    channel, member = clinic.channels.get(), make_member(name="Ines")

    typed = {"person": "ines", "member": member.public_id, "place": f"{channel.pk}:lead"}
    assert press(client, clinic, "ask_new", where="languages", **typed).status_code == 302
    person = clinic.people.get()
    assert (person.channel, person.turn, person.state) == (channel, Turn.LEAD, "asked")
    page = client.get(tab(clinic, "languages")).content.decode()
    assert "Ines" in page and "Canal 2" in page and "(a channel waits for its interpreter)" in page

    press(client, clinic, "change_channel", where="languages", channel=channel.pk, material_days_before="3")
    assert clinic.channels.get().material_days_before == 3
    assert press(client, clinic, "remove_channel", where="languages", channel=channel.pk).status_code == 422
    press(client, clinic, "release", where="languages", person=person.pk)
    assert press(client, clinic, "remove_channel", where="languages", channel=channel.pk).status_code == 302
    assert press(client, clinic, "remove_channel", where="languages", channel=channel.pk).status_code == 422


def test_a_language_somebody_needs_and_nobody_interprets_is_a_gap():
    clinic = make_clinic()
    make_topic_request(clinic=clinic, language="sw", state="planned", decided_at=NOW)
    members = [rsvp.member for rsvp in sign_up(clinic, 3)]
    for member, language in zip(members, ("ar", "ar", "en"), strict=True):
        type(member).objects.filter(pk=member.pk).update(language=language)
    make_channel(clinic, "pt")
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "es"))

    gaps = {gap.language: (gap.asked, gap.signed_up, gap.channel is not None) for gap in language_gaps(clinic)}

    assert gaps == {"ar": (0, 2, False), "sw": (1, 0, False), "pt": (0, 0, True)}
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "ar"))
    assert "ar" not in {gap.language for gap in language_gaps(clinic)}


def lacks(clinic):
    return {lack.sentence for lack in what_is_missing(clinic, now=NOW) if lack.tab in ("people", "languages")}


def test_who_is_missing_stands_on_the_first_line():
    clinic = make_clinic()
    make_channel(clinic, "fr")
    sharing, hosting = "Nobody has said yes yet to sharing.", "Nobody has said yes yet to hosting."
    assert lacks(clinic) == {sharing, hosting, "Nobody interprets yet into: French."}
    make_person(clinic, state="asked")
    make_person(clinic, ClinicRole.HOST)
    assert lacks(clinic) == {sharing, "Nobody interprets yet into: French."}
    assert lacks(make_clinic(format="community_call")) == {hosting}
    assert lacks(make_clinic(state="held")) == set()
    over = make_clinic(starts_at=NOW - timedelta(hours=3), meeting_link="")
    assert [lack.sentence for lack in what_is_missing(over, now=NOW)] == [
        "It is over: say that it was held, or move it if it did not take place."
    ]


def test_as_many_letters_go_to_its_people_as_the_page_counts():
    clinic = make_clinic()
    Suppression.objects.suppress(["gone@example.org"], source="bounce", now=NOW)
    make_person(clinic, address="sol@example.org")
    make_person(clinic, ClinicRole.HOST, "asked", address="gone@example.org")
    make_person(clinic, ClinicRole.HELPER, member=make_member(language="fr"))
    make_person(clinic, ClinicRole.HELPER, "declined")
    counted = recipients_of(clinic)
    assert (counted.total, counted.without) == (2, 1)

    cancel_clinic(clinic=clinic, reason="Ill", by=make_coordinator(), now=NOW)

    assert Letter.objects.filter(kind="clinics.person_cancelled").count() == 3  # one of them is not sent


@pytest.mark.parametrize("name", ["people", "languages"])
def test_a_tab_costs_the_same_with_thirty_people_as_with_three(client, planner, name):
    counts = []
    for number in (3, 30):
        clinic = make_clinic(starts_at=START)
        for _person in range(number):
            make_person(clinic, state="asked")
            if name == "languages":
                channel = clinic.channels.first() or make_channel(clinic, "fr")
                make_person(clinic, ClinicRole.INTERPRETER, "declined", channel=channel)
        client.get(tab(clinic, name))
        with CaptureQueriesContext(connection) as queries:
            client.get(tab(clinic, name))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("where", ["people", "languages"])
def test_whoever_is_named_beside_a_refused_form_can_read_who_looked(client, planner, where):
    clinic = make_clinic()
    person = make_person(clinic, ClinicRole.SHARER if where == "people" else ClinicRole.INTERPRETER)

    page = client.post(tab(clinic, where), {"do": "ask_new", "opened": ""})  # the page itself is never opened

    assert page.status_code == 422 and person.shown_name in page.content.decode()
    assert Look.objects.filter(member=person.member, viewer=planner).exists()
