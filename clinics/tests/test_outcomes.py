"""What came of a clinic: written once it was held, read by everybody, and by two people never overwritten."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinics.domain.clinics import ClinicState, NotYourClinic
from clinics.domain.outcomes import OutcomeClosed
from clinics.models import ChannelSum, Clinic, OtherHeads
from clinics.outcomes.writing import write_outcome
from clinics.tests.factories import START, make_attendance, make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from letsconnect.tests.opened import hidden_in
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
TOLD = {"head_count": 0, "outcome": "Nobody came.\n\nAgain next month.", "outcome_language": "en"}


@pytest.fixture
def desk(coordinator):
    client = Client()
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        yield client


def after(clinic):
    return reverse("admin:clinics_clinic_after", args=[clinic.pk])


def opened(desk, clinic):
    return hidden_in(desk.get(after(clinic)).content.decode())


def test_the_database_takes_it_once_the_clinic_was_held_only():
    told, held = make_clinic(), make_clinic(state=ClinicState.HELD)

    refuses("clinics_heads_are_counted_once_it_was_held", change(told, head_count=3))
    refuses("clinics_heads_are_counted_once_it_was_held", change(held, head_count=100_001))
    refuses("head_count", change(held, head_count=-1))
    refuses("clinics_outcome_is_written_once_it_was_held", change(told, outcome="x", outcome_language="en"))
    for half in ({"outcome": "x"}, {"outcome_language": "en"}, {"outcome": "\u3164", "outcome_language": "en"}):
        refuses("clinics_outcome_is_written_once_it_was_held", change(held, **half))
    change(held, **TOLD)()


@pytest.mark.parametrize(
    ("state", "may"),
    [(state, state == ClinicState.HELD) for state in ClinicState],
)
def test_it_is_written_once_it_was_held_and_until_it_is_archived(coordinator, other_liaison, state, may):
    clinic = make_clinic(state=state, region="MENA")
    values = {"head_count": 12, "outcome": "We learned.", "language": "ne", "now": NOW}

    with pytest.raises(NotYourClinic):
        write_outcome(clinic=clinic, by=other_liaison, **values)
    if not may:
        with pytest.raises(OutcomeClosed):
            write_outcome(clinic=clinic, by=coordinator, **values)
        return
    write_outcome(clinic=clinic, by=coordinator, **values)
    assert Clinic.objects.values_list("head_count", "outcome", "outcome_language").get() == (12, "We learned.", "ne")
    write_outcome(clinic=clinic, by=coordinator, **{**values, "head_count": None, "outcome": ""})
    assert Clinic.objects.values_list("head_count", "outcome", "outcome_language").get() == (None, "", "")
    assert Act.objects.filter(verb="write_clinic_outcome", object_id=clinic.pk).count() == 2


def test_the_tab_is_there_once_it_was_held_and_everybody_reads_what_it_says(desk, client):
    told, clinic = make_clinic(), make_clinic(state=ClinicState.HELD, starts_at=START, floor_language="fa")
    plan = reverse("admin:clinics_clinic_change", args=[told.pk])
    assert after(told) not in desk.get(plan).content.decode()
    assert after(clinic) in desk.get(after(clinic)).content.decode()
    assert "Nobody has written yet what came of it." in desk.get(after(clinic)).content.decode()

    typed = {"head_count": "1", "outcome": "خیلی خوب\r\n\r\nبود", "outcome_language": "fa", **opened(desk, clinic)}
    assert desk.post(after(clinic), typed).url == after(clinic)

    with time_machine.travel(clinic.ends_at, tick=False):
        page = client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()
    assert "1 person was there." in page
    assert '<div class="lc-prose lc-stack" lang="fa" dir="rtl"><p>خیلی خوب</p>' in page
    assert "What came of it" not in client.get(reverse("clinics:clinic-detail", args=[told.pk])).content.decode()


def test_how_many_are_known_of_stands_in_the_field_until_another_number_is_written(desk):
    clinic = make_clinic(state=ClinicState.HELD)
    make_attendance(clinic, make_member())
    OtherHeads.objects.create(clinic=clinic, number=6, counted_at=NOW, counted_by=make_member())

    page = desk.get(after(clinic)).content.decode()
    assert (
        re.search(r'name="head_count" value="7"', page) and "Known of so far, by name and counted by hosts: 7." in page
    )
    desk.post(after(clinic), {**TOLD, "head_count": "9", **opened(desk, clinic)})

    assert Clinic.objects.get().head_count == 9
    assert re.search(r'name="head_count" value="9"', desk.get(after(clinic)).content.decode())


def test_the_tab_says_in_which_language_people_listened_once_it_is_not_known_who_did(desk):
    clinic = make_clinic(state=ClinicState.HELD)
    assert "In which language people listened" not in desk.get(after(clinic)).content.decode()
    for language, count in (("ar", 12), ("en", 7), ("fr", 4), ("hi", 1)):
        ChannelSum.objects.create(clinic=clinic, language=language, count=count)

    page = desk.get(after(clinic)).content.decode()

    assert re.findall(r"<li>(\w+): (\w+)</li>", page.partition('id="listened"')[2]) == [
        *(("Arabic", "12"), ("English", "7"), ("French", "few"), ("Hindi", "few")),
    ]


def test_nothing_typed_is_lost_and_of_two_who_write_the_second_sees_the_first(desk):
    clinic = make_clinic(state=ClinicState.HELD)
    first, second = opened(desk, clinic), opened(desk, clinic)

    refused = desk.post(after(clinic), {"head_count": "-4", "outcome": "Something long", **first})
    assert refused.status_code == 422 and "Something long" in refused.content.decode()
    desk.post(after(clinic), {"head_count": "20", "outcome": "Theirs", "outcome_language": "en", **first})
    page = desk.post(after(clinic), {"head_count": "", "outcome": "Mine", "outcome_language": "en", **second})

    assert page.status_code == 422
    told = {str(one.label): (one.now, one.typed) for one in page.context["differences"]}
    assert told["What came of it"] == ("Theirs", "Mine") and told["How many people were there"] == ("20", "")
    assert (Clinic.objects.get().outcome, page.context["form"]["head_count"].value()) == ("Theirs", "20")


@pytest.mark.parametrize("state", [ClinicState.ANNOUNCED, ClinicState.ARCHIVED])
def test_before_and_when_archived_it_is_looked_at_only(desk, state):
    clinic = make_clinic(state=state)
    if state == ClinicState.ARCHIVED:
        change(clinic, **TOLD)()

    shown = desk.get(after(clinic)).content.decode()

    assert 'name="outcome"' not in shown
    assert ("0 people were there." in shown) == (state == ClinicState.ARCHIVED)
    typed = {"head_count": "3", "outcome": "What I typed", "outcome_language": "en", **opened(desk, clinic)}
    page = desk.post(after(clinic), typed)
    assert page.status_code == 422 and "What I typed" in page.content.decode()
