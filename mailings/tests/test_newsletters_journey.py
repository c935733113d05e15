"""One issue of the newsletter from its first word to “who got it”, in a browser and over real SMTP."""

import re
from datetime import timedelta
from threading import Event
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from letsconnect.tests.at_once import at_once
from letsconnect.tests.browser import WIDTHS
from mailings.ledger.draining import drain
from mailings.ledger.ticking import tick
from mailings.models import Letter, Newsletter, NewsletterVersion, Subscription
from mailings.newsletters import sending
from mailings.newsletters.composing import fallback_line
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import make_coordinator, make_editor, make_member

pytestmark = pytest.mark.browser
ENGLISH, ARABIC = "Come to the **clinics** of March.", "تعالوا إلى **حلقات** مارس."
# How each preview is told from the one before.
SHOWN_AS = {"text": "pre", "mail": ".letter", "page": "main article", "dark": ".letter", "narrow": ".letter"}
ATOM = "{http://www.w3.org/2005/Atom}"


def soon():
    """A moment that has come for whatever the pages have stored a moment ago."""
    return timezone.now() + timedelta(minutes=1)


def make_readers():
    """Two who read each of the five languages; one of those who read English has an account."""
    member = make_member(language="en")
    make_subscription(member=member), make_subscription(language="en")
    for language in ("ar", "es", "fr", "pt"):
        make_subscription(language=language), make_subscription(language=language)
    return member


def send_an_earlier_issue(sink):
    """Bring each reader an issue; return by address what their mail program keeps to leave with."""
    by, other = make_coordinator(), make_coordinator()
    issue = sending.ask_to_send(newsletter=make_newsletter(number=1), by=by, now=timezone.now())
    sending.confirm(newsletter=issue, by=other, now=timezone.now())
    drain(now=soon())
    kept = {message["To"]: message for message in sink.messages}
    assert {message["List-Unsubscribe-Post"] for message in kept.values()} == {"List-Unsubscribe=One-Click"}
    sink.messages.clear(), sink.recipients.clear()
    return {address: message["List-Unsubscribe"].strip("<>") for address, message in kept.items()}


def write(desk, subject, text, *, looks=tuple(SHOWN_AS)):
    """Type a version, look at it as readers will, and mark it as ready."""
    page = desk.page
    page.locator("[name=subject]").fill(subject)
    page.locator("input[name=preview]").fill(subject)
    page.locator("[name^=body_]").first.fill(text)
    frame = page.frame_locator("iframe[name=preview]")
    words = text.split("**")[1]
    for look in looks:
        page.locator(f"[name=look][value={look}]").check()
        page.locator("[formtarget=preview]").click()
        frame.locator(SHOWN_AS[look]).get_by_text(words).first.wait_for()
        desk.screenshot(f"journey-preview-{look}-{subject}")
    page.locator("[name=press][value=ready]").click()
    page.locator("[name=press][value=draft]").wait_for()


def leave_while_it_runs(sink, addresses, site):
    """Let one of the readers whose letter is not on the wire leave as a mail program does; return who."""
    try:
        assert sink.wait_for(1)
        return leave(sink, addresses, site)
    finally:
        sink.gate.set()


def leave(sink, addresses, site):
    readers = Subscription.objects.filter(language="fr").order_by("pk")
    leaves = next(reader.address for reader in readers if reader.address not in sink.recipients)
    path = urlsplit(addresses[leaves]).path
    asked = Request(site + path, data=urlencode({"List-Unsubscribe": "One-Click"}).encode(), method="POST")
    with urlopen(asked) as answer:
        assert answer.status == 200
    return leaves


