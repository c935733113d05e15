"""Exports: what the viewer may see, and no cell a formula."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from letsconnect.base.models import Act
from registrations.answers import exporting
from registrations.models import Group, Look, Registration, SkillName, Wish
from registrations.tests import factories
from registrations.tests.factories import make_registration

pytestmark = pytest.mark.django_db
EXPORT = reverse("admin:registrations_registration_export")
READER = exporting.Reader(language="en", zone=UTC, sees_addresses=True)


def exported(client, query="?show=all", **data):
    response = client.post(EXPORT + query, {"format": "csv", **data})
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


@pytest.fixture
def amina(coordinator):
    group = Group.objects.create(slug="tunisia", name="Wikimedia Tunisia", kind="user_group")
    registration = make_registration(
        member=factories.make_member(name="Amina", email="amina@example.org"),
        group=group,
        offers=["wikidata", "budgeting"],
        wishes=["facilitation"],
        speaks=[("en", 3), ("ar", 6)],
        windows=[(1080, 1260)],
        away_until=date(2026, 4, 1),
        contact_way="talk_page",
        contact_text="User talk:Amina",
        topics=["education"],
        topic_other="oral history",
        reviewer=coordinator,
    )
    Wish.objects.update(why="for a meetup")
    return registration


def test_a_row_says_what_is_known(client, amina, coordinator):
    client.force_login(coordinator)
    (row,) = exported(client)

    assert row == {
        "number": str(amina.pk),
        "name": "Amina",
        "state": "approved",
        "came by": "the portal's form",
        "claimed": "1",
        "country code": "TN",
        "country or territory": "Tunisia",
        "region": "MENA",
        "group": "Wikimedia Tunisia",
        "main role": "",
        "topics of work": "Education; oral history",
        "spoken languages": "Arabic (N); English (3)",
        "shares": "Budgeting; Wikidata",
        "wants to learn": "Facilitation (for a meetup)",
        "free hours": "Monday 18:00–21:00",
        "time zone": "UTC",
        "people they can help at once": "1",
        "people they want to learn from at once": "1",
        "others may find them and ask for them": "0",
        "away until": "2026-04-01",
        "paused until": "",
        "submitted at": "2026-03-02 12:00",
        "changed at": "2026-03-02 12:00",
        "reviewed at": "2026-03-02 12:00",
        "agreed to the documents": "1",
        "email address": "amina@example.org",
        "how a match may reach them": "on my talk page User talk:Amina",
        "Wikimedia username, as told": "",
    }


def test_a_liaison_gets_their_regions_and_no_addresses(client, amina, liaison):
    make_registration(region="LAC", country="AR")
    client.force_login(liaison)

    (row,) = exported(client)

    assert row["name"] == "Amina"
    assert "amina@example.org" not in row.values()
    assert not {"email address", "how a match may reach them", "Wikimedia username, as told"} & row.keys()


@pytest.mark.parametrize("query", ["?show=all", "?show=all&region__exact=MENA", "?q=Amina", "?show=approved"])
def test_a_liaison_of_elsewhere_gets_nobody_whatever_they_ask_for(client, amina, other_liaison, query):
    client.force_login(other_liaison)

    assert exported(client, query) == []


def test_the_export_is_the_list_as_it_is_filtered(client, amina, coordinator):
    waiting = make_registration(state="submitted")
    client.force_login(coordinator)

    assert [row["number"] for row in exported(client, "")] == [str(waiting.pk)]
    assert {row["number"] for row in exported(client)} == {str(waiting.pk), str(amina.pk)}
    assert "?q=x" in client.get(reverse("admin:registrations_registration_changelist") + "?q=x").context["export_url"]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_every_export_is_in_the_log(client, amina, coordinator, file_format):
    client.force_login(coordinator)

    response = client.post(EXPORT + "?show=all", {"format": file_format})

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert f".{file_format}" in response["Content-Disposition"]
    act = Act.objects.get(verb="export_registrations")
    assert (act.actor, act.became, act.reason.text) == (coordinator, file_format, "registrations: 1")
    assert [(look.viewer, look.kind) for look in Look.objects.about(amina.member)] == [(coordinator, "export")]
    response.close()


def test_asking_with_get_or_for_another_format_gives_nothing_and_logs_nothing(client, amina, coordinator):
    client.force_login(coordinator)

    assert client.get(EXPORT).status_code == 405
    assert client.post(EXPORT, {"format": "pdf"}).status_code == 400
    assert client.post(EXPORT + "?no=such", {"format": "csv"}).status_code == 400
    assert not Act.objects.filter(verb="export_registrations").exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n=", "＝", "＋", "－", "＠", " =", "\u200b="])
def test_no_cell_of_an_export_is_a_formula(client, coordinator, start):
    nasty = start + 'HYPERLINK("http://example.org","x")'
    registration = make_registration(member=factories.make_member(name=nasty), group_other=nasty, wishes=["wikidata"])
    Registration.objects.filter(pk=registration.pk).update(wikimedia_username=nasty)
    client.force_login(coordinator)

    (row,) = exported(client)

    first = "H" if start in ("\t", "\r") else "'"  # a line feed or a tab before a name is not kept at all
    assert [row["name"][0], row["group"][0], row["Wikimedia username, as told"][0]] == [first] * 3


def sheet_of(registrations):
    file = io.BytesIO()
    exporting.write_xlsx(registrations, READER, file)
    with zipfile.ZipFile(file) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_spreadsheet_holds_texts_and_numbers_and_neither_formulas_nor_links(coordinator):
    registration = make_registration(member=factories.make_member(name="=1+1"), group_other="https://example.org/")

    sheet = sheet_of(Registration.objects.all())

    assert "&#39;=1+1" in sheet or "'=1+1" in sheet
    assert f"<v>{registration.pk}</v>" in sheet
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_the_table_is_in_the_readers_language_and_zone(coordinator):
    registration = make_registration(
        state="declined", country="EG", submitted_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    )
    reader = exporting.Reader(language="fr", zone=ZoneInfo("Asia/Kathmandu"), sees_addresses=False)

    (row,) = exporting.rows(Registration.objects.all(), reader)

    told = dict(zip(exporting.headings(reader), row, strict=True))
    assert told["pays ou territoire"] == "Égypte"
    assert told["envoyée le"] == "2026-03-03 05:15"  # the next day there, and no whole hour from UTC
    assert registration.zone == "UTC"  # it is the reader's zone that counts, and not the person's


def test_skills_of_a_row_are_sorted_as_people_read_accents_aside(client, coordinator):
    make_registration(offers=["zines", "etching", "eyesight"])
    SkillName.objects.filter(text="Etching").update(text="Étching")
    client.force_login(coordinator)

    assert [row["shares"] for row in exported(client)] == ["Étching; Eyesight; Zines"]


@pytest.mark.parametrize("count", [3, 30])
def test_an_export_costs_the_same_number_of_queries(count, django_assert_num_queries, coordinator):
    for _ in range(count):
        make_registration(offers=["wikidata"], wishes=["budgeting"], reviewer=coordinator)

    with django_assert_num_queries(8):
        assert len(list(exporting.rows(Registration.objects.all(), READER))) == count


def test_a_long_table_comes_whole_and_once(monkeypatch, coordinator):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    made = [make_registration(reviewer=coordinator).pk for _ in range(5)]

    assert [row[0] for row in exporting.rows(Registration.objects.order_by("-pk"), READER)] == made
