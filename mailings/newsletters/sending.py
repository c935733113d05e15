"""Sending an issue: the question to a second person, the moment its readers are counted, pause and stop."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from mailings.domain.letters import OPEN, WAITING, LetterState
from mailings.domain.newsletters import FROZEN, NewsletterRefused, NewsletterState, VersionState, may_become
from mailings.models import Letter, Newsletter, NewsletterBody, NewsletterVersion
from mailings.newsletters import audiences, checking
from mailings.newsletters.composing import body_of
from mailings.newsletters.freezing import STOPPED, freeze

S = NewsletterState


@transaction.atomic
def ask_to_send(*, newsletter: Newsletter, by: Any, now: datetime) -> Newsletter:
    """Ask a coordinator to confirm, as the second person, that the issue goes out; whoever writes it may ask.

    Where the settings ask for no second person, it goes out at once if a coordinator says so. Raises NewsletterRefused
    with everything that keeps it from being sent.
    """
    newsletter = locked_among(newsletter, {S.DRAFT})
    _check_can_be_sent(newsletter)
    newsletter.asked_by, newsletter.asked_at = by, now
    if sends_at_once(by):
        return _start(newsletter, by=by, now=now)
    newsletter.state = S.ASKED
    newsletter.save(update_fields=["state", "asked_by", "asked_at"])
    acts.record(by=by, verb="ask_to_send_newsletter", on=newsletter, now=now, was=S.DRAFT, became=S.ASKED)
    return newsletter


@transaction.atomic
def take_back(*, newsletter: Newsletter, by: Any, now: datetime) -> Newsletter:
    """Make an issue that waits for a second person a draft again: whoever asked may, and every coordinator."""
    newsletter = locked_among(newsletter, {S.ASKED})
    if newsletter.asked_by_id != by.pk:
        check_may_send(by)
    newsletter.state, newsletter.asked_by, newsletter.asked_at = S.DRAFT, None, None
    newsletter.save(update_fields=["state", "asked_by", "asked_at"])
    acts.record(by=by, verb="make_newsletter_a_draft_again", on=newsletter, now=now, was=S.ASKED, became=S.DRAFT)
    return newsletter


@transaction.atomic
def confirm(*, newsletter: Newsletter, by: Any, now: datetime) -> Newsletter:
    """Confirm as the second person: its readers are counted now, and its letters go out when their time comes.

    Two who press at the same moment start it once. Raises NewsletterRefused for whoever asked, or if something keeps it
    from being sent by now.
    """
    check_may_send(by)
    newsletter = locked_among(newsletter, {S.ASKED})
    if newsletter.asked_by_id == by.pk:
        raise NewsletterRefused(_("You asked for it to be sent. A second person has to confirm."))
    _check_can_be_sent(newsletter)
    newsletter.confirmed_by = by
    return _start(newsletter, by=by, now=now)


@transaction.atomic
def pause(*, newsletter: Newsletter, by: Any, now: datetime) -> Newsletter:
    """Send no more letters of the issue for now; whoever has it already is listed. Pausing twice changes nothing.

    While nobody has it, the archive does not show it either.
    """
    newsletter = _move(newsletter, S.PAUSED, verb="pause_newsletter", by=by, now=now)
    return out_of_the_archive_if_nobody_has_it(newsletter)


@transaction.atomic
def resume(*, newsletter: Newsletter, by: Any, now: datetime, in_spite_of: Collection[str] = ()) -> Newsletter:
    """Go on with a paused issue: those whose time has come meanwhile get it now.

    Raises NewsletterRefused with what is wrong by now with the pages it leads to, unless it goes on ``in_spite_of`` all
    these sentences: somebody has read them.
    """
    issue = Newsletter.objects.select_for_update(no_key=True).get(pk=newsletter.pk)
    unread = [sentence for sentence in checking.links_gone_wrong(issue) if sentence not in in_spite_of]
    if unread and issue.state == S.PAUSED:
        raise NewsletterRefused("\n".join(unread))
    newsletter = _move(newsletter, S.SENDING, verb="resume_newsletter", by=by, now=now)
    if newsletter.published_at is None:
        newsletter.published_at = max(now, _first_due(newsletter) or now)
        newsletter.save(update_fields=["published_at"])
    nudges.on_commit("mailings.tasks.drain")
    return newsletter


@transaction.atomic
def stop(*, newsletter: Newsletter, by: Any, now: datetime) -> Newsletter:
    """Stop sending for good; whoever has the issue keeps it, all others never get it."""
    newsletter = _move(newsletter, S.STOPPED, verb="stop_newsletter", by=by, now=now)
    theirs = Letter.objects.of_issue(newsletter)
    for state in WAITING:
        theirs.move(state, LetterState.SKIPPED, reason=STOPPED)
    return out_of_the_archive_if_nobody_has_it(newsletter)


def finish_sent(now: datetime) -> int:
    """Mark issues as sent of which no letter is open any more; return how many. Called by the tick.

    An issue that was stopped or paused while its first letter was just leaving is put into the archive again.
    """
    have_it = Letter.objects.perhaps_read().filter(newsletter=OuterRef("pk"))
    Newsletter.objects.filter(Exists(have_it), state__in=FROZEN, published_at=None).update(published_at=now)
    still_open = Letter.objects.filter(newsletter=OuterRef("pk"), state__in=OPEN)
    done = Newsletter.objects.being_sent().filter(~Exists(still_open))
    return done.update(state=S.SENT, finished_at=now)


def _start(newsletter: Newsletter, *, by: Any, now: datetime) -> Newsletter:
    """Keep what the ready versions say, and write a letter for each reader: in one transaction."""
    was = newsletter.state
    versions = ready_versions(newsletter)
    NewsletterBody.objects.bulk_create([body_of(version) for version in versions])
    written = freeze(
        newsletter,
        audiences.readers(newsletter.audience),
        ready=[version.language for version in versions],
        now=now,
    )
    if not written:
        raise NewsletterRefused(_("Nobody would get this issue: no reader is left by what you chose."))
    newsletter.state, newsletter.frozen_at, newsletter.recipients = S.SENDING, now, written
    newsletter.published_at = _first_due(newsletter)
    newsletter.save(
        update_fields=[
            *("state", "frozen_at", "recipients", "published_at"),
            *("asked_by", "asked_at", "confirmed_by"),
        ]
    )
    acts.record(by=by, verb="send_newsletter", on=newsletter, now=now, was=was, became=S.SENDING)
    nudges.on_commit("mailings.tasks.drain")
    return newsletter


def _first_due(newsletter: Newsletter) -> datetime | None:
    """Return when the first of its letters goes out."""
    first: datetime | None = Letter.objects.of_issue(newsletter).aggregate(first=Min("due_at"))["first"]
    return first


def out_of_the_archive_if_nobody_has_it(newsletter: Newsletter) -> Newsletter:
    """Return the issue; one that nobody has is no issue that people read."""
    if newsletter.published_at is not None and not Letter.objects.of_issue(newsletter).perhaps_read().exists():
        newsletter.published_at = None
        newsletter.save(update_fields=["published_at"])
    return newsletter


def ready_versions(newsletter: Newsletter) -> list[NewsletterVersion]:
    """Return the versions that go out, each with its sections."""
    versions = newsletter.versions.filter(state=VersionState.READY).select_related("newsletter")
    return list(versions.prefetch_related("sections").order_by("language"))


def sends_at_once(by: Any) -> bool:
    """Tell whether an issue goes out as soon as this person asks: the settings say so, for coordinators."""
    return not settings.NEWSLETTER_NEEDS_TWO and bool(by.is_coordinator)


def check_may_send(by: Any) -> None:
    if not by.is_coordinator:
        raise NewsletterRefused(_("Only coordinators send an issue, and only they pause or stop it."))


def _check_can_be_sent(newsletter: Newsletter) -> None:
    sentences: Sequence[str] = checking.why_not_to_send(newsletter)
    if sentences:
        raise NewsletterRefused("\n".join(sentences))


def _move(newsletter: Newsletter, became: NewsletterState, *, verb: str, by: Any, now: datetime) -> Newsletter:
    check_may_send(by)
    newsletter = Newsletter.objects.select_for_update(no_key=True).get(pk=newsletter.pk)
    was = NewsletterState(newsletter.state)
    if was == became:
        return newsletter
    if not may_become(was, became):
        raise NewsletterRefused(_("The issue is not being sent any more: %(state)s.") % {"state": was.label})
    newsletter.state = became
    newsletter.finished_at = now if became == S.STOPPED else None
    newsletter.save(update_fields=["state", "finished_at"])
    acts.record(by=by, verb=verb, on=newsletter, now=now, was=was, became=became)
    return newsletter


def locked_among(newsletter: Newsletter, states: set[NewsletterState]) -> Newsletter:
    """Return the issue, locked, if it is in one of these states; else raise NewsletterRefused with the one it is in."""
    newsletter = Newsletter.objects.select_for_update(no_key=True).get(pk=newsletter.pk)
    if newsletter.state not in states:
        state = NewsletterState(newsletter.state).label
        raise NewsletterRefused(
            _("Somebody else was quicker: the issue is now in the state “%(state)s”.") % {"state": state}
        )
    return newsletter
