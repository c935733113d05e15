"""What can be decided about the checklist of a clinic: when an item is due, and when it is late."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import ClinicError
from letsconnect.base.zones import in_zone


class UsualItem(TextChoices):
    """The items every portal begins with; what the working group adds is named in its own words."""

    TOPIC_AND_SHARERS = "topic_and_sharers", pgettext_lazy("checklist item", "Topic and sharers are settled")
    INTERPRETERS = "interpreters", pgettext_lazy("checklist item", "Interpreters are found")
    ANNOUNCE = "announce", pgettext_lazy("checklist item", "The clinic is announced")
    MATERIAL_TO_INTERPRETERS = (
        "material_to_interpreters",
        pgettext_lazy("checklist item", "The interpreters have the material"),
    )
    TECH_CHECK = "tech_check", pgettext_lazy("checklist item", "The technology is tried out")
    THE_DAY = "the_day", pgettext_lazy("checklist item", "Everybody knows what they do on the day")
    RECORDING = "recording", pgettext_lazy("checklist item", "The recording can be watched")
    SUMMARY = "summary", pgettext_lazy("checklist item", "The summary can be read")
    CERTIFICATES = "certificates", pgettext_lazy("checklist item", "Those who came have their certificates")


class ItemState(TextChoices):
    """What was said of an item, as it is stored."""

    OPEN = "open", pgettext_lazy("state of a checklist item", "to do")
    DONE = "done", pgettext_lazy("state of a checklist item", "done")
    NOT_NEEDED = "not_needed", pgettext_lazy("state of a checklist item", "not needed")


class ChecklistState(TextChoices):
    """What a reader sees of an item: computed from its day, never stored."""

    DONE = "done", pgettext_lazy("state of a checklist item", "done")
    NOT_NEEDED = "not_needed", pgettext_lazy("state of a checklist item", "not needed")
    LATE = "late", pgettext_lazy("state of a checklist item", "late")
    DUE = "due", pgettext_lazy("state of a checklist item", "due today")
    SOON = "soon", pgettext_lazy("state of a checklist item", "due within a week")
    LATER = "later", pgettext_lazy("state of a checklist item", "later")


class ChecklistStep(NamedTuple):
    """An item of the first template: what it is, and its day, counted from the day of the clinic."""

    name: UsualItem
    days: int


class ItemChangedMeanwhile(ClinicError):
    """Somebody else said of the item what became of it, or gave it to somebody."""


class NobodyToDoIt(ClinicError):
    """The person an item is given to neither has a seat in the working group nor hosts the clinic."""


# The template a new portal begins with; the working group changes its own copy of it.
CHECKLIST_TEMPLATE = (
    ChecklistStep(UsualItem.TOPIC_AND_SHARERS, -35),
    ChecklistStep(UsualItem.INTERPRETERS, -21),
    ChecklistStep(UsualItem.ANNOUNCE, -14),
    ChecklistStep(UsualItem.MATERIAL_TO_INTERPRETERS, -7),
    ChecklistStep(UsualItem.TECH_CHECK, -2),
    ChecklistStep(UsualItem.THE_DAY, 0),
    ChecklistStep(UsualItem.RECORDING, 3),
    ChecklistStep(UsualItem.SUMMARY, 7),
    ChecklistStep(UsualItem.CERTIFICATES, 7),
)
DAYS_BEFORE_AT_MOST, DAYS_AFTER_AT_MOST = 365, 365
ITEMS_AT_MOST = 60  # of one clinic
SOON = timedelta(days=7)
LETTER_AT, LETTER_UNTIL = time(9), time(21)  # of the reader's own clock


def due_on(days: int, *, day: date) -> date:
    """Return the day on which an item is due: ``days`` from ``day``, the clinic's own day on the wall of its zone.

    So it moves when the clinic moves, and summer time does not shift it.
    """
    return day + timedelta(days=days)


def state_of(*, due: date, state: str, today: date) -> ChecklistState:
    """Return what an item looks like on ``today``, the reader's own day."""
    if state != ItemState.OPEN:
        return ChecklistState(state)
    if due < today:
        return ChecklistState.LATE
    if due == today:
        return ChecklistState.DUE
    return ChecklistState.SOON if due <= today + SOON else ChecklistState.LATER


def day_of_letter(zone: str, *, now: datetime) -> date | None:
    """Return the day of which somebody in ``zone`` is written now, or None: from 9:00 of their own clock until the
    evening, in case the portal stood still in the morning."""
    local = in_zone(now, zone)
    return local.date() if LETTER_AT <= local.time() < LETTER_UNTIL else None
