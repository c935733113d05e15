"""What may be quoted about a clinic: given by the person, published by the working group, taken back at any time."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.feedback import NotThere, NotYourQuote, QuoteAs, check_asked
from clinics.feedback.whose import had_part_in
from clinics.locking import check_theirs
from clinics.models import Clinic, Quote
from letsconnect.base import acts
from registrations.locking import lock_member
from registrations.models import Member


@transaction.atomic
def give_quote(
    *, clinic: Clinic, text: str, as_whom: str, name: str, in_reports: bool = False, by: Member, now: datetime
) -> Quote:
    """Store what somebody allows to be quoted, and as whom. Other words, or another name, are read again by the
    working group before anybody else reads them.

    Raises FeedbackClosed for a new one outside the thirty days after the clinic, NotThere for whoever had no part.
    """
    by = lock_member(by)
    quote = Quote.objects.filter(clinic=clinic, member=by).first() or Quote(clinic=clinic, member=by)
    if quote.pk is None:
        check_asked(state=clinic.state, ends_at=clinic.ends_at, now=now)
        if not had_part_in(clinic, by):
            raise NotThere(_("Those are asked who had a seat at this clinic, or a part in it."))
    name = {QuoteAs.OWN_NAME: str.__str__(by.name), QuoteAs.OTHER_NAME: name}.get(QuoteAs(as_whom), "")
    given = (text, as_whom, name, in_reports)
    if quote.pk is not None and given == (quote.text, quote.as_whom, str.__str__(quote.name), quote.in_reports):
        return quote
    quote.text, quote.as_whom, quote.name, quote.in_reports = given
    quote.given_at, quote.published_at, quote.published_by, quote.decided_at = now, None, None, None
    quote.save()
    acts.record(by=by, verb="give_quote", on=quote, now=now)
    return quote


@transaction.atomic
def take_back_quote(*, clinic: Clinic, by: Member, now: datetime) -> None:
    """Delete what somebody allowed to be quoted; nothing happens where there is nothing."""
    for quote in Quote.objects.select_for_update().filter(clinic=clinic, member=by):
        acts.record(by=by, verb="take_back_quote", on=quote, now=now)
        quote.delete()


@transaction.atomic
def publish_quote(*, quote: Quote, seen_version: str, by: Member, now: datetime) -> bool:
    """Show a quote on the page of its clinic; False where it is gone, or was changed since it was read.

    NotYourClinic for whoever does not look after the clinic, NotYourQuote for its author: somebody else decides.
    """
    return _decide(quote, seen_version, by=by, is_shown=True, verb="publish_quote", now=now)


@transaction.atomic
def hide_quote(*, quote: Quote, seen_version: str, by: Member, now: datetime) -> bool:
    """Take a quote off the page of its clinic; the same holds as for publishing it."""
    return _decide(quote, seen_version, by=by, is_shown=False, verb="hide_quote", now=now)


@transaction.atomic
def leave_quote(*, quote: Quote, seen_version: str, by: Member, now: datetime) -> bool:
    """Decide that a quote does not stand on the page of its clinic; the same holds as for publishing it."""
    return _decide(quote, seen_version, by=by, is_shown=False, verb="leave_quote", now=now)


def _decide(quote: Quote, seen_version: str, *, by: Member, is_shown: bool, verb: str, now: datetime) -> bool:
    check_theirs(quote.clinic, by=by)
    if quote.member_id == by.pk:
        raise NotYourQuote(_("These are your own words: somebody else decides whether they are shown."))
    rows = Quote.objects.select_for_update(of=("self",)).select_related("clinic")
    current = rows.filter(pk=quote.pk).first()
    if current is None or current.version != seen_version:
        return False
    current.decided_at = max(now, current.given_at)
    current.published_at, current.published_by = (current.decided_at, by) if is_shown else (None, None)
    current.save(update_fields=["published_at", "published_by", "decided_at"])
    acts.record(by=by, verb=verb, on=current.clinic, now=now)
    return True
