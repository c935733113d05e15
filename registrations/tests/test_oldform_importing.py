"""Importing into a real database: newest wins, twice is once, claimed ones stay, one bad row stops nothing."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from letsconnect.base.encodings import UnreadableFile
from mailings.models import Subscription
from registrations.catalogue import loading
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import RegistrationState
from registrations.models import ImportedKey, ImportedRow, Registration, Skill
from registrations.oldform.importing import OLD_FORM, import_registrations
from registrations.oldform.reading.columns import HEADINGS
from registrations.tests import factories
from registrations.tests.factories import NOW

SAMPLE = Path(__file__).parent / "data" / "old_form.csv"
ANA = {
    "written_at": "2023/05/19 15:54:00",
    "username": "Ana",
    "name": "Ana",
    "address": "ana@example.org",
    "role": "Board member",
    "group": "Wikimedia Chile",
    "country": "Chile",
    "languages": "Español (N), English-3",
    "zone": "America/Santiago",
    "windows": "Mon 18:00-20:00; Mon 19:00-21:00; Sun 22:00-02:00",
    "shares": "Wikidata, Facilitation",
    "learns": "Surveys",
    "clinic": "Yes",
    "sessions": "2",
    "newsletter": "Yes",
    "consent": "I agree",
}


@pytest.fixture(scope="module")
def _reference_data(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load_reference_data()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def seed(_reference_data, db):
    """Skills, groups and roles, loaded once for the module: what a test does to them is undone."""


def file_of(*told, header=tuple(HEADINGS)):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([HEADINGS[field][0] for field in header])
    writer.writerows([row.get(field, "") for field in header] for row in told)
    return out.getvalue().encode()


def take(*told, now=NOW, **options):
    return import_registrations(content=file_of(*told), by=None, now=now, **options)


def counts(outcome):
    return outcome.imported, outcome.merged, outcome.unchanged, outcome.rejected


def row_counts():
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


def test_every_fact_of_a_row_arrives():
    outcome = take(ANA)

    registration = Registration.objects.get()
    assert counts(outcome) == (1, 0, 0, 0)
    assert registration.member is None
    assert (registration.name, registration.country, registration.region) == ("Ana", "CL", "LAC")
    assert (registration.group.slug, registration.role.slug) == ("wikimedia-chile", "board-member")
    assert (registration.zone, registration.can_help, registration.can_learn_from) == ("America/Santiago", 2, 1)
    assert (registration.wikimedia_username, registration.imported_address) == ("Ana", "ana@example.org")
    assert set(registration.offers.values_list("skill__slug", "would_host")) == {
        ("wikidata", True),
        ("facilitation", True),
    }
    assert list(registration.wishes.values_list("skill__slug", flat=True)) == ["surveys"]
    assert dict(registration.spoken_languages.values_list("code", "level")) == {"es": 6, "en": 3}
    assert list(registration.windows.values_list("start", "end")) == [(0, 120), (1080, 1260), (9960, 10080)]
    assert set(registration.imported_consents.values_list("document", "version", "given_at")) == {
        (ConsentDocument.CODE_OF_CONDUCT, OLD_FORM, datetime(2023, 5, 19, 15, 54, tzinfo=UTC))
    }
    newsletter = Subscription.objects.get()
    assert (newsletter.address, newsletter.member, newsletter.lists) == ("ana@example.org", None, ["wants_newsletter"])
    assert (newsletter.source, newsletter.state) == ("old_form", "unconfirmed")
    assert newsletter.agreed_at == datetime(2023, 5, 19, 15, 54, tzinfo=UTC)
    assert (newsletter.language, newsletter.zone) == ("es", "America/Santiago")
    assert registration.imported_row.raw["When are you usually free?"] == ANA["windows"]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, RegistrationState.SUBMITTED),
        ({"zone": "", "country": "Tunisia"}, RegistrationState.SUBMITTED),
        ({"consent": ""}, RegistrationState.DRAFT),
        ({"consent": "No"}, RegistrationState.DRAFT),
        ({"consent": "Maybe"}, RegistrationState.DRAFT),
        ({"address": "n/a"}, RegistrationState.DRAFT),
        ({"address": "ana@example"}, RegistrationState.DRAFT),
        ({"languages": "Elvish"}, RegistrationState.DRAFT),
        ({"zone": ""}, RegistrationState.DRAFT),
        ({"windows": ""}, RegistrationState.DRAFT),
        ({"shares": "", "learns": ""}, RegistrationState.DRAFT),
    ],
)
def test_only_a_whole_row_with_consent_and_address_waits_for_review(changes, state):
    outcome = take(ANA | changes)

    registration = Registration.objects.get()
    assert outcome.rejected == 0
    assert registration.state == state
    assert (registration.submitted_at is not None) == (state == RegistrationState.SUBMITTED)


def test_no_sessions_means_nobody_at_once():
    take(ANA | {"sessions": "0"})

    assert Registration.objects.filter(can_help=0, can_learn_from=0).exists()


@pytest.mark.parametrize("sessions", ["999", "-1", "1e9"])
def test_what_is_not_believed_is_not_taken_over(sessions):
    take(ANA | {"sessions": sessions, "country": "Earth", "zone": "Mars/Olympus", "windows": "25:00-99:99"})

    registration = Registration.objects.get()
    assert (registration.can_help, registration.country, registration.zone) == (1, "", "")
    assert not registration.windows.exists()
    assert registration.imported_row.raw["1:1 sessions a month"] == sessions


def test_the_newest_row_wins_as_a_whole():
    newer = {"written_at": "2024/01/01 10:00:00", "address": "ANA@example.org", "country": "Peru"}

    outcome = take(newer, ANA)

    registration = Registration.objects.get()
    assert counts(outcome) == (1, 1, 0, 0)
    assert (registration.country, registration.name, registration.offers.count()) == ("PE", "", 0)


def test_importing_twice_changes_nothing():
    older = ANA | {"written_at": "2022/01/01 10:00:00", "country": "Peru"}
    nobody = {"country": "Peru", "name": "Somebody"}
    take(ANA, older, nobody)
    before = row_counts(), list(Registration.objects.order_by("pk").values()), list(ImportedRow.objects.values())

    outcome = take(ANA, older, nobody, now=NOW + timedelta(days=1))

    assert counts(outcome) == (0, 1, 2, 0)
    assert before == (
        row_counts(),
        list(Registration.objects.order_by("pk").values()),
        list(ImportedRow.objects.values()),
    )


def test_a_later_file_replaces_with_what_is_newer_only():
    take(ANA)

    assert counts(take(ANA | {"written_at": "2022/01/01 10:00:00", "country": "Peru"})) == (0, 1, 0, 0)
    assert Registration.objects.get().country == "CL"
    assert counts(take(ANA | {"written_at": "", "country": "Peru"})) == (0, 1, 0, 0)
    assert Registration.objects.get().country == "CL"
    assert counts(take(ANA | {"written_at": "2024/01/01 10:00:00", "country": "Peru"})) == (1, 0, 0, 0)
    assert Registration.objects.get().country == "PE"


def test_a_person_without_an_address_is_found_again_by_the_username():
    take(ANA | {"address": ""})

    outcome = take(ANA | {"written_at": "2024/01/01 10:00:00"})

    assert counts(outcome) == (1, 0, 0, 0)
    assert Registration.objects.get().imported_address == "ana@example.org"


def test_somebody_elses_address_is_somebody_else_whatever_the_username():
    take(ANA)

    take(ANA | {"address": "other@example.org", "written_at": "2024/01/01 10:00:00"})

    assert set(Registration.objects.values_list("imported_address", flat=True)) == {
        "ana@example.org",
        "other@example.org",
    }


def test_two_persons_of_a_file_who_are_one_in_the_portal_settle_on_the_newest():
    take(ANA)
    told = [
        ANA,
        ANA | {"address": "other@example.org"},
        ANA | {"address": "", "written_at": "2024/01/01 10:00:00", "country": "Peru"},
    ]

    assert counts(take(*told)) == (2, 1, 0, 0)
    assert counts(take(*told)) == (0, 1, 2, 0)
    assert sorted(Registration.objects.values_list("country", flat=True)) == ["CL", "PE"]


def test_a_claimed_registration_is_never_changed():
    take(ANA)
    member = factories.make_member()
    Registration.objects.update(member=member, claimed_at=NOW)
    before = Registration.objects.values().get()

    outcome = take(ANA | {"written_at": "2024/01/01 10:00:00", "country": "Peru", "shares": ""})

    assert counts(outcome) == (0, 0, 1, 0)
    assert Registration.objects.values().get() == before
    assert Registration.objects.get().offers.count() == 2


def test_an_erased_person_does_not_come_back_with_the_old_file():
    take(ANA)
    member = factories.make_member(email=None, is_active=False, erased_at=NOW)
    Registration.objects.update(member=member, name="", wikimedia_username="", imported_address="", country="")
    ImportedRow.objects.update(raw={})

    outcome = take(ANA, ANA | {"address": "", "written_at": "2024/01/01 10:00:00"})

    assert counts(outcome) == (0, 1, 1, 0)
    assert Registration.objects.get().name == ""


@pytest.mark.parametrize("state", [RegistrationState.WITHDRAWN, RegistrationState.DECLINED])
def test_what_was_ended_by_a_person_is_not_opened_again(state):
    take(ANA)
    Registration.objects.update(state=state)

    outcome = take(ANA | {"written_at": "2024/01/01 10:00:00", "country": "Peru"})

    assert counts(outcome) == (0, 0, 1, 0)
    assert Registration.objects.get().state == state


def test_a_newer_row_of_an_approved_one_waits_for_review_again(coordinator):
    take(ANA)
    Registration.objects.update(state=RegistrationState.APPROVED, reviewed_at=NOW, reviewed_by=coordinator)

    take(ANA | {"written_at": "2024/01/01 10:00:00", "country": "Peru", "zone": "America/Lima"})

    registration = Registration.objects.get()
    assert (registration.state, registration.reviewed_by) == (RegistrationState.SUBMITTED, None)


def test_blank_and_unreadable_rows_are_rejected_with_their_reason():
    outcome = take(ANA, {}, {"country": "Earth", "sessions": "999"}, {"written_at": "2024/01/01 10:00:00"})

    assert counts(outcome) == (1, 0, 0, 3)
    reasons = {line.row: line.what_was_made_of_it for line in outcome.lines if line.certainty == "rejected"}
    assert reasons == {
        3: "blank row",
        4: "nothing in the row could be read",
        5: "nothing in the row could be read",
    }


def test_a_row_the_database_refuses_does_not_stop_the_rest():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registrations_registration ADD CONSTRAINT no_peru CHECK (country <> 'PE')")
    bad = {"address": "bad@example.org", "country": "Peru", "shares": "Wikidata"}
    newer_of_ana = ANA | {"written_at": "2024/01/01 10:00:00", "country": "Peru"}

    outcome = take(bad, ANA, newer_of_ana, ANA | {"address": "bob@example.org", "username": "Bob"})

    assert counts(outcome) == (2, 0, 0, 2)
    assert set(Registration.objects.values_list("imported_address", "country")) == {
        ("ana@example.org", "CL"),
        ("bob@example.org", "CL"),
    }
    assert any("no_peru" in line.what_was_made_of_it for line in outcome.lines)


def test_a_merged_skill_is_imported_as_its_heir_and_a_retired_one_is_not():
    heir = Skill.objects.get(slug="wikidata")
    Skill.objects.filter(slug="wikibase").update(state="merged", merged_into=heir)
    Skill.objects.filter(slug="podcasting").update(state="retired")

    take(ANA | {"shares": "Wikibase; Wikidata; Podcasting"})

    assert list(Registration.objects.get().offers.values_list("skill__slug", flat=True)) == ["wikidata"]


def test_a_dry_run_writes_nothing_and_reports_the_same():
    before = row_counts()
    dry = import_registrations(content=SAMPLE.read_bytes(), by=None, now=NOW + timedelta(days=300), is_dry_run=True)
    assert row_counts() == before

    real = import_registrations(content=SAMPLE.read_bytes(), by=None, now=NOW + timedelta(days=300))
    assert real.as_json() == dry.as_json()
    assert real.lines == dry.lines
    assert row_counts() != before


def test_the_counts_always_add_up_to_the_rows():
    for _ in range(2):
        outcome = import_registrations(content=SAMPLE.read_bytes(), by=None, now=NOW + timedelta(days=300))
        assert sum(counts(outcome)) == outcome.rows == 41

    assert Registration.objects.count() == ImportedRow.objects.count() == outcome.unchanged
    assert outcome.imported == 0


def test_the_log_says_who_imported(coordinator):
    import_registrations(content=file_of(ANA), by=coordinator, now=NOW)

    act = apps.get_model("base.Act").objects.get(verb="import_registration")
    assert (act.actor, act.object_id, act.became) == (coordinator, Registration.objects.get().pk, "submitted")


def test_keys_do_not_show_who_it_is():
    take(ANA)

    assert ImportedKey.objects.count() == 2
    assert not ImportedKey.objects.filter(digest__contains="ana").exists()


def test_another_file_changes_nothing():
    with pytest.raises(UnreadableFile):
        import_registrations(content=b"a,b\n1,2\n", by=None, now=NOW)


def test_the_command_prints_json_last_and_writes_the_report(tmp_path):
    out, report = io.StringIO(), tmp_path / "report.csv"

    call_command("import_registrations", SAMPLE, "--json", "--report", report, stdout=out)

    told = json.loads(out.getvalue().splitlines()[-1])
    assert list(told) == [
        "rows",
        "imported",
        "merged",
        "unchanged",
        "rejected",
        "cells_understood",
        "cells_guessed",
        "cells_unread",
    ]
    assert told["rows"] == told["imported"] + told["merged"] + told["unchanged"] + told["rejected"]
    read = told["cells_understood"] + told["cells_guessed"]
    assert read / (read + told["cells_unread"]) >= 0.9  # the rows were chosen for their oddities
    lines = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    uncertain = [line for line in lines if line["certainty"] in ("guessed", "unread")]
    assert len(uncertain) == told["cells_guessed"] + told["cells_unread"]
    assert sum(line["certainty"] == "rejected" for line in lines) == told["rejected"]


@pytest.mark.parametrize("content", [None, b"a,b\n1,2\n"])
def test_the_command_says_what_is_wrong_with_a_file(tmp_path, content):
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=r"cannot be read|not an export"):
        call_command("import_registrations", path)
