"""Deleting an account, whatever it left and wherever: the database is dumped and searched."""

import base64
import json
import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from letsconnect.tests.everything import make_somebody
from mailings.tests.factories import make_letter
from registrations.answers import visitors
from registrations.catalogue import loading
from registrations.models import ClaimInvitation, ImportedKey, ImportUpload, KeptAnswers, Member, Registration
from registrations.oldform import uploads
from registrations.oldform.reading.columns import HEADINGS
from registrations.privacy import erasing
from registrations.privacy.proved_addresses import proved_by
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration
from registrations.tests.test_oldform_uploads import file_of

NAME, USERNAME, COUNTRY_WORDS = "Zebrafinch", "Quetzalcoatlus", "Nowhereistan"
WORDS = (NAME, USERNAME, COUNTRY_WORDS, "zebrafinch@", "second-nest@")


def dump():
    """Every table of the database as text: what is in bytes and in sessions is read as well."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = "\n".join(_read(value) for row in cursor.fetchall() for value in row)
    found["django_session"] += "\n".join(json.dumps(session.get_decoded()) for session in Session.objects.all())
    return found


def _read(value):
    if isinstance(value, memoryview | bytes):
        content = bytes(value)
        return " ".join(content.decode(encoding, errors="replace") for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
    return str(value)


def where(*words):
    """The tables in which one of the words stands, in whatever case or in base 64."""
    coded = [base64.b64encode(word.encode()).decode().rstrip("=")[:-1] for word in words]
    wanted = re.compile("|".join(map(re.escape, [*words, *coded])), re.IGNORECASE)
    return {table for table, text in dump().items() if wanted.search(text)}


def row_of(address, **more):
    told = {"name": NAME, "address": address, "username": USERNAME, "country": COUNTRY_WORDS, "learns": "Surveys"}
    return {**told, "zone": f"zone of {NAME}", **more}


def bring(coordinator, *rows, content=None):
    content = content or file_of(*rows)
    upload = uploads.bring_file(name="old.csv", content=content, by=coordinator, now=NOW)
    uploads.work_waiting(now=NOW)
    return ImportUpload.objects.get(pk=upload.pk)


def apply(upload, coordinator):
    uploads.apply_upload(upload=upload, by=coordinator, now=NOW)
    uploads.work_waiting(now=NOW)


@pytest.fixture
def traces(db, client):
    """Somebody of whom every table tells, and who proved a second address under which an import lies unclaimed."""
    loading.load_reference_data()
    coordinator = make_coordinator()
    member = make_somebody()
    EmailAddress.objects.create(user=member, email="second-nest@example.org", verified=True)
    other = {"name": "Olga", "address": "olga@example.org", "country": "Ukraine", "zone": "Somewhere"}
    applied = bring(coordinator, row_of("Second-Nest@EXAMPLE.org"), other)
    apply(applied, coordinator)
    left = Registration.objects.get(imported_address="second-nest@example.org")
    assert left.member is None
    ClaimInvitation.objects.create(
        registration=left, address="second-nest@example.org", invited_by=coordinator, invited_at=NOW, expires_at=NOW
    )
    bring(coordinator, other, row_of("ZebraFinch@example.ORG"))
    bring(coordinator, content=file_of(other, row_of("zebrafinch@example.org")).decode().encode("utf-16"))
    make_letter(to=None, address="second-nest@example.org")
    return {"member": member, "coordinator": coordinator}


def test_somebody_whom_every_table_knows_is_nowhere_after_deleting(traces):
    assert {"registrations_importedrow", "registrations_importupload", "registrations_registration"} <= where(*WORDS)

    erasing.erase_member(member=traces["member"], by=traces["member"], now=NOW)

    assert where(*WORDS) == {"registrations_group"}  # a name made up for the group; it is nobody's
    check_that_others_stay()
    check_that_the_old_file_brings_nobody_back(traces["coordinator"])


def check_that_others_stay():
    """What others wrote in the same files is still there."""
    assert Registration.objects.filter(name="Olga", imported_address="olga@example.org").exists()
    applied, *waiting = ImportUpload.objects.order_by("pk")
    assert any("Somewhere" in str(line) for line in applied.lines)
    assert [(upload.state, bool(upload.failure)) for upload in waiting] == [("failed", True)] * 2


def check_that_the_old_file_brings_nobody_back(coordinator):
    again = bring(coordinator, row_of("second-nest@example.org"))
    apply(again, coordinator)

    assert not Registration.objects.exclude(imported_address="").filter(name=NAME).exists()
    assert ImportedKey.objects.filter(kind="address").count() == 3  # hashed, and kept for this


@pytest.mark.parametrize(
    ("cell", "is_theirs"),
    [
        ("write to zebra@example.org!", True),
        ("“Zebra@Example.ORG”", True),
        ("mailto:zebra@example.org?subject=hello", True),
        ("zebra@example.org/zebra", True),
        ("zebra@example.org: always", True),
        ('"zebra"@example.org', True),
        ("-zebra@exam\u00adple.org.", True),
        ("zebra@example.org.uk", False),
        ("zebra@example.organic", False),
        ("xzebra@example.org", False),
        ("le.zebra@example.org", False),
    ],
)
def test_a_file_is_given_up_for_the_address_in_it_whatever_stands_around_it(db, cell, is_theirs):
    member = make_member(email="zebra@example.org")
    upload = ImportUpload.objects.create(
        file_name="old.csv", size=1, content=cell.encode(), uploaded_by=member, uploaded_at=NOW, asked_at=NOW
    )

    erasing.erase_member(member=member, by=member, now=NOW)

    upload.refresh_from_db()
    assert (upload.content is None) is is_theirs


def test_an_address_that_was_only_typed_finds_nothing(db):
    """A wiki, or a form, may say any address; who says it may neither read nor delete what lies under it."""
    loading.load_reference_data()
    coordinator = make_coordinator()
    apply(bring(coordinator, row_of("victim@example.org")), coordinator)
    thief = make_member(email="victim@example.org")
    EmailAddress.objects.create(user=thief, email="victim@example.org", verified=False)
    browser = Client()
    browser.force_login(thief)

    file = browser.get(reverse("registrations:data-download", args=["json"])).content.decode()
    erasing.erase_member(member=thief, by=thief, now=NOW)

    assert NAME not in file
    assert Registration.objects.get(member=None).name == NAME


def test_my_data_tells_of_the_import_nobody_took_over(traces, client):
    client.force_login(traces["member"])

    told = json.loads(client.get(reverse("registrations:data-download", args=["json"])).content)["sections"]

    rows = {section["key"]: section["rows"] for section in told}
    assert [row["imported_address"] for row in rows["unclaimed_registration"]] == ["second-nest@example.org"]
    assert any(USERNAME in str(row["raw"]) for row in rows["importedrow"])
    assert "olga@example.org" not in json.dumps(told)
    traces["member"].speak("en")
    page = client.get(reverse("registrations:my-data")).content.decode()
    assert "From the old form, not taken over" in page


def test_what_they_typed_in_a_browser_that_asked_for_their_code_goes_too(db, mailoutbox):
    member, browser = make_member(email="zebrafinch@example.org"), Client()
    browser.post(reverse("registrations:registration-step", args=["you"]), {"name": NAME})
    browser.post(reverse("registrations:sign-in"), {"email": "Zebrafinch@example.org", "zone": "UTC"})
    assert "registrations_keptanswers" in where(NAME)

    erasing.erase_member(member=member, by=member, now=NOW)

    assert where("zebrafinch") == set()


def test_what_they_typed_and_then_signed_in_goes_too(db, mailoutbox):
    browser = Client()
    browser.post(reverse("registrations:registration-step", args=["you"]), {"name": NAME})
    browser.post(reverse("registrations:sign-in"), {"email": "zebrafinch@example.org", "zone": "UTC"})
    code = re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]
    browser.post(reverse("registrations:sign-in-code"), {"code": code})
    member = Member.objects.get(email="zebrafinch@example.org")
    assert KeptAnswers.objects.get().member == member

    erasing.erase_member(member=member, by=member, now=NOW)

    assert where("zebrafinch") == set()
    assert browser.get(reverse("registrations:my-data")).status_code == 302


def test_a_visitors_session_says_nothing_of_them(db, mailoutbox):
    browser = Client()
    browser.post(reverse("registrations:registration-step", args=["you"]), {"name": NAME})
    browser.post(reverse("registrations:sign-in"), {"email": "zebrafinch@example.org", "zone": "UTC"})

    assert Session.objects.exists()
    assert "django_session" not in where(NAME, "zebrafinch")


def test_erasing_reads_no_session(db, django_assert_num_queries):
    member = make_member()
    Client().force_login(member)
    with connection.execute_wrapper(_refuse_sessions):
        erasing.erase_member(member=member, by=member, now=NOW)


def _refuse_sessions(execute, sql, params, many, context):
    assert "django_session" not in sql
    return execute(sql, params, many, context)


def test_headings_are_those_of_the_old_form():
    assert {"name", "address", "username", "country", "learns", "zone"} <= set(HEADINGS)
    assert visitors.AT_ONCE >= 100


@pytest.mark.parametrize(
    ("told", "is_theirs"),
    [
        ("NAME@Xn--Strae-Oqa.de", True),
        ("name@straße.de", True),
        ("Name@STRASSE.de", False),
        ("name2@xn--strae-oqa.de", False),
    ],
)
def test_an_import_nobody_took_over_is_found_however_its_address_was_typed(db, told, is_theirs):
    member = make_member(email="name@straße.de")
    left = make_registration(member=None, state="submitted", source="import", imported_address=told, name="Zebrafinch")
    assert [one.pk for one in proved_by(member).unclaimed] == ([left.pk] if is_theirs else [])

    erasing.erase_member(member=member, by=member, now=NOW)

    left.refresh_from_db()
    assert (left.name, left.imported_address) == (("", "") if is_theirs else ("Zebrafinch", told))
