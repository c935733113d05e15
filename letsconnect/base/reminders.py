"""Reminders before something begins: which one is due now, and which comes too late.

Each app keeps a ladder of its own, one row for each reminder; its sweep, its kinds of letter and what makes a letter
void follow from it. A new reminder is a row, and the templates of its letter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Reminder:
    """One step of a ladder: due from ``before`` the start until the next step is, or the start has come."""

    letter: str  # names the kind of letter and the folder of its templates
    before: timedelta
    # This near the start it is not written any more: the next one is enough.
    too_late: timedelta = timedelta(0)
    # Whether it also goes to somebody who has learnt of the hour so late that this reminder was due already. They have
    # just had a letter.
    to_latecomers: bool = False


class Ladder:
    """The reminders of one thing that begins, the earliest first. At most one is due at a time: after a standstill
    nobody gets two at once, and none after the start."""

    def __init__(self, *steps: Reminder) -> None:
        self.steps = tuple(sorted(steps, key=lambda step: step.before, reverse=True))
        if len({step.before for step in steps}) != len(steps) or len(set(self.letters)) != len(steps):
            raise ValueError("two reminders of one ladder are due at the same time, or share a letter")

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(step.letter for step in self.steps)

    @property
    def reach(self) -> timedelta:
        """How long before a start the first reminder is due."""
        return self.steps[0].before

    def step_at(self, *, starts_at: datetime, now: datetime) -> Reminder | None:
        """Return the step whose time it is: the last one that has come; None before the first and after the start."""
        left = starts_at - now
        if left <= timedelta(0):
            return None
        return min((step for step in self.steps if left <= step.before), key=lambda step: step.before, default=None)

    def due(self, *, starts_at: datetime, settled_at: datetime, now: datetime) -> Reminder | None:
        """Return the one reminder that is due at ``now``, if any; ``settled_at`` is when the person last learnt of
        this hour."""
        step = self.step_at(starts_at=starts_at, now=now)
        if step is None or starts_at - now <= step.too_late:
            return None
        return step if step.to_latecomers or settled_at < starts_at - step.before else None

    def why_void(self, letter: str, *, starts_at: datetime, now: datetime) -> str | None:
        """Return why a reminder that was owed is not sent any more, or None: it waited until the next one was due, or
        the start has moved away from it or is past."""
        step = self.step_at(starts_at=starts_at, now=now)
        if step is not None and step.letter == letter:
            return None
        if starts_at <= now:
            return "it has begun"
        is_early = step is None or self.letters.index(step.letter) < self.letters.index(letter)
        return "it is too early for this reminder" if is_early else "the next reminder is due instead"
