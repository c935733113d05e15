"""The mailbox in a browser, on a phone and on a desk."""

import pytest
from django.urls import reverse

from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from mailings.mailbox import Mailbox
from mailings.tests.test_mailbox import LETTER

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_code_can_be_read_in_the_mailbox(live_server, open_window, settings, tmp_path, language):
    settings.EMBEDDED_MAILBOX, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    Mailbox(settings.MAILBOX_DIR).put(LETTER.replace(b"Your code is", b"http://127.0.0.1/" + b"long-" * 40))
    window = open_window(live_server.url, language=language, width=360, widths=WIDTHS)

    page = window.visit(reverse("mailings:mailbox"))
    window.screenshot(f"mailbox-{language}")
    page.get_by_role("link", name="Your code").click()
    window.check()

    assert "402 117" in page.locator("#text").inner_text()
    window.screenshot(f"mailbox-letter-{language}")
