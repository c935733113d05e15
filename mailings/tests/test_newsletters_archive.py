"""The archive of newsletters: a list people read, a page for each issue and language, and an Atom feed."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailings.models import Newsletter
from mailings.newsletters import sending
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def publish(settings):
    """What sends an issue to one reader, and so publishes it."""
    settings.NEWSLETTER_NEEDS_TWO = False
    make_subscription(address="reader@example.org"), make_subscription(language="fr")
    by = make_coordinator()

    def do(**given):
        return sending.ask_to_send(newsletter=make_newsletter(**given), by=by, now=NOW)

    return do


def page(client, *args):
    return client.get(reverse("mailings:newsletter-detail", args=args))


def test_the_list_shows_sent_issues_newest_first_each_in_the_readers_language_or_the_closest(client, publish):
    publish(number=5001, languages=("en", "fr")), publish(number=5002, languages=("en",))
    make_newsletter(number=5003)
    client.post(reverse("set-language"), {"language": "fr"})

    response = client.get(reverse("mailings:newsletter-list"))

    assert [(one.number, one.language) for one in response.context["issues"]] == [(5002, "en"), (5001, "fr")]
    body = response.content.decode()
    assert 'type="application/atom+xml"' in body and reverse("mailings:newsletter-feed", args=["fr"]) in body
    assert "Issue 5003" not in body and "reader@example.org" not in body
    assert response.headers.get("X-Robots-Tag") is None


def test_an_archive_without_an_issue_says_so(client):
    assert "No issue has been sent yet" in client.get(reverse("mailings:newsletter-list")).content.decode()


def test_every_page_of_the_portal_leads_to_the_archive(client):
    assert reverse("mailings:newsletter-list") in client.get("/contact/").content.decode()


def test_the_list_and_a_page_ask_the_same_of_the_database_however_many_issues_there_are(client, publish):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("mailings:newsletter-list"))
        with CaptureQueriesContext(connection) as more:
            page(client, 6001, "en")
        return len(queries), len(more)

    for number in range(6000, 6003):
        publish(number=number, languages=("en", "fr"))
    few = asked()
    for number in range(6003, 6030):
        publish(number=number, languages=("en", "fr"))

    assert asked() == few
    assert len(client.get(reverse("mailings:newsletter-list"), {"page": 2}).context["issues"]) == 10


def test_a_page_has_the_issue_its_neighbours_and_its_other_languages(client, publish):
    publish(number=7001, languages=("en",))
    publish(number=7002, languages=("en", "ar"), body="Read [more](/clinics/) & **come**.\n\n## Then")
    publish(number=7003, languages=("fr",)), publish(number=7004, languages=("en",))

    body = page(client, 7002, "en").content.decode()

    assert '<a href="/clinics/">more</a> &amp; <strong>come</strong>' in body
    assert "<h1" in body and body.count("<h1") == 1 and "<h3>Then</h3>" in body
    for number, language in ((7001, "en"), (7004, "en"), (7002, "ar")):
        assert reverse("mailings:newsletter-detail", args=[number, language]) in body
    assert 'rel="prev"' in body and 'rel="next"' in body
    arabic = page(client, 7002, "ar").content.decode()
    assert '<article class="lc-stack lc-prose" lang="ar" dir="rtl">' in arabic and "rel=" not in _main(arabic)
    assert "reader@example.org" not in body and "lc0" not in body


def _main(body):
    return body.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("change", [{"state": "draft", "frozen_at": None, "recipients": None}, {"published_at": None}])
def test_what_is_not_published_is_not_found(client, publish, change):
    issue = publish(languages=("en",))
    assert page(client, issue.number, "en").status_code == 200
    Newsletter.objects.filter(pk=issue.pk).update(**change)

    assert page(client, issue.number, "en").status_code == 404
    assert page(client, issue.number, "moon").status_code == 404


def test_an_issue_is_published_when_its_first_letter_is_due(client, publish):
    issue = publish(languages=("en",), send_time="at_once", send_at=NOW + timedelta(hours=2))
    assert page(client, issue.number, "en").status_code == 404
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert page(client, issue.number, "en").status_code == 200


def test_the_feed_of_a_language_has_its_issues_with_whole_addresses(client, publish, settings):
    publish(number=8001, languages=("en", "fr"), body="[here](/clinics/)"), publish(number=8002, languages=("fr",))

    response = client.get(reverse("mailings:newsletter-feed", args=["en"]))

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    [entry] = feed.findall(f"{ATOM}entry")
    assert (
        entry.find(f"{ATOM}id").text == f"{settings.SITE_URL}{reverse('mailings:newsletter-detail', args=[8001, 'en'])}"
    )
    assert f'href="{settings.SITE_URL}/clinics/"' in entry.find(f"{ATOM}summary").text
    assert client.get(reverse("mailings:newsletter-feed", args=["moon"])).status_code == 404
    assert client.post(reverse("mailings:newsletter-feed", args=["en"])).status_code == 405


def test_each_language_is_a_feed_of_its_own_with_an_author_whatever_was_pasted(client, publish):
    publish(number=5001, body="Pasted \x08 from \x1b a terminal\ufffe.")
    feeds = [client.get(reverse("mailings:newsletter-feed", args=[code])).content for code in ("en", "fr")]

    roots = [ElementTree.fromstring(feed) for feed in feeds]

    assert len({root.findtext(f"{ATOM}id") for root in roots}) == 2
    assert all(root.findtext(f"{ATOM}author/{ATOM}name") for root in roots)
    assert len(roots[0].findall(f"{ATOM}entry")) == 1
