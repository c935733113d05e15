"""Recordings and slides: written at the desk, shown to everybody in the language they understand best."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.attendance.figures import FIXED_AFTER, fix_figures
from clinics.domain.clinics import ClinicState, NotYourClinic
from clinics.domain.outcomes import RegionsTold, regions_told
from clinics.domain.resources import ResourcesClosed, ResourcesRefused
from clinics.models import Attendance, AttendanceFigures, ClinicResource
from clinics.resources.writing import ResourceEntry, write_resources
from clinics.tests.factories import make_clinic
from clinics.tests.resource_factories import make_resource
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from letsconnect.tests.opened import hidden_in
from registrations.models import Member
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
VIDEO = "https://commons.wikimedia.org/wiki/File:Clinic.webm"


@pytest.fixture
def desk(coordinator):
    client = Client()
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        yield client


def tab(clinic):
    return reverse("admin:clinics_clinic_resources", args=[clinic.pk])


def page(client, clinic, **headers):
    return client.get(reverse("clinics:clinic-detail", args=[clinic.pk]), **headers).content.decode()


def opened(desk, clinic):
    return hidden_in(desk.get(tab(clinic)).content.decode())


def row(number, **fields):
    values = {"kind": "recording", "language": "en", "url": VIDEO, "licence": "cc-by-sa-4.0", "is_ready": "on"}
    return {f"links-{number}-{name}": value for name, value in {**values, **fields}.items()}


def sent(*rows, initial=0, **more):
    sums = {"links-TOTAL_FORMS": str(len(rows)), "links-INITIAL_FORMS": str(initial)}
    return {**sums, **{name: value for one in rows for name, value in one.items()}, **more}


@pytest.mark.parametrize("state", list(ClinicState))
def test_it_is_written_once_it_was_held_and_in_the_archive_too(coordinator, other_liaison, state):
    clinic = make_clinic(state=state, region="MENA")
    values = {"entries": [ResourceEntry("recording", VIDEO, "en")], "now": NOW}

    with pytest.raises(NotYourClinic):
        write_resources(clinic=clinic, by=other_liaison, **values)
    if state not in (ClinicState.HELD, ClinicState.ARCHIVED):
        with pytest.raises(ResourcesClosed):
            write_resources(clinic=clinic, by=coordinator, **values)
        return
    write_resources(clinic=clinic, by=coordinator, **values)
    again = ResourceEntry("recording", VIDEO, "en", key=clinic.resources.get().pk)
    write_resources(clinic=clinic, entries=[again], by=coordinator, now=NOW)
    assert Act.objects.filter(verb="write_clinic_resources", object_id=clinic.pk).count() == 1


def test_a_whole_list_is_written_in_order_and_what_is_missing_goes(coordinator):
    clinic = make_clinic(state=ClinicState.HELD)
    first, second = make_resource(clinic), make_resource(clinic, language="fr")
    other = make_resource()

    def write(*entries):
        write_resources(clinic=clinic, entries=entries, by=coordinator, now=NOW)

    write(
        ResourceEntry("slides", VIDEO, "ar"),
        ResourceEntry("recording", second.url, "fr", title="La même", key=second.pk),
    )
    stored = list(clinic.resources.values_list("place", "kind", "language", "title"))
    assert stored == [(1, "slides", "ar", ""), (2, "recording", "fr", "La même")]
    for gone in (first.pk, other.pk):
        with pytest.raises(ResourcesRefused):
            write(ResourceEntry("recording", VIDEO, "en", key=gone))
    with pytest.raises(ResourcesRefused):
        write(*[ResourceEntry("notes", VIDEO)] * 61)
    assert clinic.resources.count() == 2


def test_the_desk_writes_rows_and_everybody_reads_those_that_are_ready(desk, client):
    clinic = make_clinic(state=ClinicState.HELD)
    rows = (
        row(0, order="2"),
        row(1, order="1", kind="slides", language="ar", title="شرائح", url="https://x.example.org/s"),
        row(2, order="3", kind="notes", language="", url="https://x.example.org/n", is_ready=""),
        row(3, order="4", kind="other", language="", title="Game", licence="own-words", licence_words="Ask us first"),
    )
    rows[2].pop("links-2-is_ready")

    assert desk.post(tab(clinic), sent(*rows, **opened(desk, clinic))).url == tab(clinic)

    kept = list(clinic.resources.values_list("kind", "is_ready", "licence_words"))
    assert kept == [
        ("slides", True, ""),
        ("recording", True, ""),
        ("notes", False, ""),
        ("other", True, "Ask us first"),
    ]
    shown = page(client, clinic)
    assert VIDEO in shown and 'hreflang="ar"' in shown and "https://x.example.org/n" not in shown
    assert re.search('<span lang="ar" dir="rtl">.?شرائح.?</span>', shown) and "Ask us first" in shown
    assert 'href="https://creativecommons.org/licenses/by-sa/4.0/" rel="license noreferrer"' in shown
    assert shown.index("Recordings</h3>") < shown.index("Slides</h3>") < shown.index("More</h3>")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://example.org/x"}, "https://"),
        ({"url": "https://me:secret@example.org/x"}, "password before the @"),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"language": ""}, "in which language"),
        ({"kind": "other"}, "in your own words"),
        ({"licence": "own-words"}, "under which licence"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(desk, fields, said):
    clinic = make_clinic(state=ClinicState.HELD)

    refused = desk.post(tab(clinic), sent(row(0, **fields), row(1, title="Kept"), **opened(desk, clinic)))

    assert refused.status_code == 422
    assert said in refused.content.decode() and 'value="Kept"' in refused.content.decode()
    assert [len(said) for form in refused.context["rows"] for said in form.errors.values()] == [1]
    assert not ClinicResource.objects.exists()


def test_one_more_row_is_asked_for_and_nothing_is_stored(desk):
    clinic = make_clinic(state=ClinicState.HELD)

    shown = desk.post(tab(clinic), sent(row(0, title="So far"), add="1", **opened(desk, clinic)))

    assert shown.status_code == 200
    assert 'name="links-1-url"' in shown.content.decode() and 'value="So far"' in shown.content.decode()
    assert not ClinicResource.objects.exists()


def test_of_two_who_write_the_second_sees_what_the_first_wrote(desk):
    one = make_resource(title="As it was")
    clinic, number = one.clinic, str(one.pk)
    first, second = opened(desk, clinic), opened(desk, clinic)

    def mine(title, hidden):
        typed = row(0, id=number, clinic=str(clinic.pk), order="1", title=title, url=one.url)
        return sent(typed, initial=1, **hidden)

    assert desk.post(tab(clinic), mine("Theirs", first)).status_code == 302
    refused = desk.post(tab(clinic), mine("Mine", second))

    assert refused.status_code == 422
    told = {str(each.label): (each.now, each.typed) for each in refused.context["differences"]}
    assert ("Theirs", "Mine") in told.values()
    assert ClinicResource.objects.get().title == "Theirs"
    away = desk.post(tab(clinic), sent(**opened(desk, clinic)))
    assert away.status_code == 422 and ClinicResource.objects.exists()


def test_before_it_was_held_there_is_no_such_tab_and_nothing_can_be_written(desk):
    clinic = make_clinic()

    assert tab(clinic) not in desk.get(reverse("admin:clinics_clinic_change", args=[clinic.pk])).content.decode()
    assert 'name="links-0-url"' not in desk.get(tab(clinic)).content.decode()
    assert desk.post(tab(clinic), sent(row(0), **opened(desk, clinic))).status_code == 422
    assert not ClinicResource.objects.exists()


def test_a_reader_finds_their_language_first_then_what_was_spoken(client):
    clinic = make_clinic(state=ClinicState.ARCHIVED, floor_language="es")
    for language in ("fa", "es", "fr", "ar"):
        make_resource(clinic, language=language, url=f"https://x.example.org/{language}")

    def order(reader):
        shown = page(client, clinic, headers={"Accept-Language": reader})
        return sorted(("fa", "es", "fr", "ar"), key=lambda code: shown.index(f"https://x.example.org/{code}"))

    assert order("ar") == ["ar", "es", "fa", "fr"]
    assert order("fr") == ["fr", "es", "fa", "ar"]


def test_the_page_asks_as_often_for_thirty_links_as_for_three(client):
    clinic, counts = make_clinic(state=ClinicState.ARCHIVED), []
    for number in (3, 27):
        for _ in range(number):
            make_resource(clinic)
        with CaptureQueriesContext(connection) as queries:
            page(client, clinic)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({}, RegionsTold()),
        ({"MENA": 4}, RegionsTold()),
        ({"": 90, "MENA": 4}, RegionsTold()),
        ({"MENA": 1, "LAC": 1, "SA": 1, "SSA": 1, "NA": 1}, RegionsTold(5, (), 5)),
        ({"MENA": 5}, RegionsTold(1, (("MENA", 5),), 0)),
        ({"MENA": 12, "LAC": 9, "SA": 5}, RegionsTold(3, (("MENA", 12), ("LAC", 9), ("SA", 5)), 0)),
        ({"MENA": 12, "LAC": 9, "SA": 3}, RegionsTold(3, (("MENA", 12),), 12)),
        ({"MENA": 12, "SA": 3, "LAC": 3, "NA": 0}, RegionsTold(3, (("MENA", 12),), 6)),
        ({"MENA": 12, "SA": 3}, RegionsTold(2, (), 15)),
    ],
)
def test_numbers_of_regions_point_at_nobody(people, told):
    assert regions_told(people) == told


def test_the_page_says_how_many_came_from_how_many_regions_and_never_from_which_country(client):
    clinic = make_clinic(state=ClinicState.HELD, head_count=20)
    for country, region, number in (("TN", "MENA", 6), ("SY", "MENA", 1), ("BO", "LAC", 2)):
        for _ in range(number):
            come(clinic, make_member(country=country, region=region))

    fix_figures(clinic.ends_at + FIXED_AFTER)
    shown = page(client, clinic)

    assert "20 people were there. They came from 2 regions." in shown
    for one in ("Syria", "Tunisia", "Bolivia", "Latin America", "counted together"):
        assert one not in shown
    AttendanceFigures.objects.all().delete()
    for _ in range(3):
        come(clinic, make_member(region="LAC"))
    fix_figures(clinic.ends_at + FIXED_AFTER)
    shown = page(client, clinic)
    assert "Middle East &amp; North Africa: 7" in shown and "Latin America &amp; Caribbean: 5" in shown
    assert "other regions" not in shown


def test_figures_are_fixed_once_so_that_nobody_is_found_by_watching_them(client, coordinator):
    clinic = make_clinic(state=ClinicState.HELD, starts_at=NOW)
    members = [make_member(region="MENA") for _ in range(6)]
    for member in members:
        come(clinic, member)
    day = clinic.ends_at + FIXED_AFTER

    assert fix_figures(day - timedelta(seconds=1)) == 0
    assert "were there" not in page(client, clinic) and "They came from" not in page(client, clinic)
    assert (fix_figures(day), fix_figures(day)) == (1, 0)
    told = "6 people were there. They came from 1 region."
    assert told in page(client, clinic)

    erase_member(member=members[0], by=members[0], now=day)
    Member.objects.filter(pk=members[1].pk).update(region="LAC")
    come(clinic, make_member(region="SA"))
    assert fix_figures(day + timedelta(days=1)) == 0 and told in page(client, clinic)

    early = make_clinic(state=ClinicState.ARCHIVED)
    assert fix_figures(early.ends_at) == 1 and early.attendance_figures.people == 0
    refuses("clinics_figures_of_no_region_tell_none", change(early.attendance_figures, elsewhere=5))
    again = AttendanceFigures(clinic=early, fixed_at=day, people=1, regions=0, elsewhere=0)
    refuses("clinics_attendancefigures_clinic", again.save)


def come(clinic, member):
    Attendance.objects.create(clinic=clinic, member=member, joined_at=clinic.starts_at)
