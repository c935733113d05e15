"""Reminders before something begins: which one is due now, and which would come too late.

Each app has its own ladder, with one row for each reminder. The app's sweep, the kinds of its letters and the check
whether a letter is still owed follow from it. So a new reminder needs one row, and the templates of its letter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Reminder:
    """One step of a ladder: due from ``before`` the start until the next step is, or the start has come."""

    letter: str  # names the kind of letter and the folder of its templates
    before: timedelta
    # From this long before the start it is not sent any more: the next one is enough.
    too_late: timedelta = timedelta(0)
    # Whether it also goes to people who learn of the hour when it is due already, and so get a letter anyway.
    to_latecomers: bool = False


class Ladder:
    """The reminders of one thing that begins, the earliest first.

    At most one is due at a time. So when sending has stopped for a while, nobody gets two at once, or one after the
    start.
    """

    def __init__(self, *steps: Reminder) -> None:
        self.steps = tuple(sorted(steps, key=lambda step: step.before, reverse=True))
        if len({step.before for step in steps}) != len(steps) or len(set(self.letters)) != len(steps):
            raise ValueError("two reminders of one ladder are due at the same time, or share a letter")

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(step.letter for step in self.steps)

    @property
    def reach(self) -> timedelta:
        """Return how long before a start the first reminder is due."""
        return self.steps[0].before

    def step_at(self, *, starts_at: datetime, now: datetime) -> Reminder | None:
        """Return the latest step that has become due, or None before the first step and after the start."""
        remaining = starts_at - now
        if remaining <= timedelta(0):
            return None
        return min(
            (step for step in self.steps if remaining <= step.before), key=lambda step: step.before, default=None
        )

    def due(self, *, starts_at: datetime, settled_at: datetime, now: datetime) -> Reminder | None:
        """Return the reminder that is due at ``now``, if any.

        ``settled_at`` is when the person last learnt of this hour.
        """
        step = self.step_at(starts_at=starts_at, now=now)
        if step is None or starts_at - now <= step.too_late:
            return None
        return step if step.to_latecomers or settled_at < starts_at - step.before else None

    def windows(self) -> Iterator[tuple[Reminder, timedelta, timedelta]]:
        """Yield each step with how long before a start it is due at the earliest, and no longer due: for sweeps, which
        ask the database for what `due` says of one row. The later moment itself is too late."""
        for step, next_step in zip(self.steps, (*self.steps[1:], None), strict=True):
            yield step, step.before, max(step.too_late, next_step.before if next_step else timedelta(0))

    def why_void(self, letter: str, *, starts_at: datetime, now: datetime) -> str | None:
        """Return why a reminder that was owed is not sent any more, or None when it still is.

        It may have waited until the next one was due, or the start was moved away or is past.
        """
        step = self.step_at(starts_at=starts_at, now=now)
        if step is not None and step.letter == letter:
            return None
        if starts_at <= now:
            return "it has begun"
        is_early = step is None or self.letters.index(step.letter) < self.letters.index(letter)
        return "it is too early for this reminder" if is_early else "the next reminder is due instead"
