"""What changed between two moments of one registration, in words a liaison reads side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registrations.answers.kinds import Words
from registrations.answers.questions import COLUMNS, Fact
from registrations.answers.rows_in_words import ROWS

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was; empty where there was, or is, nothing."""

    label: str
    before: str
    after: str


def between(
    before: Plain, after: Plain, *, names: Mapping[str, str], language: str, heirs: Mapping[int, int] | None = None
) -> list[Change]:
    """Return what differs between two facts as `snapshots.as_plain` writes them.

    ``names`` says what "group:3", "role:1" and "skill:12" are called; ``heirs`` which skills were merged into which
    since, which is no change of the person's. A fact the older one does not have yet is not compared.
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
            was, now = (
                _followed(side[name], heirs) if rows.names == "skill" else side[name] for side in (before, after)
            )
            differences += [Change(*change) for change in rows.changes(was, now, words)]
    return differences


def _followed(rows: list[Any], heirs: Mapping[int, int]) -> list[Any]:
    return [[heirs.get(skill, skill), *rest] for skill, *rest in rows]


def _in_words(fact: Fact, value: Any, words: Words) -> str:
    return ", ".join(map(str, fact.kind.lines(value, words)))
