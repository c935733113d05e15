"""What a browser sees of the newsletter: the archive, and writing it at the desk without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import ngettext, override

from clinics.tests.factories import make_clinic
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from mailings.models import Letter, NewsletterVersion
from mailings.tests.factories import make_newsletter, make_sent_newsletter, make_subscription
from registrations.tests.factories import make_coordinator, make_registration, make_skill

pytestmark = pytest.mark.browser
TEXT = "Come to the [clinics](/clinics/), they are **free**:\n\n- one\n- two\n\n> said\n\n## More"
# How each preview is told from the one before.
SHOWN_AS = {"text": "pre", "mail": ".letter", "page": "main article", "dark": ".letter"}


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_archive_is_sound(live_server, open_window, language):
    for number in (1, 2, 3):
        make_sent_newsletter(number=number, body=TEXT)
    window = open_window(live_server.url, language=language, widths=WIDTHS)

    for path in ("/newsletter/", "/newsletter/2/en/"):
        window.visit(path)
        window.screenshot(f"{path.strip('/').replace('/', '-')}-{language}")


def readers(number, language):
    """So many readers, as the page says it: Arabic has words for one and for two, without a digit."""
    with override(language):
        return ngettext("%(count)s reader", "%(count)s readers", number) % {"count": number}


# What a script does and what the language says have nothing to do with each other: each once with one of the other.
@pytest.mark.parametrize(("language", "javascript"), [("en", True), ("ar", False)], ids=["script", "plain"])
def test_readers_are_counted_and_skills_found_while_choosing(live_server, open_window, language, javascript):
    maps, issue = make_skill("maps"), make_newsletter()
    make_subscription(member=make_registration(wishes=[maps], region="SA").member), make_subscription()
    coordinator = make_coordinator(language=language)
    window = open_window(live_server.url, language=language, width=360, javascript=javascript, member=coordinator)
    page = window.page
    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    page.locator("#readers_left", has_text=readers(2, language)).wait_for()

    page.locator("[name=send_on]").fill("2099-12-24")
    page.locator("[name=find_skill]").fill("maps")
    if not javascript:
        page.locator("[name=find_skill]").press("Enter")
    page.locator("[name=audience_skill]").check()
    if not javascript:
        page.locator("[name=count]").last.click()
    page.locator("#readers_left", has_text=readers(1, language)).wait_for()

    assert page.locator("[name=send_on]").input_value() == "2099-12-24"
    assert page.locator("[name=audience_skill]").is_checked()
    window.screenshot(f"newsletter-audience-{language}-{'script' if javascript else 'plain'}")
    issue.refresh_from_db()
    assert issue.audience == {}


def test_a_section_is_filled_in_without_javascript(live_server, open_window):
    issue = make_newsletter(languages=("ar",), body="مرحبا")
    NewsletterVersion.objects.update(state="draft")
    version = issue.versions.get()
    section = version.sections.get()
    version.sections.update(kind="upcoming")
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=9))
    coordinator = make_coordinator()
    window = open_window(live_server.url, width=360, javascript=False, member=coordinator)
    page = window.page

    page.goto(f"{live_server.url}/admin/mailings/newsletterversion/{version.pk}/change/")
    page.locator(f"[name=body_{section.pk}]").fill("أهلا")
    page.locator(f"[value='fill-{section.pk}-clinics.to_come']").click()

    written = page.locator(f"[name=body_{section.pk}]").input_value()
    assert written.startswith("أهلا\n\n- [") and f"/clinics/{clinic.pk}/" in written
    window.screenshot("newsletter-filled-in")


def test_an_issue_is_written_and_looked_at_without_javascript(live_server, open_window):
    issue = make_newsletter(languages=("en", "ar"), body=TEXT)
    NewsletterVersion.objects.update(state="draft")
    issue.versions.filter(language="ar").update(translated_from="en")
    version = issue.versions.get(language="ar")
    section = version.sections.get()
    coordinator = make_coordinator(language="ar")
    window = open_window(live_server.url, language="ar", width=360, javascript=False, member=coordinator)
    page = window.page

    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    window.screenshot("newsletter-issue-ar")
    page.goto(f"{live_server.url}/admin/mailings/newsletterversion/{version.pk}/change/")
    page.locator(f"[name=body_{section.pk}]").fill("مرحبا **بكم**")
    frame = page.frame_locator("iframe[name=preview]")
    for look in SHOWN_AS:
        page.locator(f"[name=look][value={look}]").check()
        page.locator("[formtarget=preview]").click()
        frame.locator(SHOWN_AS[look]).get_by_text("مرحبا").first.wait_for()
        window.screenshot(f"newsletter-version-{look}-ar")
    section.refresh_from_db()
    assert section.body == TEXT  # looking saves nothing


@pytest.mark.parametrize(("language", "javascript"), [("en", False), ("ar", True)])
def test_sending_and_stopping_are_asked_once_more(live_server, open_window, language, javascript):
    make_subscription(), make_subscription(language="fr")
    issue = make_newsletter(state="asked", asked_by=make_coordinator(), asked_at=timezone.now())
    coordinator = make_coordinator(language=language)
    window = open_window(live_server.url, language=language, widths=WIDTHS, javascript=javascript, member=coordinator)
    page = window.page

    for act, state in (("confirm", "sending"), ("stop", "stopped")):
        page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
        page.locator(f"a[href$='/{act}/do/']").click()
        if javascript:  # what looks for barriers is a script
            window.check()
        window.screenshot(f"newsletter-{act}-{language}")
        page.locator("[name=confirmed] ~ .submit-row button").click()
        page.wait_for_url("**/change/")
        issue.refresh_from_db()
        assert issue.state == state


def test_what_is_typed_is_seen_at_once_and_what_is_chosen_is_what_is_asked_for(live_server, open_window):
    make_subscription(language="fr"), make_subscription()
    issue = make_newsletter()
    version = issue.versions.get()
    version.state = "draft"
    version.save()
    window = open_window(live_server.url, widths=WIDTHS, member=make_coordinator())
    page = window.page
    page.goto(f"{live_server.url}/admin/mailings/newsletterversion/{version.pk}/change/")

    page.locator("textarea").first.fill("Seen **while** typing")
    page.frame_locator("iframe[name=preview]").get_by_text("while", exact=True).wait_for()
    page.locator("[name=subject]").press("Enter")  # saves, and moves or fills in nothing
    page.locator(".messagelist .success").get_by_text("Saved.").wait_for()
    window.check()
    page.locator("[name=press][value=ready]").click()
    page.locator("[name=press][value=draft]").wait_for()
    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    page.locator("[name=audience_language][value=fr]").check()
    page.locator("[name=press][value=ask]").click()
    page.locator("a[href$='/take-back/do/'], form[action$='/take-back/do/']").wait_for()

    issue.refresh_from_db()
    assert (issue.state, issue.audience) == ("asked", {"language": ["fr"]})
    assert version.sections.get().body == "Seen **while** typing"


BAD = (
    "Hello.\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n"
    "![y](https://elsewhere.example/p.png)\n\nPay \u202eeno"
)
SAID = ("HTML is not read here", "A link cannot lead to", "A picture cannot stand", "invisible characters")


def test_bad_input_is_said_at_its_field_and_nothing_is_lost_or_sent(live_server, open_window, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 60_000  # a browser needs a minute to show what is more than the real one
    issue = make_newsletter()
    make_subscription()
    NewsletterVersion.objects.update(state="draft")
    version = issue.versions.get()
    section = version.sections.get()
    window = open_window(live_server.url, widths=WIDTHS, member=make_coordinator())
    page = window.page
    page.goto(f"{live_server.url}/admin/mailings/newsletterversion/{version.pk}/change/")
    field = page.locator(f"[name=body_{section.pk}]")

    field.fill(BAD)
    page.locator("[name=subject]").fill("one\ntwo\nthree")
    page.locator("[value=ready]").click()
    said = page.locator(f"#problems_{section.pk}").inner_text()
    assert all(sentence in said for sentence in SAID)
    window.check()
    window.screenshot("newsletter-bad-input")

    huge = ("word " * 20 + "\n") * 600
    field.evaluate("(field, text) => { field.value = text; }", huge)
    page.locator(".default[value=save]").click()
    assert "nothing is lost" in field.evaluate("field => field.validationMessage")
    assert field.input_value() == huge
    field.fill(BAD + "\n\nMore.")
    page.locator(".default[value=save]").click()
    page.get_by_text("Saved.").wait_for()

    version.refresh_from_db(), section.refresh_from_db()
    assert (section.body, version.state) == (BAD + "\n\nMore.", "draft")
    assert str(version.subject).strip("\u2068\u2069") in ("one two three", "onetwothree")
    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    page.locator("[name=press][value=ask]").click()
    page.get_by_text("The version in English is half written").first.wait_for()
    assert not Letter.objects.exists()
