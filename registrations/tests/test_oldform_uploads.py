"""The import desk: bring a file, see what it would do, import it; and the invitations that follow."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.models import Act, MassAct
from letsconnect.tests import mass_acts
from letsconnect.tests.at_once import at_once
from letsconnect.tests.opened import as_opened, hidden_in
from registrations import tasks
from registrations.catalogue import loading
from registrations.domain.registrations import NotYours, UploadRefused
from registrations.models import ClaimInvitation, ImportUpload, Registration
from registrations.oldform import claims, uploads
from registrations.oldform.reading.columns import HEADINGS
from registrations.tests import factories
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
LIST = reverse("admin:registrations_importupload_changelist")
ADD = reverse("admin:registrations_importupload_add")
INVITATIONS = reverse("admin:registrations_claiminvitation_changelist")
OLGA = {"name": "Olga", "address": "olga@example.org", "country": "Ukraine", "learns": "Surveys", "zone": "Somewhere"}


def file_of(*told):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([names[0] for names in HEADINGS.values()])
    writer.writerows([row.get(field, "") for field in HEADINGS] for row in told)
    return out.getvalue().encode()


def bring(by, content=None, **options):
    values = {"name": "old.csv", "content": content or file_of(OLGA), "by": by, "now": NOW, **options}
    return uploads.bring_file(**values)


def bring_and_read(by, content=None):
    """Bring a file and let the worker read it."""
    upload = bring(by, content)
    uploads.work_waiting(now=NOW)
    upload.refresh_from_db()
    return upload


def page_url(upload, name="change"):
    return reverse(f"admin:registrations_importupload_{name}", args=[upload.pk])


def test_a_file_is_read_looked_at_and_imported(client, coordinator):
    loading.load_reference_data()
    client.force_login(coordinator)

    response = client.post(ADD, {"file": SimpleUploadedFile("old.csv", file_of(OLGA, {**OLGA, "group": "=1+1"}))})

    upload = ImportUpload.objects.get()
    assert response.url == page_url(upload)
    assert (upload.state, upload.counts) == ("checking", {})  # no page reads a file
    assert "reloads by itself" in client.get(page_url(upload)).content.decode()
    tasks.work_uploads()
    upload.refresh_from_db()
    assert (upload.state, upload.counts["imported"], upload.counts["merged"]) == ("checked", 1, 1)
    assert not Registration.objects.exists()
    page = client.get(page_url(upload)).content.decode()
    assert "Somewhere" in page
    assert "not understood" in page
    report = client.get(page_url(upload, "report")).content.decode("utf-8-sig")
    assert "'=1+1" in report
    coordinator.speak("es")
    in_spanish = client.get(page_url(upload, "report")).content.decode("utf-8-sig")
    assert in_spanish.splitlines()[0] == "Fila,Columna,Qué dice,Con qué certeza,Qué se hizo con ello"
    assert "no entendida" in in_spanish and "unread" not in in_spanish
    coordinator.speak("en")

    client.post(page_url(upload, "apply"))
    tasks.work_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.content, upload.applied_by) == ("applied", None, coordinator)
    registration = Registration.objects.get()
    assert (registration.name, registration.country, registration.state) == ("Olga", "UA", "draft")
    assert [act.verb for act in Act.objects.filter(actor=coordinator).order_by("pk")] == [
        "bring_file",
        "apply_file",
        "import_registration",
    ]
    assert client.get(page_url(upload)).status_code == 200


def test_importing_twice_imports_once(client, coordinator):
    upload = bring_and_read(coordinator)
    uploads.apply_upload(upload=upload, by=coordinator, now=NOW)
    uploads.work_waiting(now=NOW)

    with pytest.raises(UploadRefused):
        uploads.apply_upload(upload=upload, by=coordinator, now=NOW)
    client.force_login(coordinator)
    said = client.post(page_url(upload, "apply"), follow=True).content.decode()
    assert "Nothing was done: look at it as it is now" in said
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("sheet.xlsx", b"PK\x03\x04" + b"x" * 100, "spreadsheet file"),
        ("other.csv", b"a,b\n1,2\n", ""),
        ("large.csv", b"x" * 2000, "larger than"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_at_the_field(client, coordinator, monkeypatch, name, content, said):
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    client.force_login(coordinator)

    page = client.post(ADD, {"file": SimpleUploadedFile(name, content)})

    assert page.status_code == 200
    assert said in str(page.context["form"].errors["file"])
    assert not ImportUpload.objects.exists()


def test_a_file_too_large_or_foreign_is_refused_by_the_action_too(coordinator, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 10)

    with pytest.raises(UploadRefused, match="larger"):
        bring(coordinator)


def test_every_file_waits_for_a_worker(coordinator, client):
    upload = bring(coordinator)
    assert upload.state == "checking"
    client.force_login(coordinator)
    assert "reloads by itself" in client.get(page_url(upload)).content.decode()
    with pytest.raises(UploadRefused):
        uploads.apply_upload(upload=upload, by=coordinator, now=NOW)

    tasks.work_uploads()
    upload.refresh_from_db()
    assert (upload.state, Registration.objects.count()) == ("checked", 0)

    assert uploads.apply_upload(upload=upload, by=coordinator, now=NOW).state == "applying"
    assert uploads.work_waiting(now=NOW) == 1
    upload.refresh_from_db()
    assert (upload.state, upload.content, Registration.objects.count()) == ("applied", None, 1)
    assert uploads.work_waiting(now=NOW) == 0


def test_a_file_that_turns_out_unreadable_fails_and_is_dropped(coordinator):
    upload = ImportUpload.objects.create(
        file_name="x.csv", size=3, content=b"%PDF", uploaded_by=coordinator, uploaded_at=NOW, asked_at=NOW
    )

    uploads.work_waiting(now=NOW)

    upload.refresh_from_db()
    assert (upload.state, upload.content) == ("failed", None)
    assert "PDF" in upload.failure


def test_the_sweep_wakes_a_worker_for_overlooked_files_and_forgets_old_ones(coordinator):
    bring(coordinator)

    assert uploads.nudge_overlooked(NOW) == 0
    assert uploads.nudge_overlooked(NOW + timedelta(minutes=2)) == 1
    assert uploads.forget_old_uploads(NOW + timedelta(days=7)) == 0
    assert uploads.forget_old_uploads(NOW + timedelta(days=7, minutes=1)) == 1
    assert not ImportUpload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_import_a_file_once():
    coordinator = factories.make_coordinator()
    upload = bring(coordinator)
    uploads.work_waiting(now=NOW)
    uploads.apply_upload(upload=upload, by=coordinator, now=NOW)

    done = at_once(*[lambda: uploads.work_waiting(now=NOW)] * 3)

    assert sorted(done) == [0, 0, 1]
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("member", 302), ("liaison", 403)])
def test_files_are_for_coordinators(client, request, coordinator, who, status):
    upload, person = bring_and_read(coordinator), request.getfixturevalue(who)
    client.force_login(person)

    for url in (LIST, ADD, page_url(upload), page_url(upload, "report"), INVITATIONS):
        assert client.get(url).status_code == status
    assert client.post(page_url(upload, "apply")).status_code == status
    with pytest.raises(NotYours):
        bring(person)
    with pytest.raises(NotYours):
        uploads.apply_upload(upload=upload, by=person, now=NOW)
    assert not Registration.objects.exists()


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_of_files_costs_the_same_number_of_queries(client, coordinator, count, django_assert_num_queries):
    for number in range(count):
        ImportUpload.objects.create(
            file_name=f"{number}.csv", size=1, content=b"x", uploaded_by=coordinator, uploaded_at=NOW, asked_at=NOW
        )
    client.force_login(coordinator)
    client.get(LIST)

    with django_assert_num_queries(5):
        client.get(LIST)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "new"}, "registrations_"),
        ({"content": None}, "registrations_upload_keeps_its_file_until_done"),
        ({"state": "failed"}, "registrations_upload_keeps_its_file_until_done"),
        ({"state": "applying"}, "registrations_applied_upload_names_who"),
        ({"state": "applying", "is_sure_of_letters": False}, "registrations_"),
    ],
)
def test_an_upload_keeps_its_rules(coordinator, fields, constraint):
    upload = bring_and_read(coordinator)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ImportUpload.objects.filter(pk=upload.pk).update(**fields)


@pytest.fixture
def invitations(coordinator):
    """One invitation in each state, made so that it is so today."""
    now, made = timezone.now(), {}
    for name, age in (("invited", 1), ("reminded", 10), ("claimed", 2), ("expired", 40)):
        registration = make_registration(source="import", state="submitted", imported_address=f"{name}@example.org")
        made[name] = claims.invite_to_claim(registration=registration, by=coordinator, now=now - timedelta(days=age))
    ClaimInvitation.objects.filter(pk=made["reminded"].pk).update(reminded_at=now)
    Registration.objects.filter(pk=made["claimed"].registration_id).update(member=factories.make_member())
    ClaimInvitation.objects.filter(pk=made["claimed"].pk).update(used_at=now)
    return made


def test_what_became_of_each_invitation_is_shown_and_filtered(client, coordinator, invitations):
    client.force_login(coordinator)

    for name, invitation in invitations.items():
        rows = list(client.get(INVITATIONS, {"state": name}).context["cl"].result_list)
        assert rows == [invitation]
        page = client.get(reverse("admin:registrations_claiminvitation_change", args=[invitation.pk]))
        assert f"{name}@example.org" in page.content.decode()


def test_only_expired_invitations_are_sent_again(client, coordinator, invitations):
    client.force_login(coordinator)
    chosen = [invitation.pk for invitation in invitations.values()]

    client.post(INVITATIONS, {"action": "invite_again", "_selected_action": chosen})
    page = mass_acts.begin(client)

    assert dict(page.context["counts"]) == {"done": 1, "not done": 3}
    assert "belongs to somebody already" in page.content.decode()
    invitations["expired"].refresh_from_db()
    assert invitations["expired"].expires_at > timezone.now()


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_of_invitations_costs_the_same_number_of_queries(
    client, coordinator, count, django_assert_num_queries
):
    for number in range(count):
        registration = make_registration(source="import", state="draft", imported_address=f"{number}@example.org")
        claims.invite_to_claim(registration=registration, by=coordinator, now=NOW)
    client.force_login(coordinator)
    client.get(INVITATIONS, {"all": ""})

    with django_assert_num_queries(6):
        client.get(INVITATIONS, {"all": ""})


GARBLED = (
    "Email Address,Username,Full name,Country or territory,Group / affiliation\n"
    "a@b.org,سارة,سارة,مصر,\nb@b.org,Bob,Bob,Chile,\n"
).encode("cp1256")


def test_a_guessed_code_page_is_asked_about_and_nothing_of_it_is_understood(client, coordinator):
    upload = bring_and_read(coordinator, GARBLED)
    client.force_login(coordinator)

    assert upload.counts["cells_understood"] == 0
    page = client.get(page_url(upload)).content.decode()
    assert "Windows-1256 (Arabic)" in page
    assert "سارة" in page
    assert page_url(upload, "apply") not in page
    with pytest.raises(UploadRefused, match="code page"):
        uploads.apply_upload(upload=upload, by=coordinator, now=NOW)
    with pytest.raises(IntegrityError, match="registrations_no_import_by_a_guessed_code_page"), transaction.atomic():
        ImportUpload.objects.filter(pk=upload.pk).update(state="applying", applied_by=coordinator)

    client.post(page_url(upload, "encoding"), {"encoding": "cp1256"})
    uploads.work_waiting(now=NOW)

    upload.refresh_from_db()
    assert (upload.state, upload.is_sure_of_letters, upload.encoding) == ("checked", True, "cp1256")
    assert upload.counts["cells_understood"] == 8
    client.post(page_url(upload, "apply"))
    uploads.work_waiting(now=NOW)
    assert set(Registration.objects.values_list("name", "country")) == {("سارة", "EG"), ("Bob", "CL")}


@pytest.mark.parametrize("chosen", ["", "utf-8", "rot13", "idna", "hex"])
def test_only_a_code_page_that_was_offered_is_chosen(client, coordinator, chosen):
    upload = bring_and_read(coordinator, GARBLED)
    client.force_login(coordinator)

    page = client.post(page_url(upload, "encoding"), {"encoding": chosen}, follow=True)

    assert "cannot be read by another code page" in page.content.decode()
    upload.refresh_from_db()
    assert (upload.state, upload.encoding) == ("checked", "")


MORNINGS = {**OLGA, "windows": "mornings", "zone": "Europe/Kyiv"}


def decide(client, upload, **typed):
    url = page_url(upload, "guesses")
    return client.post(url, {**as_opened(client, url), **typed})


def test_the_same_guess_stands_once_and_one_decision_is_for_all_its_rows_but_one(client, coordinator):
    loading.load_reference_data()
    people = [{**MORNINGS, "name": f"Olga {n}", "address": f"olga{n}@example.org"} for n in range(4)]
    upload = bring_and_read(coordinator, file_of(*people))
    client.force_login(coordinator)
    page = client.get(page_url(upload, "guesses"))
    (guess,) = [one for one in page.context["guesses"] if one.text == "mornings"]
    assert len(guess.rows) == 4 and "mornings" in page.content.decode()

    typed = {f"do-{guess.key}": "read", f"as-{guess.key}": "Every day 8:00-12:00"}
    decide(client, upload, **typed, **{f"row-3-{guess.key}": "Monday 18:00-20:00"})
    assert not Registration.objects.exists()
    upload.refresh_from_db()
    assert upload.state == "checking"
    tasks.work_uploads()
    upload.refresh_from_db()

    assert upload.state == "checked" and not [line for line in upload.lines if line[2] == "mornings"]
    client.post(page_url(upload, "apply"), as_opened(client, page_url(upload)))
    tasks.work_uploads()
    hours = {one.name: one.windows.count() for one in Registration.objects.order_by("name")}
    assert hours == {"Olga 0": 7, "Olga 1": 1, "Olga 2": 7, "Olga 3": 7}
    assert "mornings" in str(Registration.objects.get(name="Olga 0").imported_row.raw)  # as it was written


def test_a_guess_is_taken_as_it_is_and_the_decision_taken_back(client, coordinator):
    loading.load_reference_data()
    upload = bring_and_read(coordinator, file_of({**OLGA, "country": "Ukrane"}))
    client.force_login(coordinator)
    guesses = client.get(page_url(upload, "guesses")).context["guesses"]
    (guess,) = [one for one in guesses if one.text == "Ukrane"]
    before = upload.counts["cells_guessed"]

    decide(client, upload, **{f"do-{guess.key}": "accept"})
    tasks.work_uploads()
    upload.refresh_from_db()
    assert upload.counts["cells_guessed"] == before - 1 and len(upload.decisions) == 1
    decide(client, upload, back=guess.key)
    tasks.work_uploads()
    upload.refresh_from_db()

    assert upload.counts["cells_guessed"] == before and upload.decisions == []


def test_what_became_of_each_row_stands_in_one_list(client, coordinator):
    loading.load_reference_data()
    claimed = factories.make_member()
    rows = [OLGA, {**OLGA, "address": "two@example.org"}, {}, {**OLGA, "country": "Poland"}]
    upload = bring_and_read(coordinator, file_of(*rows))
    client.force_login(coordinator)
    assert {one.fate for one in client.get(page_url(upload, "rows")).context["rows"]} == {"made", "older", "refused"}
    uploads.apply_upload(upload=upload, by=coordinator, now=NOW)
    tasks.work_uploads()
    Registration.objects.filter(imported_address="two@example.org").update(member=claimed, claimed_at=NOW)

    page = client.get(page_url(upload, "rows"))
    table = client.get(page_url(upload, "rows"), {"as": "csv", "only": "taken"}).content.decode("utf-8-sig")

    found = [(one.row, one.fate.value, one.standing.value) for one in page.context["rows"]]
    assert found == [(2, "older", "waits"), (3, "made", "taken"), (4, "refused", "none"), (5, "made", "waits")]
    assert table.count("\n") == 2 and "taken over" in table


def fields_in(body):
    """Return the names of all fields that a browser would post."""
    inputs = re.findall(r'<(?:input|textarea|select)[^>]*? name="([^"]+)"', body)
    return {name for name in inputs if name != "back"}


def test_a_page_of_guesses_has_no_more_fields_than_a_form_may_have(client, coordinator):
    loading.load_reference_data()
    people = [
        {**OLGA, "name": f"P{n}", "address": f"p{n}@example.org", "zone": f"Somewhere {n % 25}"} for n in range(1000)
    ]
    upload = bring_and_read(coordinator, file_of(*people))
    client.force_login(coordinator)
    url = page_url(upload, "guesses")
    first = client.get(url)
    pages = first.context["guesses"].paginator
    shown = [guess.key for number in pages.page_range for guess in client.get(url, {"page": number}).context["guesses"]]
    assert len(shown) == len(set(shown)) == 25

    typed = dict.fromkeys(fields_in(first.text), "") | {f"do-{shown[0]}": "empty"}
    response = client.post(url, {**typed, **as_opened(client, url)})

    assert (response.status_code, len(typed) < 700) == (302, True)
    upload.refresh_from_db()
    assert len(upload.decisions) == 1


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_typed_is_lost(client, coordinator):
    loading.load_reference_data()
    people = [
        {**OLGA, "address": "a@example.org", "windows": "whenever", "zone": "Somewhere", "sessions": "-1"},
        {**OLGA, "address": "b@example.org", "windows": "whenever", "zone": "+3", "sessions": "a few"},
    ]
    upload = bring_and_read(coordinator, file_of(*people))
    client.force_login(coordinator)
    keys = {one.text: one.key for one in client.get(page_url(upload, "guesses")).context["guesses"]}
    typed = {
        f"do-{keys['-1']}": "read",
        f"as-{keys['-1']}": "banana",
        f"do-{keys['a few']}": "read",
        f"do-{keys['Somewhere']}": "empty",
        f"as-{keys['Somewhere']}": "Lagos",
        f"as-{keys['whenever']}": "Mondays 8-12",  # and nothing pressed beside it
        f"row-2-{keys['whenever']}": "soon",
        f"as-{keys['+3']}": "UTC+3",  # which the country of a row tells
    }

    page = decide(client, upload, **typed)

    errors = {one.guess.text: one.error for one in page.context["fields"]}
    assert page.status_code == 200 and "All that you typed is still here" in page.text
    assert errors["-1"] == "This cannot be read: not a number of sessions"
    assert errors["a few"] == "Please write how it is to be read."
    assert "leave the field empty" in errors["Somewhere"]
    assert errors["whenever"] == errors["+3"] == ""
    (whenever,) = [one for one in page.context["fields"] if one.guess.text == "whenever"]
    assert (whenever.chosen, "soon" in whenever.rows[0].error, whenever.rows[1].error) == ("read", True, "")
    for words in ("banana", "Lagos", "Mondays 8-12", "soon", "UTC+3"):
        assert f'value="{words}"' in page.text
    upload.refresh_from_db()
    assert (upload.state, upload.decisions) == ("checked", [])

    mended = {f"as-{keys['-1']}": "1", f"as-{keys['a few']}": "2", f"as-{keys['Somewhere']}": ""}
    mended[f"row-2-{keys['whenever']}"] = ""
    said = client.post(page.request["PATH_INFO"], {**hidden_in(page.text), **typed, **mended}, follow=True)

    assert "Your decisions are kept" in said.text
    upload.refresh_from_db()
    assert len(upload.decisions) == 5
    uploads.work_waiting(now=NOW)
    upload.refresh_from_db()
    zone = [line for line in upload.lines if line[2] == "+3"]  # no zone of Ukraine in winter: told, and not as new
    page = client.get(page_url(upload, "guesses"))
    assert [one.guess.text for one in page.context["fields"] if one.decided] == [line[2] for line in zone]
    assert not {"-1", "a few", "whenever"} & {line[2] for line in upload.lines}


def test_what_somebody_decided_is_a_guess_no_more_and_the_page_says_what_it_is_read_as(client, coordinator):
    loading.load_reference_data()
    people = [{**MORNINGS, "address": f"olga{n}@example.org"} for n in range(3)]
    upload = bring_and_read(coordinator, file_of(*people))
    client.force_login(coordinator)
    (key,) = [one.key for one in client.get(page_url(upload, "guesses")).context["guesses"] if one.text == "mornings"]
    before = upload.counts["cells_guessed"]

    decide(client, upload, **{f"do-{key}": "read", f"as-{key}": "8-12", f"row-3-{key}": "Monday 9:00-10:00"})
    uploads.work_waiting(now=NOW)
    upload.refresh_from_db()
    page = client.get(page_url(upload, "guesses"))

    assert upload.counts["cells_guessed"] == before - 3
    assert key not in {one.key for one in page.context["guesses"]}
    read_as = {one["decision"].row: one["read_as"] for one in page.context["decisions"]}
    assert read_as[None].startswith("Mon 08:00–12:00, Tue") and read_as[3] == "Mon 09:00–10:00"
    assert "“8-12”" in page.text or ">8-12</q>" in page.text

    decide(client, upload, back=f"3-{key}")  # the decision on one row only
    upload.refresh_from_db()
    assert [line[2:] for line in upload.decisions] == [[None, "8-12"]]


def test_the_people_of_a_file_and_nobody_else_are_invited_by_one_press(client, coordinator):
    loading.load_reference_data()
    stranger = make_registration(source="import", state="draft", imported_address="other@example.org")
    rows = [{**OLGA, "address": f"{name}@example.org"} for name in ("one", "two", "taken", "invited")]
    upload = bring_and_read(coordinator, file_of(*rows, {**OLGA, "address": "", "username": "Olga"}))
    client.force_login(coordinator)
    client.post(page_url(upload, "invite"), as_opened(client, page_url(upload)))
    assert not MassAct.objects.exists()  # nothing is imported yet
    assert "a new registration" in client.get(page_url(upload, "rows")).text
    uploads.apply_upload(upload=upload, by=coordinator, now=NOW)
    tasks.work_uploads()
    taken, invited = (Registration.objects.get(imported_address=f"{name}@example.org") for name in ("taken", "invited"))
    Registration.objects.filter(pk=taken.pk).update(member=factories.make_member(), claimed_at=NOW)
    claims.invite_to_claim(registration=invited, by=coordinator, now=timezone.now())

    page = client.get(page_url(upload))
    assert "Invite the 2 people of this file" in page.text
    assert page.text.count("default") == 1 and page.text.index("default") < page.text.index("Invite the 2")
    asked = client.post(page_url(upload, "invite"), {"back": page_url(upload)}, follow=True)
    done = mass_acts.begin(client, page_url(upload))

    assert "At most 2 people get an email" in asked.text
    waiting = set(ClaimInvitation.objects.exclude(registration=invited).values_list("address", flat=True))
    assert waiting == {"one@example.org", "two@example.org"}
    assert not stranger.claim_invitations.exists()
    assert done.request["PATH_INFO"] == page_url(upload) and "Nobody of this file is left to invite" in done.text