def test_an_issue_from_its_first_word_to_who_got_it(live_server, open_window, sink, settings):
    settings.SITE_URL, settings.EMAIL_TOGETHER = "https://connect.example.org", 1
    member = make_readers()
    addresses = send_an_earlier_issue(sink)
    editor, coordinator = make_editor(), make_coordinator(language="ar")

    desk = open_window(live_server.url, member=editor, widths=WIDTHS)
    page = desk.page
    page.goto(f"{live_server.url}/admin/mailings/newsletter/add/")
    desk.screenshot("journey-new")
    page.locator("[name=month]").fill("2026-03")
    page.locator("main button.default, #content button.default").click()
    page.get_by_role("link", name="English").click()
    write(desk, "March", ENGLISH)
    issue = Newsletter.objects.get(number=2)
    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    page.locator("form[action$='/version/'] [name=language]").select_option("ar")
    page.locator("form[action$='/version/'] [name=translated_from]").select_option("en")
    page.locator("form[action$='/version/'] button").click()
    page.locator(".lc-source", has_text="of March").wait_for()  # the version it is translated from, beside it
    write(desk, "مارس", ARABIC, looks=["narrow", "page"])
    assert set(NewsletterVersion.objects.filter(newsletter=issue).values_list("language", "state")) == {
        ("en", "ready"),
        ("ar", "ready"),
    }

    page.locator("form[action$='/test/'] button").click()
    page.get_by_text("is on its way to you").wait_for()
    drain(now=soon())
    assert sink.recipients == [editor.email] and "مارس" in sink.messages[0]["Subject"]
    sink.messages.clear(), sink.recipients.clear()
    page.goto(f"{live_server.url}/admin/mailings/newsletter/{issue.pk}/change/")
    page.locator("#readers_left", has_text="10 readers").wait_for()
    desk.screenshot("journey-before-asking")
    page.locator("[name=press][value=ask]").click()
    page.get_by_text("A second person has to confirm").wait_for()

    second = open_window(live_server.url, language="ar", widths=WIDTHS, member=coordinator)
    second.page.goto(f"{live_server.url}/admin/")
    second.screenshot("journey-first-page")
    second.page.locator(f"#waiting a[href$='/newsletter/{issue.pk}/change/']").click()
    second.screenshot("journey-asked")
    second.page.locator("a[href$='/confirm/do/']").click()
    second.screenshot("journey-confirm")
    second.page.locator("[name=confirmed] ~ .submit-row button").click()
    second.page.wait_for_url("**/change/")

    sink.gate = Event()
    _sent, leaves = at_once(lambda: tick(now=soon()), lambda: leave_while_it_runs(sink, addresses, live_server.url))
    tick(now=soon())
    languages = dict(Subscription.objects.values_list("address", "language"))
    got = {message["To"]: message for message in sink.messages}
    assert sorted(got) == sorted(set(languages) - {leaves}) == sorted(sink.recipients)
    for address, message in got.items():
        text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
        version = "ar" if languages[address] == "ar" else "en"
        line = fallback_line(languages[address], version)
        assert message["Subject"] == {"en": "March", "ar": "مارس"}[version]
        assert bool(line) == (languages[address] in ("es", "fr", "pt"))
        words = " ".join(line.split())
        assert words in " ".join(text.split()) and words in " ".join(html.split())
        assert {"en": "clinics", "ar": "حلقات"}[version] in text

    visitor = open_window(live_server.url, language="ar", widths=WIDTHS).page
    visitor.goto(f"{live_server.url}/newsletter/")
    visitor.get_by_role("link", name="مارس").click()
    visitor.locator("article strong", has_text="حلقات").wait_for()
    visitor.locator("[hreflang=en]").click()
    visitor.locator("[rel=prev]").wait_for()
    archived = visitor.content()
    with urlopen(f"{live_server.url}/newsletter/ar/feed.atom") as answer:
        feed = answer.read().decode()
    entries = ElementTree.fromstring(feed).findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text.strip("\u2068\u2069") for entry in entries] == ["مارس"]
    assert not re.search(r"@example\.org|/letters/(leave|choose|one-click)/", archived + feed)

    second.visit(f"/admin/mailings/newsletter/{issue.pk}/readers/")
    second.screenshot("journey-who-got-it")
    rows = second.page.locator("table.lc-list tbody tr")
    assert rows.count() == 10
    (left,) = [row for row in rows.all_inner_texts() if leaves in row]
    assert "ألغى المشترك اشتراكه" in left
    tally = Letter.objects.of_issue(issue).tally()
    issue.refresh_from_db()
    assert (issue.state, issue.recipients, tally["written"]) == ("sent", 10, 10)
    assert (tally["sent"], tally["skipped"]) == (9, 1)
    counted = second.page.locator(".lc-headline").inner_text()
    assert re.findall(r"\d+", counted) == ["10", "10"]

    reader = open_window(live_server.url, widths=WIDTHS, member=member)
    reader.page.goto(f"{live_server.url}/my-data/letters/")
    reader.screenshot("journey-my-letters")
    reader.page.get_by_role("link", name="2 (March 2026)").click()
    reader.page.get_by_text("Come to the clinics of March.").wait_for()
