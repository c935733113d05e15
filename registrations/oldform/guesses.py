"""The same guess once: cells of a file that say the same in one column, with their rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from registrations.oldform.reading.decisions import group_of
from registrations.oldform.reading.report import Line


@dataclass
class Guess:
    """What several rows say in one column, and what was made of it."""

    key: str
    column: str
    text: str
    certainty: str
    rows: list[int] = field(default_factory=list)
    made: list[str] = field(default_factory=list)  # the same words may be read differently, as hours of other countries

    @property
    def is_guessed(self) -> bool:
        """Whether something was made of it that can be taken as it is."""
        return self.certainty == "guessed"


def guesses_of(lines: Iterable[Line]) -> list[Guess]:
    """Return each guess once, those of most rows first; rows that were left out are none."""
    guesses: dict[str, Guess] = {}
    for line in lines:
        if not line.column:
            continue
        key = group_of(line.column, line.text)
        guess = guesses.setdefault(key, Guess(key, line.column, line.text, line.certainty))
        guess.rows.append(line.row)
        if line.what_was_made_of_it not in guess.made:
            guess.made.append(line.what_was_made_of_it)
    return sorted(guesses.values(), key=lambda guess: (-len(guess.rows), guess.column, guess.text))
