"""The pages of this app in a real browser, narrow and wide, in English and in Arabic."""

from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from django.utils import timezone

from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.catalogue.loading import load_reference_data
from registrations.oldform.claim_links import claim_link
from registrations.oldform.claims import invite_to_claim
from registrations.tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_of_this_app_hold_what_every_page_must(live_server, open_window, language):
    load_reference_data()
    member = factories.make_member(language=language)
    factories.make_registration(
        member=member, state="needs_changes", offers=["wikidata"], wishes=["budgeting"], review_note="Which group?"
    )
    liaison = factories.make_liaison("MENA", language=language)
    visitor = open_window(live_server.url, language=language, width=360, widths=WIDTHS)
    visitor.visit(reverse("registrations:sign-in"))
    visitor.screenshot(f"sign-in-{language}")
    visitor.page.locator("input[name=email]").fill("new@example.org")
    visitor.page.locator("main button[type=submit]").first.click()
    visitor.check()
    visitor.screenshot(f"sign-in-code-{language}")

    window = open_window(live_server.url, language=language, width=360, widths=WIDTHS, member=member)
    window.visit(reverse("registrations:registration-edit"))
    window.screenshot(f"registration-{language}")

    desk = open_window(live_server.url, language=language, width=360, widths=WIDTHS, member=liaison)
    desk.visit(reverse("admin:registrations_registration_changelist"), accessible=False)
    desk.screenshot(f"review-{language}")
    desk.visit(reverse("admin:registrations_registration_change", args=[member.registration.pk]), accessible=False)
    desk.screenshot(f"review-detail-{language}")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 360)])
def test_a_person_takes_over_what_they_wrote_in_the_old_form(live_server, open_window, language, width):
    imported = factories.make_registration(
        state="submitted", source="import", member=None, name="Amina", imported_address="amina@example.org"
    )
    invitation = invite_to_claim(registration=imported, by=factories.make_coordinator(), now=timezone.now())
    link = urlsplit(claim_link(invitation)).path
    member = factories.make_member(language=language, email="another@example.org")

    visitor = open_window(live_server.url, language=language, width=width)
    visitor.visit(link)
    visitor.screenshot(f"claim-visitor-{language}-{width}")
    window = open_window(live_server.url, language=language, width=width, member=member)
    window.visit(link)
    window.screenshot(f"claim-{language}-{width}")
    window.page.locator("main form button[type=submit]").first.click()
    imported.refresh_from_db()
    assert imported.member == member
    window.visit(link, status=410)
    window.screenshot(f"claim-gone-{language}-{width}")


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_person_connects_a_wikimedia_account_and_comes_in_by_it(live_server, open_window, wiki, settings, language):
    settings.SITE_URL = live_server.url
    wiki.redirect_uri = live_server.url + reverse("registrations:wikimedia-callback")
    member = factories.make_member(language=language)
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    window = open_window(live_server.url, language=language, width=360, member=member)

    def press(path):
        """Press the button that leads to the wiki and back; the wiki is the one other host that is asked."""
        with window.page.expect_navigation(url=f"{live_server.url}/**"):
            window.page.locator(f"form[action='{path}'] button").click()
        window.errors = [error for error in window.errors if not error.startswith(f"asked another host: {wiki.url}/")]
        window.check()

    window.visit(reverse("registrations:sign-in-ways"))
    press(reverse("registrations:wikimedia-connect"))
    assert window.page.get_by_text("Amina Ben Ali").count() > 0
    window.screenshot(f"sign-in-ways-{language}-360")

    window.context.clear_cookies()
    window.visit(reverse("registrations:sign-in"))
    window.screenshot(f"sign-in-wikimedia-{language}-360")
    press(reverse("registrations:wikimedia-sign-in"))
    assert window.page.locator("form.lc-account button").count() == 1
    assert SocialAccount.objects.get().user == member

    window.context.clear_cookies()
    wiki.says_yes = False
    window.visit(reverse("registrations:sign-in"), accessible=False)
    press(reverse("registrations:wikimedia-sign-in"))
    window.screenshot(f"wikimedia-denied-{language}-360")
    assert window.page.locator("form.lc-account button").count() == 0
