"""What can be decided about the checklist of a clinic: when an item is due, and when it is late."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from letsconnect.base.zones import in_zone


class ChecklistState(TextChoices):
    """What a reader sees of an item: computed from its day, never stored."""

    DONE = "done", pgettext_lazy("state of a checklist item", "done")
    LATE = "late", pgettext_lazy("state of a checklist item", "late")
    DUE = "due", pgettext_lazy("state of a checklist item", "due today")
    SOON = "soon", pgettext_lazy("state of a checklist item", "due within a week")
    LATER = "later", pgettext_lazy("state of a checklist item", "later")


class ChecklistStep(NamedTuple):
    """An item of the first template: its name in the code, and its day, counted from the day of the clinic."""

    name: str
    days: int


# The template a new portal begins with; the working group changes its own copy of it.
CHECKLIST_TEMPLATE = (
    ChecklistStep("topic_and_sharers", -35),
    ChecklistStep("interpreters", -21),
    ChecklistStep("announce", -14),
    ChecklistStep("material_to_interpreters", -7),
    ChecklistStep("tech_check", -2),
    ChecklistStep("the_day", 0),
    ChecklistStep("recording", 3),
    ChecklistStep("summary", 7),
    ChecklistStep("certificates", 7),
)
DAYS_BEFORE_AT_MOST, DAYS_AFTER_AT_MOST = 365, 365
SOON = timedelta(days=7)


def due_on(days: int, *, starts_at: datetime, zone: str) -> date:
    """Return the day on which an item is due, ``days`` from the clinic's own day; it moves when the clinic moves."""
    return in_zone(starts_at, zone).date() + timedelta(days=days)


def state_of(*, due: date, is_done: bool, today: date) -> ChecklistState:
    """Return what an item looks like on ``today``, the reader's own day."""
    if is_done:
        return ChecklistState.DONE
    if due < today:
        return ChecklistState.LATE
    if due == today:
        return ChecklistState.DUE
    return ChecklistState.SOON if due <= today + SOON else ChecklistState.LATER
