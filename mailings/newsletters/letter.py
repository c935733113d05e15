"""The letter that brings an issue: who still gets it is asked when it is sent, for a group of letters at once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q

from letsconnect.base.languages import language_or_default
from mailings import kinds
from mailings.domain.newsletters import NewsletterState, version_for
from mailings.domain.subscriptions import BulkList
from mailings.models import Letter, Newsletter, NewsletterBody, Subscription
from mailings.newsletters.composing import MARKS, letter_of
from mailings.newsletters.freezing import KIND, STOPPED
from mailings.sending.composing import BulkTemplate, ComposedBulk
from mailings.subscriptions import links

LEFT_OR_PAUSED = "the reader has left or paused"
# Of an issue that is sent, a coordinator may send the letters again that failed or got lost.
GOES_OUT = (NewsletterState.SENDING, NewsletterState.SENT)


class NewsletterFacts:
    """The issues and subscriptions that a group of letters is about, read when they are about to be sent."""

    def __init__(self, letters: list[Letter]) -> None:
        issues = {letter.newsletter_id for letter in letters if letter.newsletter_id is not None}
        wanted = {letter.subscription_id for letter in letters}
        written = Newsletter.objects.filter(pk__in=issues).values_list("pk", "state", "bodies__language", "bodies")
        rows = list(written)
        self._states: Mapping[Any, str] = {issue: state for issue, state, _language, _body in rows}
        self._bodies: dict[Any, dict[str, Any]] = defaultdict(dict)
        for issue, _state, language, body in rows:
            self._bodies[issue][language] = body
        readers = Subscription.objects.saying_whether_written_to(BulkList.NEWSLETTER).select_related("member")
        self._subscriptions = readers.in_bulk([key for key in wanted if key])
        same = Letter.objects.filter(newsletter__in=issues, address__in={letter.address for letter in letters} - {""})
        theirs = same.values_list("pk", "newsletter_id", "address")
        self._letter_to: dict[tuple[Any, str], int] = {(issue, address): key for key, issue, address in theirs}

    def reason(self, letter: Letter) -> str | None:
        """Return why this reader no longer gets the issue, or None."""
        if self._states.get(letter.newsletter_id) not in (*GOES_OUT, NewsletterState.PAUSED):
            return STOPPED
        subscription = self._subscriptions.get(letter.subscription_id)
        if subscription is None or not subscription.is_written_to:
            return LEFT_OR_PAUSED
        if self._letter_to.get((letter.newsletter_id, letter.address), letter.pk) != letter.pk:
            return "another email brings this issue to their new address"  # which had a subscription of its own
        return None

    def waits(self, letter: Letter) -> bool:
        return self._states[letter.newsletter_id] == NewsletterState.PAUSED

    def compose(self, letter: Letter) -> ComposedBulk:
        subscription = self._subscriptions[letter.subscription_id]
        reads = language_or_default((subscription.member or subscription).language)
        bodies = self._bodies[letter.newsletter_id]
        version = version_for(reads, bodies)
        if version is not None:  # they may read another language than when the readers were counted
            letter.language, letter.is_fallback = version.language, version.is_fallback
        template = _template(bodies[letter.language], reads)
        return compose_for(template, letter, subscription)


def compose_for(template: BulkTemplate, letter: Letter, subscription: Subscription) -> ComposedBulk:
    """Return the message for one reader, with the addresses by which they choose what they get, or leave."""
    values, headers = links.of_letter(subscription, BulkList.NEWSLETTER)
    return template.fill(letter, values, headers=headers)


@lru_cache(maxsize=64)
def _template(body: int, reader_language: str) -> BulkTemplate:
    """Return the message of an issue for readers of one language, from what was kept when it was sent.

    An issue that was taken back to be corrected has other rows when it is sent, so the old message is not found again.
    """
    return template_of(NewsletterBody.objects.get(pk=body), reader_language=reader_language)


def template_of(body: NewsletterBody, *, reader_language: str = "") -> BulkTemplate:
    headers = {"List-ID": links.list_id(BulkList.NEWSLETTER)}
    rendered = letter_of(body, reader_language=reader_language)
    return BulkTemplate(body.language, rendered, marks=MARKS, headers=headers, says=(body, reader_language))


def _read(letters: list[Letter], _now: datetime) -> NewsletterFacts:
    return NewsletterFacts(letters)


def _unchanged(_facts: NewsletterFacts) -> Q:
    return Q(
        newsletter__state__in=GOES_OUT,
        subscription__in=Subscription.objects.to_write_to(BulkList.NEWSLETTER),
    )


def register() -> None:
    """Register the letter with the ledger."""
    kinds.register_bulk(KIND, _read, keeps=kinds.kept(), unchanged=_unchanged)
