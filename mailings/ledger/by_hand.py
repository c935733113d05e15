"""Decisions about letters by a coordinator, or by a person about their own data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from letsconnect.base import acts, nudges
from letsconnect.base.addresses import canonical_or_as_it_is
from letsconnect.base.clocks import no_later_than
from mailings import kinds
from mailings.domain.letters import OPEN, CannotSendAgain, LetterState, NotForAPerson
from mailings.ledger import sent_texts
from mailings.models import Letter


@transaction.atomic
def mark_as_sent(*, letter: Letter, by: Any, now: datetime) -> Letter:
    """Mark an uncertain letter as sent, because a person knows that it arrived."""
    letter = _locked(letter, among={LetterState.UNCERTAIN})
    _only(letter).move(LetterState.UNCERTAIN, LetterState.SENT, sent_at=now, claimed_by="")
    return _decided(letter, verb="mark_letter_as_sent", by=by, now=now)


@transaction.atomic
def send_again(*, letter: Letter, by: Any, now: datetime) -> Letter:
    """Queue an uncertain or failed letter again, with all its attempts and its old Message-ID."""
    letter = _locked(letter, among={LetterState.UNCERTAIN, LetterState.FAILED})
    if (
        not kinds.is_registered(letter.kind)
        or letter.kind in kinds.urgent()
        or (letter.member_id is None and not letter.address)
    ):
        raise CannotSendAgain(letter.kind)
    columns = {"due_at": no_later_than(now, now=now), "tries": 0, "reason": "", "answer": "", "claimed_by": ""}
    _only(letter).move(LetterState(letter.state), LetterState.QUEUED, **columns)
    nudges.on_commit("mailings.tasks.drain")
    return _decided(letter, verb="send_letter_again", by=by, now=now)


@transaction.atomic
def forget_recipient(*, member: Any, now: datetime, addresses: Iterable[str] = ()) -> int:
    """Remove a member from every letter to them, and from those to their ``addresses``; return how many.

    What is still owed to them is skipped; the texts that were kept of letters to them, or that name them, are deleted.
    A letter that is being sent right now keeps its recipient until its outcome is known: call again then. The rows
    stay, so the counts of the ledger still add up.
    """
    spellings = {canonical_or_as_it_is(address) for address in addresses if address}
    Letter.objects.filter(member=None, address__in=spellings).update(member=member)
    letters = Letter.objects.filter(member=member)
    for state in (LetterState.QUEUED, LetterState.DEFERRED, LetterState.CLAIMED):
        letters.move(state, LetterState.SKIPPED, reason="the person was erased")
    sent_texts.forget_texts_naming([member])
    settled = letters.exclude(state__in=OPEN)
    sent_texts.forget_texts_to(settled)
    return settled.update(member=None, address="", answer="")


@transaction.atomic
def forget_letters_about_gone(table: type[models.Model]) -> int:
    """Take the address out of letters to people without an account, where what they were about is deleted.

    What is still owed is skipped. What was kept of any letter about it is deleted, to whomever that went. Return how
    many letters lost their address; one that is being sent right now is left for the next call.
    """
    about = Letter.objects.filter(about_type=table._meta.label_lower)
    orphaned = about.exclude(Exists(table._default_manager.filter(pk=OuterRef("about_id"))))
    sent_texts.forget_texts_to(orphaned)
    with_address = orphaned.filter(member=None).exclude(address="")
    for state in (LetterState.QUEUED, LetterState.DEFERRED, LetterState.CLAIMED):
        with_address.move(state, LetterState.SKIPPED, reason="what it is about is gone")
    return with_address.exclude(state__in=OPEN).update(address="", answer="")


def _only(letter: Letter) -> Any:
    return Letter.objects.filter(pk=letter.pk)


def _locked(letter: Letter, *, among: set[LetterState]) -> Letter:
    letter = Letter.objects.select_for_update(no_key=True).get(pk=letter.pk)
    if letter.state not in among:
        raise NotForAPerson(letter.state)
    return letter


def _decided(letter: Letter, *, verb: str, by: Any, now: datetime) -> Letter:
    was = letter.state
    letter.refresh_from_db()
    acts.record(by=by, verb=verb, on=letter, now=now, was=was, became=letter.state)
    return letter
