"""The filters of the list of clinics: from the address to the rows, and back into the address."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from clinics.domain.clinics import ForWhom
from clinics.domain.people import AnswerState, ClinicRole
from clinics.listing.choices import offered
from clinics.listing.filters import ClinicFilters
from clinics.models import Clinic
from clinics.tests.factories import START, make_channel, make_clinic, make_person, make_text
from clinics.tests.resource_factories import make_resource
from registrations.tests.factories import NOW, make_member, make_skill

pytestmark = pytest.mark.django_db


def found(address, *, zone="UTC"):
    narrowed = ClinicFilters.of(QueryDict(address)).narrow(Clinic.objects.all(), zone=zone)
    return sorted(clinic.title for clinic in narrowed)


def test_nonsense_in_an_address_narrows_nothing():
    nonsense = "when=never&language=zzzz&region=Atlantis&skill=%27;--&evenings=yes&zone=Mars/Base&page=7"

    assert ClinicFilters.of(QueryDict(nonsense)) == ClinicFilters()
    assert not ClinicFilters.of(QueryDict("zone=Asia/Tokyo")).are_set


def test_filters_go_into_an_address_and_come_back():
    address = "when=past&language=pt-BR&region=LAC&skill=wiki-data&evenings=1&zone=Asia%2FKathmandu&q=%D8%A7+b"
    filters = ClinicFilters.of(QueryDict(address.replace("pt-BR", "pt")))

    assert ClinicFilters.of(QueryDict(filters.as_query())) == filters
    assert ClinicFilters().as_query() == ""
    assert filters.as_query(page=2).endswith("&page=2")


def test_a_language_is_spoken_interpreted_by_somebody_who_said_yes_or_recorded():
    make_clinic(title="Spoken", floor_language="ar")
    for title, state in (("Interpreted", AnswerState.ACCEPTED), ("Not yet", AnswerState.ASKED)):
        clinic = make_clinic(title=title, starts_at=START + timedelta(days=len(title)))
        make_person(clinic, ClinicRole.INTERPRETER, state, channel=make_channel(clinic, "ar"))

    make_resource(make_clinic(title="Recorded", state="held"), language="ar")
    make_resource(make_clinic(title="Recorded, not ready", state="held"), language="ar", is_ready=False)
    make_resource(make_clinic(title="Recorded in Swahili", state="held"), language="sw")

    assert found("language=ar") == ["Interpreted", "Recorded", "Spoken"]
    assert [code for code, _name in offered().languages] == ["ar", "en", "sw"]


def test_a_region_finds_what_is_made_for_it():
    make_clinic(title="For all", region="LAC")
    make_clinic(title="For it", for_whom=ForWhom.REGION, region="LAC")
    make_clinic(title="For it and others", for_whom=ForWhom.REGIONS, regions=["MENA", "LAC"])
    make_clinic(title="For another", for_whom=ForWhom.REGION, region="SA")

    assert found("region=LAC") == ["For it", "For it and others"]


def test_a_skill_is_found_with_its_parts_and_what_was_merged_into_it():
    whole, part, old = make_skill("wikidata"), make_skill("lexemes"), make_skill("wiki-data")
    part.parent = whole
    part.save()
    old.state, old.merged_into = "merged", whole
    old.save()
    for skill in (whole, part, old, make_skill("budgeting")):
        make_clinic(title=skill.slug).skills.add(skill)

    assert found("skill=wikidata") == ["lexemes", "wiki-data", "wikidata"]
    assert found("skill=lexemes") == ["lexemes"]


@pytest.mark.parametrize(
    ("zone", "evening"),
    [
        ("UTC", ["17:00", "20:30", "21:59"]),
        ("Asia/Kathmandu", ["11:15", "16:14"]),  # 17:00 and 21:59 there
        ("Pacific/Kiritimati", ["03:00", "07:59"]),
        ("America/St_Johns", ["20:30", "21:59"]),  # 3:30 behind: from 17:00 on
    ],
)
def test_my_evenings_are_counted_by_my_own_clock(zone, evening):
    for minute in ("02:59", "03:00", "07:59", "08:00", "11:14", "11:15", "16:14", "16:15", "17:00", "20:30", "21:59"):
        hour, minutes = map(int, minute.split(":"))
        make_clinic(title=minute, starts_at=datetime(2026, 3, 4, hour, minutes, tzinfo=UTC))

    assert found("evenings=1", zone=zone) == found("evenings=1&zone=" + zone) == evening


@pytest.mark.parametrize(("zone", "evening"), [("Asia/Tokyo", "Early"), ("UTC", "Late")])
def test_the_feed_of_a_list_of_my_evenings_holds_them_by_the_same_clock(client, zone, evening):
    """The address of the feed says the clock: a calendar program does not know it."""
    for title, hour in (("Early", 9), ("Late", 18)):
        make_clinic(title=title, starts_at=datetime(2026, 3, 4, hour, tzinfo=UTC))
    client.force_login(make_member(zone=zone))
    with time_machine.travel(NOW, tick=False):
        listed = client.get("/clinics/", {"evenings": "1"}).content.decode()
        address = re.search(r'href="(/clinics/calendar/en\.ics[^"]*)"', listed)[1]
        feed = Client().get(html.unescape(address)).content.decode()

    assert [title in listed.partition("Upcoming")[2] for title in ("Early", "Late")] == [
        f"SUMMARY:{title}" in feed for title in ("Early", "Late")
    ]
    assert f"SUMMARY:{evening}" in feed


def test_evenings_move_with_summer_time():
    make_clinic(title="Before", starts_at=datetime(2026, 3, 26, 15, 30, tzinfo=UTC))  # 16:30 in Berlin
    make_clinic(title="After", starts_at=datetime(2026, 3, 30, 15, 30, tzinfo=UTC))  # 17:30 in Berlin

    assert found("evenings=1", zone="Europe/Berlin") == ["After"]


def test_words_are_searched_in_titles_summaries_and_what_came_of_it_in_every_language():
    clinic = make_clinic(title="Asking for money")
    make_text(clinic, "es", "Pedir dinero", summary="Cómo escribir una solicitud.")
    make_text(clinic, "fr", "Brouillon", summary="…", state="draft")
    make_clinic(title="Something else")
    held = make_clinic(title="Long ago", state="held", outcome="Twelve became mentors.", outcome_language="en")
    make_resource(held, title="Piste française")
    make_resource(held, title="Hidden track", is_ready=False)

    assert found("q=money") == found("q=DINERO") == found("q=solicitud money") == ["Asking for money"]
    assert found("q=MENTORS") == found("q=francaise+ago") == ["Long ago"]
    assert found("q=brouillon") == found("q=money+else") == found("q=hidden") == []


def test_filters_combine():
    make_clinic(title="Both", floor_language="es", for_whom=ForWhom.REGION, region="LAC")
    make_clinic(title="One", floor_language="es")

    assert found("language=es&region=LAC") == ["Both"]
