"""The registration form, as a person fills it in: nothing typed is lost, nothing is half-written."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.domain import ConsentDocument, RegistrationState
from registrations.models import Registration, Role
from registrations.tests import factories

pytestmark = pytest.mark.django_db
URL = reverse("registrations:registration-edit")
ROWS = ("languages", "offers", "wishes", "windows")


def typed(*, version=0, rows=None, **fields):
    """What a browser sends: every field of the page, with the given ones changed."""
    role, _made = Role.objects.get_or_create(slug="volunteer")
    data = {
        "version": version,
        "name": "Amina",
        "country": "TN",
        "region": "",
        "group_id": "",
        "group_other": "",
        "role_id": role.pk,
        "zone": "Africa/Tunis",
        "can_help": 2,
        "can_learn_from": 1,
        "region_wish": "either",
        "away_until": "",
        "contact_way": "email",
        "contact_text": "",
        "agrees_to_conduct": "on",
        "agrees_to_privacy": "on",
        **fields,
    }
    default = {
        "languages": [{"code": "ar", "level": 6}],
        "offers": [{"skill": factories.make_skill("wikidata").pk, "level": 2}],
        "wishes": [{"skill": factories.make_skill("budgeting").pk, "priority": 3, "why": "For our next grant"}],
        "windows": [{"day": "weekdays", "start": "18:00", "end": "20:00"}],
    }
    for name, lines in {**default, **(rows or {})}.items():
        data |= {f"{name}-TOTAL_FORMS": len(lines), f"{name}-INITIAL_FORMS": 0}
        for number, line in enumerate(lines):
            data |= {f"{name}-{number}-{key}": value for key, value in line.items()}
    return data


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


def submit(client, **changes):
    return client.post(URL, {**typed(**changes), "submit": "1"})


def test_a_submitted_registration_waits_for_review_with_all_that_was_said(signed_in, member):
    response = submit(signed_in)

    registration = Registration.objects.get()
    assert response.url == reverse("home")
    assert (registration.state, registration.region, registration.can_help) == ("submitted", "MENA", 2)
    assert [window.start for window in registration.windows.all()] == [day * 1440 + 1080 for day in range(5)]
    assert registration.wishes.get().why == "For our next grant"
    consents = registration.consents.filter(withdrawn_at=None)
    assert {consent.document for consent in consents} == {
        ConsentDocument.CODE_OF_CONDUCT,
        ConsentDocument.PRIVACY_NOTICE,
    }
    assert all(consent.version and consent.given_at for consent in consents)
    member.refresh_from_db()
    assert (member.name, member.zone, member.region) == ("Amina", "Africa/Tunis", "MENA")


def test_what_was_said_is_shown_again(signed_in):
    submit(signed_in)

    page = signed_in.get(URL).context["page"]

    assert page.main["name"].value() == "Amina"
    assert [row["day"].value() for row in page.rows["windows"]][:5] == ["0", "1", "2", "3", "4"]
    assert page.rows["wishes"][0]["why"].value() == "For our next grant"


def test_a_draft_needs_nothing_and_is_not_for_review(signed_in):
    empty = {name: [] for name in ROWS}
    signed_in.post(
        URL,
        {**typed(rows=empty, name="", country="", role_id="", zone="", agrees_to_conduct=""), "save": "1"},
    )

    assert Registration.objects.get().state == RegistrationState.DRAFT


@pytest.mark.parametrize("field", ["name", "country", "role_id", "zone", "agrees_to_conduct", "agrees_to_privacy"])
def test_submitting_says_at_the_field_what_is_missing(signed_in, field):
    response = submit(signed_in, **{field: ""})

    assert response.status_code == 422
    assert response.context["page"].main.errors[field]
    assert not Registration.objects.exists()


@pytest.mark.parametrize("rows", ["languages", "windows"])
def test_submitting_needs_a_language_and_an_hour(signed_in, rows):
    response = submit(signed_in, rows={rows: []})

    assert response.context["page"].main.non_field_errors()
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("rows", "name", "field"),
    [
        ({"windows": [{"day": "0", "start": "25:00", "end": "99:99"}]}, "windows", "start"),
        ({"windows": [{"day": "0", "start": "18:07", "end": "19:00"}]}, "windows", "start"),
        ({"windows": [{"day": "0", "start": "18:00", "end": "18:00"}]}, "windows", "end"),
        ({"windows": [{"day": "", "start": "18:00", "end": "19:00"}]}, "windows", "day"),
        ({"windows": [{"day": "9", "start": "18:00", "end": "19:00"}]}, "windows", "day"),
        ({"windows": [{"day": "0", "start": "18:00", "end": ""}]}, "windows", "end"),
        ({"offers": [{"skill": "999999", "level": 2}]}, "offers", "skill"),
        ({"offers": [{"skill": "wikidata", "level": 2}]}, "offers", "skill"),
        ({"wishes": [{"skill": "", "priority": 2, "why": "because"}]}, "wishes", "skill"),
        ({"languages": [{"code": "ar", "level": ""}]}, "languages", "level"),
        ({"languages": [{"code": "klingon!", "level": 3}]}, "languages", "code"),
        ({"languages": [{"code": "ar", "level": 3}, {"code": "ar", "level": 2}]}, "languages", "code"),
    ],
)
def test_a_row_that_cannot_be_is_answered_at_its_field_and_stays_typed(signed_in, rows, name, field):
    response = submit(signed_in, rows=rows)

    page = response.context["page"]
    assert any(row.errors.get(field) for row in page.rows[name])
    assert page.main["name"].value() == "Amina"
    for key, value in rows[name][-1].items():
        assert str(page.rows[name].forms[-1][key].value()) == str(value)
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("country", "XX"),
        ("name", "x" * 10_000),
        ("name", "a\x00b"),
        ("group_other", "x" * 10_000),
        ("can_help", "-1"),
        ("can_help", "999"),
        ("can_help", "many"),
        ("away_until", "2026-02-30"),
        ("region_wish", "moon"),
    ],
)
def test_a_value_that_cannot_be_is_answered_at_its_field_and_stays_typed(signed_in, field, value):
    response = submit(signed_in, **{field: value})

    page = response.context["page"]
    assert page.main.errors[field]
    assert page.main[field].value() == value
    assert not Registration.objects.exists()


def test_a_group_is_chosen_or_written_not_both(signed_in):
    from registrations.models import Group

    group = Group.objects.create(slug="wikimedia-tunisia", name="Wikimedia TN", kind="user_group")

    response = submit(signed_in, group_id=group.pk, group_other="Another")

    assert response.context["page"].main.errors["group_other"]


def test_another_way_of_contact_needs_its_words(signed_in):
    response = submit(signed_in, contact_way="talk_page")

    assert response.context["page"].main.errors["contact_text"]


def test_more_rows_keeps_what_was_typed_and_saves_nothing(signed_in):
    response = signed_in.post(URL, {**typed(), "more": "offers"})

    page = response.context["page"]
    assert len(page.rows["offers"].forms) == 3
    assert page.main["name"].value() == "Amina"
    assert not Registration.objects.exists()


def test_emptying_a_row_removes_it(signed_in):
    submit(signed_in)

    submit(signed_in, version=1, rows={"wishes": [{"skill": "", "priority": 3, "why": ""}]})

    assert Registration.objects.get().wishes.count() == 0


def test_a_free_time_over_sunday_midnight_is_stored_as_two_and_shown_as_one(signed_in):
    submit(signed_in, rows={"windows": [{"day": "6", "start": "23:00", "end": "01:30"}]})

    assert list(Registration.objects.get().windows.values_list("start", "end")) == [(0, 90), (10020, 10080)]
    rows = signed_in.get(URL).context["page"].rows["windows"]
    assert [str(rows[0][name].value()) for name in ("day", "start", "end")] == ["6", "23:00:00", "01:30:00"]


def test_a_stale_tab_overwrites_nothing_and_keeps_what_was_typed(signed_in):
    submit(signed_in)
    submit(signed_in, version=1, name="From the first tab")

    response = submit(signed_in, version=1, name="From the second tab")

    page = response.context["page"]
    assert response.status_code == 409
    assert Registration.objects.get().name == "From the first tab"
    assert page.main["name"].value() == "From the second tab"
    assert "another window" in page.main.non_field_errors()[0]
    assert page.main["version"].value() == "2"


def test_a_double_click_changes_nothing_the_second_time(signed_in):
    submit(signed_in)
    before = Registration.objects.values().get()

    response = submit(signed_in)

    assert response.status_code == 302
    assert Registration.objects.values().get() == before


def test_editing_after_approval_stays_approved(signed_in, member):
    factories.make_registration(member=member)

    submit(signed_in, version=1, can_help=5)

    registration = Registration.objects.get(member=member)
    assert (registration.state, registration.can_help) == ("approved", 5)


def test_a_withdrawn_consent_keeps_its_time(signed_in):
    submit(signed_in, wants_newsletter="on")
    submit(signed_in, version=1, wants_newsletter="")

    consent = Registration.objects.get().consents.get(document=ConsentDocument.NEWSLETTER)
    assert consent.withdrawn_at >= consent.given_at


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(client, member):
    response = client.post(URL, {**typed(name="Typed too late"), "submit": "1"})
    assert response.url.startswith(reverse("registrations:sign-in"))

    client.force_login(member)
    page = client.get(URL).context["page"]

    assert page.main["name"].value() == "Typed too late"
    assert page.rows["wishes"][0]["why"].value() == "For our next grant"
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("site", "is_kept"), [("same-origin", True), ("cross-site", False)])
def test_a_form_with_an_old_token_is_kept_unless_another_site_sent_it(member, site, is_kept):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member)

    browser.post(URL, {**typed(name="Typed"), "submit": "1"}, headers={"sec-fetch-site": site})

    assert not Registration.objects.exists()
    assert (browser.get(URL).context["page"].main["name"].value() == "Typed") is is_kept


def test_a_visitor_is_asked_to_sign_in_first(client):
    assert client.get(URL).url == f"{reverse('registrations:sign-in')}?next=%2Fregistration%2F"


def test_the_form_costs_the_same_number_of_queries_with_3_and_with_30_skills(client):
    def cost(count):
        slugs = [f"skill-of-{number}" for number in range(count)]
        client.force_login(factories.make_registration(offers=slugs, wishes=slugs).member)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        return len(queries)

    assert cost(3) == cost(30)


@pytest.mark.parametrize("state", [RegistrationState.SUBMITTED, RegistrationState.APPROVED])
def test_what_was_handed_in_stays_whole_even_when_it_is_saved_for_later(client, member, state):
    registration = factories.make_registration(member=member, state=state, version=1)
    client.force_login(member)
    response = client.post(URL, typed(version=1, save="1", contact_way="other", contact_text="", agrees_to_privacy=""))

    registration.refresh_from_db()
    assert response.status_code == 422
    assert (registration.state, registration.version) == (state, 1)


def test_what_was_sent_back_may_be_saved_unfinished(client, member):
    registration = factories.make_registration(member=member, state=RegistrationState.NEEDS_CHANGES, version=1)
    client.force_login(member)
    client.post(URL, typed(version=1, save="1", contact_way="other", contact_text=""))

    registration.refresh_from_db()
    assert (registration.contact_way, registration.version) == ("other", 2)


def test_a_version_nobody_saved_is_answered_like_a_stale_one(client, member):
    client.force_login(member)

    assert client.post(URL, typed(version=7, save="1")).status_code == 409


@pytest.mark.parametrize("rows", ROWS)
def test_a_form_without_its_count_of_rows_is_answered_with_what_was_typed(client, member, rows):
    client.force_login(member)
    data = {name: value for name, value in typed(submit="1").items() if not name.startswith(rows)}
    response = client.post(URL, data)

    assert response.status_code == 422
    assert b"Amina" in response.content
    assert not Registration.objects.exists()
