"""Home, language, the working group's door and the pages for when something is wrong."""

import pytest
from django.test import Client
from django.urls import path, reverse

from clinics.tests.factories import make_clinic
from letsconnect import urls
from registrations.domain.registrations import RegistrationState
from registrations.tests.factories import make_registration


def broken(request):
    raise RuntimeError("on purpose")


urlpatterns = [*urls.urlpatterns, path("broken/", broken, name="broken")]
handler500 = urls.handler500


@pytest.mark.django_db
def test_a_visitor_is_told_what_this_is_and_where_to_begin(client):
    page = client.get("/").content.decode()

    assert "How it works" in page
    assert "My matches" not in page


def test_a_member_without_a_registration_is_told_so(client, member):
    client.force_login(member)

    assert "You have not registered yet" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RegistrationState.DRAFT, "nobody sees it"),
        (RegistrationState.SUBMITTED, "will look at your registration"),
        (RegistrationState.APPROVED, "next round of matches"),
        (RegistrationState.NEEDS_CHANGES, "Please say more"),
        (RegistrationState.DECLINED, "was not accepted"),
        (RegistrationState.WITHDRAWN, "You withdrew your registration"),
    ],
)
def test_a_member_sees_the_state_of_their_registration_and_what_comes_next(client, member, state, words):
    make_registration(
        member=member, state=state, review_note="Please say more", wishes=["wikidata"], windows=[(600, 720)]
    )
    client.force_login(member)

    assert words in client.get("/").content.decode()


def test_the_home_page_shows_nothing_of_anybody_else(client, member, stranger):
    make_registration(member=stranger, state=RegistrationState.NEEDS_CHANGES, review_note="Only for them")
    client.force_login(member)

    assert "Only for them" not in client.get("/").content.decode()


@pytest.mark.django_db
def test_a_visitors_language_is_kept_in_a_cookie(client):
    response = client.post(reverse("set-language"), {"language": "fr", "next": "/contact/"})

    assert response.headers["Location"] == "/contact/"
    assert '<html lang="fr"' in client.get("/contact/").content.decode()


def test_a_members_language_is_kept_on_the_account(client, member):
    client.force_login(member)
    client.post(reverse("set-language"), {"language": "ar"})

    member.refresh_from_db()
    assert member.language == "ar"
    other_device = Client()
    other_device.force_login(member)
    assert '<html lang="ar" dir="rtl"' in other_device.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org/",
        "javascript:alert(1)",
        "no-such-name",
        "registrations:sign-in",
        "/" + "x" * 5000,
        "",
    ],
)
def test_the_language_switch_never_leads_to_another_site(client, elsewhere):
    response = client.post(reverse("set-language"), {"language": "es", "next": elsewhere})

    assert response.headers["Location"] == "/"


def test_an_unknown_language_is_english_and_asking_by_get_changes_nothing(client, member):
    client.force_login(member)
    client.post(reverse("set-language"), {"language": "klingon"})
    answer = client.get(reverse("set-language"), {"language": "ar"})

    member.refresh_from_db()
    assert (member.language, answer.status_code) == ("en", 405)


@pytest.mark.django_db
@pytest.mark.urls("letsconnect.tests.test_views")
def test_an_error_of_ours_gives_a_page_that_stands_alone():
    response = Client(raise_request_exception=False).get("/broken/")
    page = response.content.decode()

    assert response.status_code == 500
    assert "Something broke" in page
    assert "on purpose" not in page
    assert "<link" not in page
    nonce = page.split('nonce="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained():
    response = Client(enforce_csrf_checks=True).post(reverse("set-language"), {"language": "fr"})

    assert response.status_code == 403
    assert "The form was open too long" in response.content.decode()


@pytest.mark.django_db
def test_the_admin_sends_visitors_to_the_portals_sign_in_and_back(client):
    first = client.get("/admin/registrations/registration/?state=submitted")
    second = client.get(first.headers["Location"])

    assert second.status_code == 302
    assert second.headers["Location"].startswith(reverse("registrations:sign-in"))
    assert "next=/admin/registrations/registration/%3Fstate%3Dsubmitted" in second.headers["Location"]


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "example.org"])
def test_the_admins_door_never_leads_to_another_site(client, liaison, elsewhere):
    visitors = client.get("/admin/login/", {"next": elsewhere}).headers["Location"]
    client.force_login(liaison)

    assert "example.org" not in visitors
    assert client.get("/admin/login/", {"next": elsewhere}).headers["Location"] == "/admin/"


def test_a_member_without_a_seat_is_told_so(client, member):
    client.force_login(member)
    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert "no current seat" in response.content.decode()


def test_the_working_group_enters_and_is_offered_no_password(client, liaison):
    client.force_login(liaison)
    page = client.get("/admin/").content.decode()

    assert "working group" in page
    assert "password" not in page.lower()
    assert client.get("/admin/password_change/").status_code == 404
    assert client.get("/admin/login/", {"next": "/admin/"}).headers["Location"] == "/admin/"


def test_signing_out_of_the_admin_leads_home(client, liaison):
    client.force_login(liaison)
    response = client.post("/admin/logout/")

    assert response.headers["Location"] == "/"
    assert client.get("/admin/").status_code == 302


def test_the_admin_turns_round_in_arabic(client, coordinator):
    coordinator.speak("ar")
    client.force_login(coordinator)

    assert '<html lang="ar" dir="rtl">' in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_the_page_of_signing_in_says_what_it_is_for(client):
    def page_before(path):
        return client.get(path, follow=True).content.decode()

    clinic = make_clinic()
    assert "to the trust team alone" in page_before(reverse("trust:report-clinic", args=[clinic.pk]))
    to_the_call = reverse("clinics:clinic-join", args=[clinic.pk])
    assert "for those who have a seat" in page_before(f"/sign-in/?next={to_the_call}")
    for after in ("feedback-give", "certificate-mine"):
        assert "who were at the clinic" in page_before(reverse(f"clinics:{after}", args=[clinic.pk]))
    for address in ("/sign-in/", "/sign-in/?next=/nowhere/", "/sign-in/?next=//example.org"):
        assert "<strong>" not in page_before(address).split("<h1>")[1].split("<form")[0]
    assert 'data-own-clock="' in page_before(reverse("time-zone"))
