"""A person's answers in words: to read them back, and to choose between two tabs."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from registrations.answers import snapshots
from registrations.answers.kinds import Words
from registrations.answers.question_rows import Question


@dataclass(frozen=True)
class AnswerInWords:
    """The question's label and the lines of its answer; no lines mean that there is no answer."""

    label: str
    lines: tuple[str, ...]


def words_for(facts: Any) -> Words:
    """Return the words for some facts in the active language; names are looked up once, and only if one is needed."""
    names: Any = SimpleLazyObject(lambda: snapshots.names_of(snapshots.as_plain(facts)))
    return Words(get_language() or "en", names)


def answer_in_words(facts: Any, question: Question, words: Words) -> AnswerInWords:
    """Put the answer to one question into words, in the active language."""
    return AnswerInWords(str(question.label), tuple(question.lines(facts, words)))
