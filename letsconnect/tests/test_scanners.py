"""Programs that open every link of a letter, as mail scanners and previews do: nothing happens by it.

They ask for the page, for its head, and post to it what the page holds, but for the token that only a browser sends.
The one exception is the address of RFC 8058, to which a mail program posts because a person pressed its button.
"""

import html
import re
from functools import partial
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings

from letsconnect.tests import every_letter
from letsconnect.tests.undoing import Undoing
from mailings import kinds
from mailings.models import Subscription
from registrations.models import Member
from registrations.tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_at_that_moment")]
SITE = "https://testserver"
# Sessions, and the logs that say who of the working group has looked at what: a look by itself is what they keep.
MAY_CHANGE = {"django_session", "registrations_look", "trust_reportlook"}
# A code is copied, and what was said to the trust team leaves no trace that leads to it.
WITHOUT_A_BUTTON = {"registrations.sign_in_code", "registrations.team_message", "trust.message_received"}
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_FIELD = re.compile(r'<(?:input|button)[^>]* name="([^"]+)"[^>]* value="([^"]*)"')


@pytest.fixture(scope="module")
def _letters_of_the_module(django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        time_machine.travel(NOW, tick=False),
        override_settings(SITE_URL=SITE),
    ):
        yield {name: every_letter.write(name) for name in every_letter.names()}
        transaction.set_rollback(True)


@pytest.fixture
def _at_that_moment():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def letters(_letters_of_the_module, db, settings):
    """A letter of each kind, made once for all tests here: what one does is undone."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = SITE, ["testserver"]
    return _letters_of_the_module


def links_in(letter):
    """Return all links of a letter, those of its headers too."""
    page = html.unescape(letter.html)
    return {link for part in (letter.text, page, *letter.headers.values()) for link in _LINK.findall(part)}


def dump():
    """Return for each table how many rows it has, and a fingerprint of them all."""
    tables = sorted(set(connection.introspection.table_names()) - MAY_CHANGE)
    parts = [
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {table: row for table, *row in cursor.fetchall()}


def changed_by(act):
    """Return the tables that this changes, and undo it."""
    before = dump()
    with Undoing() as undoing:
        act()
        after = dump() if undoing.has_written else before
    return sorted(table for table in before if before[table] != after[table])


def scanner(member=None):
    """Return a client with a token of its own, which it never sends along; signed in as ``member`` if there is one."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False, headers={"referer": f"{SITE}/"})
    if member is not None:
        client.force_login(member)
    return client


def scan(client, path):
    """Open a page in every way that a scanner may; return the status of what was posted."""
    client.head(path, secure=True)
    page = client.get(path, secure=True)
    body = "" if page.streaming else page.content.decode(errors="replace")
    fields = {name: html.unescape(value) for name, value in _FIELD.findall(body)}
    fields.pop("csrfmiddlewaretoken", None)
    return client.post(path, fields, secure=True).status_code


def scan_all(client, paths):
    return {path: scan(client, path) for path in paths}


def test_a_letter_of_each_kind_is_written_and_leads_nowhere_else(letters):
    lines = {kinds.line_of(name) for name in every_letter.names()}

    assert lines == set(every_letter.ABOUT) | set(every_letter.BULK)
    assert [link for letter in letters.values() for link in links_in(letter) if not link.startswith(SITE)] == []
    assert [name for name, letter in letters.items() if not links_in(letter)] == []


def test_each_letter_is_read_by_every_mail_program_as_text_or_as_a_page(letters):
    """Both say the same, in any program, on a dark screen too. Programs that sort out spam ask for much of it."""
    for name, letter in letters.items():
        headers, lines = letter.headers, letter.payload.split(b"\r\n")
        page = html.unescape(letter.html)
        assert set(_LINK.findall(letter.text)) == set(_LINK.findall(page)), name
        assert headers["Subject"].strip() == headers["Subject"] != "" and "[" not in headers["Subject"], name
        assert headers["Message-ID"].endswith("@testserver>") and headers["Date"], name
        assert ("List-ID" in headers) == (headers.get("Precedence") == "bulk") == (name in every_letter.BULK), name
        assert name == "mailings.newsletter" or headers["Auto-Submitted"] == "auto-generated", name
        assert len(letter.payload) < 60_000 and max(map(len, lines)) < 998, name
        assert not re.search(r"\n\n\n|[ \t]\n\n|&(#\d+|\w+);|<\w+", letter.text.replace("-- \n", "")), name
        assert "prefers-color-scheme: dark" in letter.html and " src=" not in letter.html, name
        assert ('class="button"' in letter.html) != (name in WITHOUT_A_BUTTON), name


@pytest.mark.parametrize("who", ["visitor", "recipient"])
def test_a_program_that_opens_every_link_of_every_letter_changes_nothing(letters, who):
    """Of letters that go to both sides of a match, the links are opened in one."""
    of_line = {kinds.line_of(name): letter for name, letter in letters.items()}
    Member.objects.update(last_seen_on=NOW.date())  # that somebody was here is kept once a day
    clients = {
        line: scanner(letter.member if who == "recipient" else None)
        for line, letter in of_line.items()
        if who == "visitor" or letter.member
    }
    paths: dict[str, set[str]] = {}  # of each letter, what no letter before it leads to
    for line in clients:
        paths[line] = {link.removeprefix(SITE) for link in links_in(of_line[line])}.difference(*paths.values())
    statuses: dict[str, int] = {}

    def open_all(lines):
        for line in lines:
            statuses.update(scan_all(clients[line], paths[line]))

    changed = changed_by(partial(open_all, clients))
    if changed:  # by which letter
        changed = {line: changed_by(partial(open_all, [line])) for line in clients}

    assert not changed
    assert {path: status for path, status in statuses.items() if status not in (400, 403, 405)} == {}
    assert len(statuses) > 50


def test_the_scan_sees_what_a_page_does_that_acts_when_it_is_opened(letters, monkeypatch):
    """The control: a page that leaves a list as soon as it is asked for."""
    from mailings.views import subscriptions

    def leaves(request, subscription):
        subscriptions.leaving.leave(subscription=subscription, chosen=None, by=None, now=NOW)
        return subscriptions.HttpResponse()

    monkeypatch.setattr(subscriptions, "_leave_page", leaves)
    [path] = [link for link in links_in(letters["mailings.newsletter"]) if "/letters/leave/" in link]

    assert "mailings_subscription" in changed_by(lambda: scan(scanner(), path.removeprefix(SITE)))


@pytest.mark.parametrize("name", sorted(every_letter.BULK))
def test_only_the_button_of_the_mail_program_leaves_without_a_page(letters, name):
    letter = letters[name]
    link = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in links_in(letter)
    path, client = urlsplit(link).path, Client(enforce_csrf_checks=True)

    def press():
        answer = client.post(path, {"List-Unsubscribe": "One-Click"}, secure=True)
        assert answer.status_code == 200

    assert changed_by(press) == ["base_act", "mailings_subscription"]
    before = Subscription.objects.get(member=letter.member).lists
    press()
    after = Subscription.objects.get(member=letter.member).lists
    assert len(after) == len(before) - 1
    assert changed_by(press) == []  # twice is once
