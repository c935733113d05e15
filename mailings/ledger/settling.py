"""Recording the outcome of an attempt to send a letter."""

import logging
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction

from mailings import kinds
from mailings.domain.letters import AttemptOutcome, LetterState, ServerAnswer, after_attempt, shortened
from mailings.models import Letter, Suppression

logger = logging.getLogger(__name__)


def settle_group(answers: list[tuple[Letter, ServerAnswer]], *, now: datetime) -> Counter[str]:
    """Store and commit the outcomes of a group of letters; return how many went into which state.

    Those that the mail server took are written in one statement, the others one by one as `settle` does.
    """
    counts = Counter[str]()
    taken = [(letter, answer) for letter, answer in answers if 200 <= (answer.code or 0) < 300]
    if taken:
        counts[LetterState.SENT.value] += len(taken)
        texts = [(letter, _answer_in_words(letter, answer)) for letter, answer in taken]
        with transaction.atomic():
            moved = Letter.objects.settle_as_sent(texts, now=now)
            delivered = [letter.address for letter, _answer in taken if letter.is_to_suppressed]
            if delivered:
                Suppression.objects.lift_bounces(delivered, now=now)
        for letter, _answer in taken:
            if letter.pk not in moved:
                _warn_of_a_decision(letter, LetterState.SENT)
    for letter, answer in answers:
        if not 200 <= (answer.code or 0) < 300:
            counts[settle(letter, answer, now=now).state.value] += 1
    return counts


def _answer_in_words(letter: Letter, answer: ServerAnswer) -> str:
    return shortened(f"{answer.code or ''} {answer.text}", address=letter.address)


def _warn_of_a_decision(letter: Letter, outcome: LetterState) -> None:
    logger.warning("letter %s was decided by somebody else before its outcome %s", letter.pk, outcome)


def settle(
    letter: Letter,
    answer: ServerAnswer,
    *,
    now: datetime,
    was: LetterState = LetterState.SUBMITTING,
    may_try_again: bool = True,
) -> AttemptOutcome:
    """Store and commit the outcome of this worker's attempt to send ``letter``.

    A worker so slow that its lease ran out finds the letter marked as uncertain. It knows the outcome, so it stores it,
    unless a person has decided in the meantime.
    """
    outcome = after_attempt(answer, tries=letter.tries, now=now, is_urgent=letter.kind in kinds.urgent())
    if outcome.state == LetterState.DEFERRED and not may_try_again:
        outcome = AttemptOutcome(LetterState.FAILED, reason=outcome.reason)
    columns: dict[str, Any] = {
        "tries": letter.tries,
        "reason": outcome.reason,
        "answer": _answer_in_words(letter, answer),
    }
    if outcome.state == LetterState.SENT:
        columns["sent_at"] = now
    if outcome.next_try_at:
        columns["due_at"] = outcome.next_try_at
    with transaction.atomic():
        row = Letter.objects.filter(pk=letter.pk).claimed_with(letter.claimed_by)
        moved = row.move(was, outcome.state, **columns)
        if not moved and was == LetterState.SUBMITTING and outcome.state != LetterState.UNCERTAIN:
            moved = row.move(LetterState.UNCERTAIN, outcome.state, **columns)
        if outcome.is_bad_address:
            Suppression.objects.suppress([letter.address], source="bounce", now=now)
        elif outcome.state == LetterState.SENT:
            Suppression.objects.lift_bounces([letter.address], now=now)
    if not moved:
        _warn_of_a_decision(letter, outcome.state)
    return outcome
