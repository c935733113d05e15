"""What a browser sees on the pages that belong to no app."""

import pytest

from letsconnect.tests.browser import WIDTHS
from registrations.domain.registrations import RegistrationState
from registrations.tests.factories import make_coordinator, make_member, make_registration

pytestmark = pytest.mark.browser
PUBLIC = [
    "/",
    "/clinics/",
    "/clinics/fair-hours/",
    "/sign-in/",
    "/code-of-conduct/",
    "/privacy/",
    "/contact/",
    "/no/such/page/",
]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_public_page_is_sound(live_server, open_window, language):
    window = open_window(live_server.url, language=language, widths=WIDTHS)

    for path in PUBLIC:
        page = window.visit(path, status=404 if path == "/no/such/page/" else 200)
        window.screenshot(f"{path.strip('/').replace('/', '-') or 'home'}-{language}")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_members_home_is_sound(live_server, open_window, language):
    member = make_member(name="Nour", language=language, zone="Africa/Tunis")
    make_registration(
        member=member, state=RegistrationState.NEEDS_CHANGES, review_note="Please say which languages you speak."
    )
    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)

    window.visit("/")
    window.screenshot(f"home-member-{language}")
    window.visit("/registration/")
    window.screenshot(f"registration-{language}")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_admin_keeps_to_the_policy(live_server, open_window, language):
    coordinator = make_coordinator(language=language)
    registration = make_registration(offers=["wikidata"], wishes=["facilitation"])
    window = open_window(live_server.url, language=language, member=coordinator)

    for path in (
        "/admin/",
        "/admin/registrations/registration/",
        f"/admin/registrations/registration/{registration.pk}/change/",
        "/admin/registrations/workinggroupseat/add/",
    ):
        window.visit(path, accessible=False)
        window.screenshot(f"{path.strip('/').replace('/', '-')}-{language}".replace(f"-{registration.pk}-", "-"))


def test_the_language_switch_works_without_javascript(live_server, open_window):
    window = open_window(live_server.url, width=360, javascript=False)
    page = window.page
    page.goto(live_server.url + "/contact/")
    page.get_by_label("Language").select_option("fr")
    page.get_by_role("button", name="Change").click()

    assert page.url == live_server.url + "/contact/"
    assert page.locator("html").get_attribute("lang") == "fr"


def test_a_window_knows_nothing_of_the_one_before_it(live_server, open_window, chromium_browser):
    contexts, _loop = chromium_browser
    before = open_window(live_server.url, language="en", member=make_member())
    before.page.goto(live_server.url + "/contact/")
    assert before.page.get_by_role("button", name="Sign out").count() == 1
    contexts.take_back()

    window = open_window(live_server.url, language="en")
    window.page.goto(live_server.url + "/contact/")

    assert window.context is before.context  # else this tries nothing
    assert before.page.is_closed()
    assert window.page.get_by_role("button", name="Sign out").count() == 0
