"""Whoever is named on a page of the desk can read who looked: `test_doors.py` tries every page."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.tests.factories import make_clinic, sign_up
from mailings.tests.factories import make_letter
from registrations.domain.looks import LookKind
from registrations.models import ImportedRow, ImportUpload, Look
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration
from trust.models import ReportLook
from trust.tests.factories import make_reader, make_report

DESKS = sorted(admin.site._registry.values(), key=str)


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_every_table_of_the_desk_says_whom_it_shows(desk):
    words = {word for word in (desk.look, desk.look_at_list) if word}

    assert bool(desk.shows) != bool(desk.shows_nobody_because)
    assert bool(words) == bool(desk.shows)
    assert words <= set(LookKind.values)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("registrations_member_changelist", "accounts"),
        ("registrations_registration_changelist", "registrations"),
        ("mailings_letter_changelist", "letters"),
        ("registrations_workinggroupseat_people", "accounts"),
    ],
)
def test_a_list_notes_all_it_shows_once_a_day_in_one_statement(client, db, coordinator, page, kind):
    client.force_login(coordinator)

    def look():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"admin:{page}"), {"show": "all"} if "registration_c" in page else {"person": "Zed"})
        return len([query for query in queries if 'INSERT INTO "registrations_look"' in query["sql"]]), len(queries)

    if page != "registrations_workinggroupseat_people" and "registration_c" not in page:
        look_path = reverse(f"admin:{page}")

        def look():
            with CaptureQueriesContext(connection) as queries:
                client.get(look_path)
            return len([query for query in queries if 'INSERT INTO "registrations_look"' in query["sql"]]), len(queries)

    people = [make_registration(name="Zed", member=make_member(name="Zed"), reviewer=coordinator) for _ in range(3)]
    for one in people:
        make_letter(to=one.member)
    few = look()
    for _ in range(12):
        person = make_registration(name="Zed", member=make_member(name="Zed"), reviewer=coordinator)
        make_letter(to=person.member)

    assert look() == look() == few
    assert few[0] == 1
    assert {look.kind for look in Look.objects.about(people[0].member)} == {kind}
    assert Look.objects.about(people[0].member).count() == 1


def test_a_letter_to_an_address_without_account_is_noted_for_whom_it_belongs_to(client, db, coordinator):
    old = make_registration(source="import", state="submitted", imported_address="old@example.org")
    letter = make_letter(to=None, address="old@example.org")
    client.force_login(coordinator)

    client.get(reverse("admin:mailings_letter_change", args=[letter.pk]))

    assert Look.objects.get().registration == old


def test_the_names_of_those_who_come_to_a_clinic_are_noted(client, db, liaison):
    (rsvp,) = sign_up(make_clinic(region="MENA"), 1)
    client.force_login(liaison)

    client.get(reverse("admin:clinics_clinic_who_comes", args=[rsvp.clinic_id]))

    assert [(look.viewer, look.kind) for look in Look.objects.about(rsvp.member)] == [(liaison, "clinic")]


def test_looks_at_reports_are_kept_and_shown_to_the_writer_alone(client, db):
    reader, writer, about, coordinator = make_reader(name="Rita"), make_member(), make_member(), make_coordinator()
    report = make_report(reporter=writer, about=about)
    client.force_login(reader)
    for _ in range(2):
        client.get(reverse("trust:report-list"))
        client.get(reverse("trust:report-detail", args=[report.number]))

    assert [(look.viewer, look.report) for look in ReportLook.objects.all()] == [(reader, report)]
    assert not Look.objects.exists()
    shown = {}
    for member in (writer, about, coordinator):
        client.force_login(member)
        shown[member] = "Rita" in client.get(reverse("registrations:data-download", args=["json"])).content.decode()
    assert shown == {writer: True, about: False, coordinator: False}


def test_the_database_keeps_one_look_a_day_at_a_report(db):
    reader, report = make_reader(), make_report()

    for _ in range(2):
        ReportLook.objects.note(viewer=reader, reports=[report], on=NOW.date())
    assert ReportLook.objects.count() == 1
    assert [rule.name for rule in ReportLook._meta.constraints] == ["trust_one_look_a_day_at_a_report"]


@pytest.mark.parametrize("is_applied", [False, True])
def test_whoever_is_known_in_an_imported_file_can_read_who_looked(db, client, coordinator, is_applied):
    told = {"imported_at": NOW, "raw": {}}
    old = make_registration(source="import", state="submitted", imported_address="old@example.org")
    ImportedRow.objects.create(registration=old, **told)
    make_registration(source="import", state="submitted", imported_address="another@example.org")
    upload = ImportUpload.objects.create(
        file_name="old.csv",
        size=2,
        content=None if is_applied else b"Email Address,Full name\nOld@Example.org,Olga\n",
        state="applied" if is_applied else "checked",
        uploaded_by=coordinator,
        uploaded_at=NOW,
        asked_at=NOW,
        applied_by=coordinator if is_applied else None,
        applied_at=NOW if is_applied else None,
    )
    client.force_login(coordinator)

    client.get(reverse("admin:registrations_importupload_change", args=[upload.pk]))

    assert [(look.registration, look.kind) for look in Look.objects.all()] == [(old, "import")]
