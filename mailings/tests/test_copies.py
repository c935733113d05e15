"""What is kept of a letter: its words, without anything that acts."""

import pytest

from mailings.domain.subscriptions import BulkList
from mailings.rendering import Rendered
from mailings.sending.copies import acts, copy_of
from mailings.subscriptions import links
from mailings.tests.factories import make_subscription

SITE = "http://127.0.0.1:8000"
WORDS = "(a link that stands in the email only)"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


@pytest.mark.parametrize(
    ("address", "does"),
    [
        (SITE, False),
        (f"{SITE}/", False),
        (f"{SITE}/matches/7/", False),
        (f"{SITE}/clinics/7/join/", False),
        (f"{SITE}/registration/who/", False),
        (f"{SITE}/newsletter/3/en/", False),
        ("https://elsewhere.example.org/a?b=c", False),
        ("mailto:us@example.org", False),
        (f"{SITE}/claim/WzEsIngiXQ:1abcde:c2lnbmF0dXJl/", True),
        (f"{SITE}/still-in/WzEsIngiXQ:1abcde:c2lnbmF0dXJl/", True),
        (f"{SITE}/sign-in/link/?key=abcdef", True),
        (f"{SITE}/matches/7/?answer=yes", True),
        (f"{SITE}/#WzEsIngiXQ:1abcde:c2lnbmF0dXJl", True),
        (f"{SITE}/claim/Abcdef/", True),
        (f"{SITE}/claim/a1b2c3d4e5f6/", True),
        (f"{SITE}/no-such-page/", True),
        ("http://127.0.0.1.:8000/no-such-page/", True),
        ("http://somebody@127.0.0.1:8000/", True),
        ("http://[broken/", True),
        ("javascript:alert(1)", True),
        ("lc0leave0lc", True),
        ("/claim/x/", True),
    ],
)
def test_a_link_acts_unless_it_only_names_a_page(address, does):
    assert acts(address) is does


def test_a_link_that_acts_leaves_its_words_and_no_address():
    claim = f"{SITE}/claim/WzEsIngiXQ:1abcde:c2lnbmF0dXJl/"
    html = f'<h2>Hello</h2><p style="x" onclick="x">Take <a href="{claim}">it</a> over: {claim}.</p>'
    copy = copy_of(Rendered("Take it", f"Take it over: {claim}.\nSee {SITE}/clinics/.\n", html), language="en")

    assert copy.text == f"Take it over: {WORDS}.\nSee {SITE}/clinics/.\n"
    assert copy.html == f'<h3>Hello</h3><p>Take <a rel="nofollow noopener">it</a> over: {WORDS}.</p>'
    assert "إلى" not in copy.text


def test_what_is_each_readers_own_in_a_letter_to_many_is_taken_out():
    rendered = Rendered("News", "Leave: mark0leave\n", '<p><a href="mark0leave">Leave</a></p>')

    copy = copy_of(rendered, language="en", marks=["mark0leave"])

    assert copy.text == f"Leave: {WORDS}\n"
    assert copy.html == '<p><a rel="nofollow noopener">Leave</a></p>'


@pytest.mark.django_db
def test_each_address_by_which_a_subscription_is_changed_acts():
    subscription = make_subscription()
    addresses, headers = links.of_letter(subscription, BulkList.NEWSLETTER)

    for address in [*addresses.values(), headers["List-Unsubscribe"].strip("<>"), links.confirm_url(subscription)]:
        assert acts(address), address


def test_only_words_and_their_order_are_left_of_html():
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body dir='rtl'><script>x</script><h1>One</h1>"
        "<img src='https://elsewhere.example.org/x'><p lang='ar' dir='auto'>Two\x00</p><form><input></form>"
    )

    assert copy_of(Rendered("S\x00", "T\x00", html), language="en").html == (
        '<h3>One</h3><p lang="ar" dir="auto">Two</p>'
    )
    assert copy_of(Rendered("S\x00", "T\x00", ""), language="en").text == "T"


def test_a_letter_without_html_is_shown_by_its_text():
    copy = copy_of(Rendered("S", "One <b>\n\nTwo", ""), language="en")

    assert copy.as_html == "<p>One &lt;b&gt;</p>\n\n<p>Two</p>"
