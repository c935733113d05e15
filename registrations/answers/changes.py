"""What changed between two moments of one registration, in words a liaison reads side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from letsconnect.base.languages import listed
from registrations.answers.kinds import Words
from registrations.answers.question_rows import Fact
from registrations.answers.questions import COLUMNS
from registrations.answers.rows_in_words import ROWS, AnswerRows, RowFact, SkillRows

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One answer that changed; a value is empty if there was, or is, no answer."""

    label: str
    before: str
    after: str


def between(
    before: Plain, after: Plain, *, names: Mapping[str, str], language: str, heirs: Mapping[int, int] | None = None
) -> list[Change]:
    """Return what differs between two registrations' facts as `snapshots.as_plain` writes them.

    ``names`` gives the names of "group:3", "role:1" and "skill:12"; ``heirs`` says which skills were merged into which
    since, which is not a change by the person. A fact that the older one does not have is not compared.
    """
    heirs = heirs or {}
    words = Words(language, names)
    differences = [
        Change(
            str(COLUMNS[name].label),
            _in_words(COLUMNS[name], before[name], words),
            _in_words(COLUMNS[name], now, words),
        )
        for name, now in after.items()
        if name in COLUMNS and name in before and before[name] != now
    ]
    for name, rows in ROWS.items():
        if name in before and name in after:
            was, now = (_rows(rows, side[name], heirs) for side in (before, after))
            differences += [Change(*change) for change in rows.changes(was, now, words)]
    return differences


def _rows(kind: AnswerRows[RowFact], stored: list[Any], heirs: Mapping[int, int]) -> list[RowFact]:
    rows = kind.read(stored)
    return kind.followed(rows, heirs) if isinstance(kind, SkillRows) else rows


def _in_words(fact: Fact, value: Any, words: Words) -> str:
    return listed(fact.kind.lines(value, words), words.language)
