"""What a browser sees of the newsletter: the archive, and writing it at the desk without JavaScript."""

import pytest

from letsconnect.tests.browser import WIDTHS
from mailings.models import NewsletterVersion
from mailings.tests.factories import make_newsletter, make_sent_newsletter
from registrations.tests.factories import make_coordinator

pytestmark = pytest.mark.browser
TEXT = "Come to the [clinics](/clinics/), they are **free**:\n\n- one\n- two\n\n> said\n\n## More"
# How each preview is told from the one before.
SHOWN_AS = {"text": "pre", "mail": ".letter", "page": "main article", "dark": ".letter"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_archive_is_sound(live_server, open_window, language):
    for number in (1, 2, 3):
        make_sent_newsletter(number=number, body=TEXT)
    window = open_window(live_server.url, language=language, widths=WIDTHS)

    for path in ("/newsletter/", "/newsletter/2/en/"):
        window.visit(path)
        window.screenshot(f"{path.strip('/').replace('/', '-')}-{language}")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_issue_is_written_and_looked_at_without_javascript(live_server, open_window, language):
    issue = make_newsletter(languages=("en", "ar"), body=TEXT)
    NewsletterVersion.objects.update(state="draft")
    issue.versions.filter(language="ar").update(translated_from="en")
    version = issue.versions.get(language="ar")
    section = version.sections.get()
    coordinator = make_coordinator(language=language)
    window = open_window(live_server.url, language=language, width=360, javascript=False, member=coordinator)
    page = window.page

    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    window.screenshot(f"newsletter-issue-{language}")
    page.goto(f"{live_server.url}/admin/mailings/newsletterversion/{version.pk}/change/")
    page.locator(f"[name=body_{section.pk}]").fill("مرحبا **بكم**")
    frame = page.frame_locator("iframe[name=preview]")
    for look in SHOWN_AS:
        page.locator(f"[name=look][value={look}]").check()
        page.locator("[formtarget=preview]").click()
        frame.locator(SHOWN_AS[look]).get_by_text("مرحبا").first.wait_for()
        window.screenshot(f"newsletter-version-{look}-{language}")
    section.refresh_from_db()
    assert section.body == TEXT  # looking saves nothing
