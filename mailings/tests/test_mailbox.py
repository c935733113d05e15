"""The mailbox of the embedded default: its server, its folder, its pages."""

import smtplib
import stat

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from mailings.mailbox import Mailbox, listening
from mailings.tests.smtp import free_port

pytestmark = pytest.mark.django_db
LETTER = b"""To: ana@example.org\r
Subject: Your code\r
Content-Language: ar\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=x\r
\r
--x\r
Content-Type: text/plain; charset=utf-8\r
\r
Your code is 402 117. http://127.0.0.1/sign-in?a=<b>\r
--x\r
Content-Type: text/html; charset=utf-8\r
\r
<p>402 117</p><script>alert(1)</script>\r
--x--\r
"""
PAGES = ["mailings:mailbox", "mailings:mailbox-letter", "mailings:mailbox-html"]


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.EMBEDDED_MAILBOX = True
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return Mailbox(settings.MAILBOX_DIR)


def address_of(page, name):
    return reverse(page, args=[] if page == "mailings:mailbox" else [name])


def test_a_letter_sent_by_smtp_is_kept_in_a_private_folder_and_shown(client, mailbox):
    port = free_port()
    with listening(mailbox, port=port), smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail("portal@example.org", ["ana@example.org"], LETTER)

    [name] = mailbox.names()
    assert stat.S_IMODE(mailbox.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in mailbox.folder.iterdir()} == {0o600}
    assert b"402 117" in client.get(reverse("mailings:mailbox")).content
    page = client.get(address_of("mailings:mailbox-letter", name)).content.decode()
    assert "402 117" in page
    assert "<b>" not in page and "&lt;b&gt;" in page


def test_the_html_of_a_letter_is_shown_in_a_sandbox(client, mailbox):
    response = client.get(address_of("mailings:mailbox-html", mailbox.put(LETTER)))

    assert "sandbox" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]


def test_the_newest_letter_is_on_top_and_the_oldest_are_dropped(mailbox):
    small = Mailbox(mailbox.folder, most=3)

    names = [small.put(LETTER) for _ in range(5)]

    assert small.names() == names[:1:-1]


@pytest.mark.parametrize("page", PAGES)
def test_the_mailbox_is_not_there_with_a_real_mail_server(client, mailbox, settings, page):
    settings.EMBEDDED_MAILBOX = False

    assert client.get(address_of(page, mailbox.put(LETTER))).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 404), ("", 404)])
def test_the_mailbox_is_for_this_machine_only(client, mailbox, page, address, status):
    assert client.get(address_of(page, mailbox.put(LETTER)), REMOTE_ADDR=address).status_code == status


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_a_proxy_on_this_machine_does_not_show_the_mailbox_to_the_world(client, mailbox, page, header):
    assert client.get(address_of(page, mailbox.put(LETTER)), headers={header: "192.0.2.7"}).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "0" * 19 + "-" + "0" * 8, "settings"])
def test_only_a_letter_of_the_mailbox_can_be_opened(client, mailbox, name):
    assert client.get(address_of("mailings:mailbox-letter", name)).status_code == 404


def test_the_mailbox_does_not_start_where_letters_go_to_a_real_server(settings):
    settings.EMBEDDED_MAILBOX = False

    with pytest.raises(CommandError, match="real server"):
        call_command("mailbox")


def test_a_taken_port_is_said_clearly(mailbox, settings, sink):
    settings.EMAIL_PORT = sink.port

    with pytest.raises(CommandError, match="cannot listen"):
        call_command("mailbox")
