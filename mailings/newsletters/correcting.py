"""Taking an issue back that was confirmed, to correct it: only while nobody has it."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts
from mailings.domain.letters import LetterState
from mailings.domain.newsletters import NewsletterRefused, NewsletterState
from mailings.models import BulkText, Letter, Newsletter
from mailings.newsletters.sending import check_may_send, locked_among

_CERTAINLY_WITH_NOBODY = [LetterState.QUEUED, LetterState.DEFERRED, LetterState.FAILED, LetterState.SKIPPED]


def can_be_corrected(newsletter: Newsletter) -> bool:
    """Tell whether a paused issue can be made a draft again: no letter of it was sent, or is with a worker."""
    is_paused = newsletter.state == NewsletterState.PAUSED
    return is_paused and not Letter.objects.of_issue(newsletter).exclude(state__in=_CERTAINLY_WITH_NOBODY).exists()


@transaction.atomic
def take_back_to_correct(*, newsletter: Newsletter, by: Any, now: datetime) -> Newsletter:
    """Make a paused issue that nobody has a draft again, as if it had not been confirmed.

    Its letters, none of which ever left, are taken out of the ledger: readers are counted anew when it is sent. Raises
    NewsletterRefused where anybody has it or may have it; then what they were told stays as it is.
    """
    check_may_send(by)
    newsletter = locked_among(newsletter, {NewsletterState.PAUSED})
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM mailings_letter WHERE newsletter_id = %s AND state = ANY(%s)",
            [newsletter.pk, _CERTAINLY_WITH_NOBODY],
        )
    if Letter.objects.of_issue(newsletter).exists():
        refusal = _("Some readers have it already, or are getting it now: it can no longer be corrected.")
        raise NewsletterRefused(refusal)
    BulkText.objects.filter(newsletter_body__newsletter=newsletter).delete()
    newsletter.bodies.all().delete()
    newsletter.state = NewsletterState.DRAFT
    emptied = ["frozen_at", "recipients", "published_at", "asked_by", "asked_at", "confirmed_by"]
    for name in emptied:
        setattr(newsletter, name, None)
    newsletter.save(update_fields=["state", *emptied])
    verb, was, became = "make_newsletter_a_draft_again", NewsletterState.PAUSED, NewsletterState.DRAFT
    acts.record(by=by, verb=verb, on=newsletter, now=now, was=was, became=became)
    return newsletter
