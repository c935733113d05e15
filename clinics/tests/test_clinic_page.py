"""What the page of a clinic says at each time, to whom, and what it leads to."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicState, Venue
from clinics.models import ClinicSeries
from clinics.tests.factories import START, make_clinic, make_person, sign_up
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


def read(client, path, *, at=NOW, member=None):
    with time_machine.travel(at, tick=False):
        if member:
            client.force_login(member)
        return client.get(path).content.decode()


def page_of(clinic):
    return reverse("clinics:clinic-detail", args=[clinic.pk])


@pytest.mark.parametrize(("minutes_before", "is_open"), [(31, False), (30, True), (-60, True)])
def test_once_the_doors_are_open_the_way_in_is_the_button_of_the_page(client, minutes_before, is_open):
    clinic = make_clinic(starts_at=START)
    member, host = sign_up(clinic, 1)[0].member, make_person(clinic, "host").member

    for person in (member, host):
        page = read(client, page_of(clinic), at=START - timedelta(minutes=minutes_before), member=person)

        assert (">Join the clinic</a>" in page) == is_open
        assert page.count("cdx-button--weight-primary") == is_open
    page = read(client, page_of(clinic), at=START - timedelta(minutes=minutes_before), member=member)
    assert ("The page with the meeting link" in page) != is_open


def test_who_comes_to_a_clinic_in_person_is_promised_no_link(client):
    clinic = make_clinic(starts_at=START, venue=Venue.IN_PERSON, meeting_link="", place="Library")
    member = sign_up(clinic, 1)[0].member

    for at in (NOW, START):
        page = read(client, page_of(clinic), at=at, member=member)

        assert "This clinic is in person, so there is no link." in page
        assert "meeting link" not in page and "Join the clinic" not in page


def test_a_full_clinic_promises_no_waiting_list_once_the_doors_are_open(client):
    clinic = make_clinic(starts_at=START, capacity=1)
    sign_up(clinic, 1)

    for path in (page_of(clinic), reverse("clinics:clinic-list")):
        assert "full, with a waiting list" in read(client, path, at=START - timedelta(minutes=31))
        page = read(client, path, at=START - timedelta(minutes=29))
        assert "full, with a waiting list" not in page and "all seats are taken" in page


def test_the_other_parts_of_a_series_are_on_the_page_once_and_lead_there(client):
    series = ClinicSeries.objects.create(name="Podcasts")
    first = make_clinic(series=series, title="First part")
    second = make_clinic(series=series, title="Second part", starts_at=START + timedelta(days=7))
    make_clinic(series=series, title="Draft part", state=ClinicState.DRAFT)
    make_clinic(series=series, title="Cancelled part", state=ClinicState.CANCELLED, cancel_reason="Ill")
    make_clinic(series=series, title="Other hour", edition_of=first)
    member = sign_up(first, 1)[0].member

    for reader in (None, member):  # a visitor is asked whether they come to both; who has a seat reads where it goes on
        page = read(client, page_of(first), member=reader)

        assert page.count(f'href="{page_of(second)}"') == 1
        assert not any(title in page for title in ("Draft part", "Cancelled part"))
    assert "Sign me up for both parts of the series" in read(client, page_of(second), member=make_member())


def test_a_visitors_script_may_say_by_whose_clock_the_agenda_is_and_no_filter_is_called_required(client):
    clinic = make_clinic(icebreaker="Which word?")
    clinic.agenda.create(part="questions", minutes=30, place=1)

    page = read(client, page_of(clinic))
    caption = page.split("<caption")[1].split("</caption>")[0]
    assert 'data-own-clock="Hours are by your clock: {zone}."' in caption
    assert caption.endswith(">Hours are by this clock: UTC.")
    assert "(required)" not in read(client, reverse("clinics:clinic-list"))


def test_a_cancelled_clinic_and_one_with_an_archive_say_so_once(client):
    cancelled = make_clinic(state=ClinicState.CANCELLED, cancel_reason="المتحدثة مريضة.")
    over = make_clinic(starts_at=NOW - timedelta(days=3), state=ClinicState.HELD)
    told = make_clinic(
        starts_at=NOW - timedelta(days=3), state=ClinicState.HELD, outcome="We wrote.", outcome_language="en"
    )

    assert read(client, page_of(cancelled)).count("The reason: \u2068المتحدثة مريضة.\u2069") == 1
    assert "This clinic is over." in read(client, page_of(over))
    assert "This clinic is over." not in read(client, page_of(told))


def test_the_plan_of_a_clinic_that_was_held_shows_no_question_about_a_new_series(client, coordinator):
    clinic = make_clinic(starts_at=NOW - timedelta(days=3), state=ClinicState.HELD)

    page = read(client, reverse("admin:clinics_clinic_change", args=[clinic.pk]), member=coordinator)

    assert "Skills" in page and "New series" not in page and "Or a new series" not in page


def test_the_clocks_of_each_clinic_are_named_by_it(client):
    for title in ("Surveys", "Budgets"):
        make_clinic(starts_at=START, title=title)

    page = read(client, reverse("clinics:clinic-list"))

    names = re.findall(r"<summary>(By other clocks.*?)</summary>", page)
    assert len(names) == len(set(names)) == 2 and all(title in "".join(names) for title in ("Surveys", "Budgets"))
