"""A copy of a version to the editor themselves, before anybody else gets it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from mailings import kinds
from mailings.domain.newsletters import NewsletterRefused
from mailings.ledger import letters
from mailings.models import Letter, NewsletterVersion
from mailings.newsletters.composing import MARKS, body_of, letter_of, page_url
from mailings.rendering import Rendered

TEST_COPY = "mailings.newsletter_test"


@transaction.atomic
def send_test_copy(*, version: NewsletterVersion, by: Any, now: datetime) -> Letter:
    """Owe a copy of what the version says when it is sent.

    The links of a reader, and the one to the page of the issue, lead to the preview of that page at the desk: readers
    have no page yet.
    """
    if not by.email:
        raise NewsletterRefused(_("Your account has no address to send a copy to."))
    act = acts.record(by=by, verb="newsletter_test_copy", on=version, now=now)
    return letters.owe(kind=TEST_COPY, about=version, key=f"newsletter-test:{act.pk}", to=by, now=now)


def _render(version: NewsletterVersion, _language: str, _zone: str) -> Rendered:
    letter = letter_of(body_of(version))
    link = f"{absolute('admin:mailings_newsletterversion_preview', version.pk)}?look=page"
    text, html = letter.text, letter.html
    for mark in (page_url(version.newsletter, version.language), *MARKS.values()):
        text, html = text.replace(mark, link), html.replace(mark, link)
    with speaking(version.language):
        # Translators: the subject of a copy that an editor sends to themselves.
        subject = _("Test: %(subject)s") % {"subject": letter.subject}
    return Rendered(subject, text, html)


def _still_owed(version: NewsletterVersion | None, _now: datetime) -> str | None:
    return "the version was removed" if version is None else None


def register() -> None:
    """Register the letter with the ledger."""
    kinds.register(TEST_COPY, still_owed=_still_owed, render=_render, keeps=kinds.kept())
