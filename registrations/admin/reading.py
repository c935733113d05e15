"""What a reviewer reads of one registration: the answers in words, the wiki page, what changed, notes of colleagues."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registrations.accounts.user_pages import user_page, username_of
from registrations.admin.beside import changes_since, problems_of
from registrations.admin.read_beside import beside_of
from registrations.answers import snapshots
from registrations.answers.kinds import Words
from registrations.answers.question_rows import Question
from registrations.answers.questions import COLUMNS, QUESTIONS
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import RegistrationState
from registrations.models import Member, Registration, RegistrationQuerySet

FIRST = ("wishes", "offers", "topics", "group_id", "role_id", "languages")  # what a decision is about mostly
AT_THE_TOP = ("name", "country", "consents")


@dataclass(frozen=True)
class AnswerRead:
    """One question, as the working group calls it, and the lines of its answer."""

    label: str
    lines: list[str]


def to_read(rows: RegistrationQuerySet) -> RegistrationQuerySet:
    """Registrations with all that their page says of them, and ``proved_username``, their name on the wiki."""
    return rows.select_related("member", "group", "role").annotate(proved_username=username_of(OuterRef("member")))


def read(registration: Registration, *, reader: Member) -> dict[str, Any]:
    """Return what the page of the lane shows of it."""
    beside, is_changed = beside_of(registration), registration.is_changed_since_review
    facts, snapshot = beside.facts, beside.snapshot if is_changed else None
    kept = [snapshots.as_plain(facts), *([snapshot.facts] if snapshot else [])]
    words = Words(get_language() or "en", snapshots.names_of(*kept))
    proved, as_told = getattr(registration, "proved_username", None), registration.wikimedia_username
    return {
        "registration": registration,
        "country": "".join(COLUMNS["country"].lines(facts, words)),
        "answers": list(_answers(facts, words, show_private=reader.is_coordinator)),
        "user_page": user_page(proved or as_told) if proved or as_told else None,
        "is_proved": bool(proved),
        "is_changed": is_changed,
        "snapshot": snapshot,
        "changes": changes_since(snapshot, facts, reader=reader, names=words.names) if snapshot else [],
        "problems": problems_of(registration, beside.eligibility.rules, beside.agreements),
        "notes": beside.notes,
        "accepts": registration.state == RegistrationState.APPROVED,
    }


def _answers(facts: RegistrationFacts, words: Words, *, show_private: bool) -> Iterator[AnswerRead]:
    """Yield the answered questions, what a decision is about first, and those left open in one line at the end."""
    open_questions: list[str] = []
    for question in sorted(QUESTIONS, key=_place):
        if question.name in AT_THE_TOP or (question.for_coordinators and not show_private):
            continue
        lines = question.lines(facts, words)
        if lines:
            yield AnswerRead(_label(question), lines)
        else:
            open_questions.append(_label(question))
    if open_questions:
        yield AnswerRead(_("Not answered"), open_questions)


def _place(question: Question) -> int:
    return FIRST.index(question.name) if question.name in FIRST else len(FIRST)


def _label(question: Question) -> str:
    return capfirst(str(question.cells[0][0] if question.cells else question.columns[0].label))
