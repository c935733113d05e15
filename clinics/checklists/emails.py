"""The letter about what is due on the checklists of clinics: what it lists is asked when it leaves."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from clinics.models import ChecklistItem, ChecklistReminder
from letsconnect.base.links import absolute
from letsconnect.base.zones import in_zone
from mailings import kinds
from mailings.rendering import Rendered, render_letter

CHECKLIST_DUE = "clinics.checklist_due"
MOST_ITEMS = 30  # in one letter; the page shows all of them


def still_owed(reminder: ChecklistReminder | None, now: datetime) -> str | None:
    """Return why the letter is no longer owed: its day is over, or nothing is due by it that is theirs to do."""
    if reminder is None:
        return "what it is about is gone"
    if in_zone(now, reminder.member.zone).date() > reminder.day:
        return "its day is over"
    return None if _items_of(reminder, on=now.date()) else "nothing that is theirs to do is due any more"


def render(reminder: ChecklistReminder, language: str, zone: str) -> Rendered:
    items = _items_of(reminder, on=timezone.now().date())
    lines = [
        {"item": item, "title": _title(item, language), "is_late": item.due_on < reminder.day}
        for item in items[:MOST_ITEMS]
    ]
    context: dict[str, Any] = {
        "lines": lines,
        "count": len(items),
        "more": len(items) - len(lines),
        "url": absolute("clinics:checklist-mine"),
    }
    return render_letter("clinics/emails/checklist_due", context, language=language, zone=zone)


def read_reminders(keys: list[int], now: datetime) -> list[ChecklistReminder]:
    """Read what is due of all these readers, in two queries."""
    reminders = list(ChecklistReminder.objects.filter(pk__in=keys).select_related("member"))
    latest = max((reminder.day for reminder in reminders), default=date.min)
    theirs: dict[int | None, list[ChecklistItem]] = defaultdict(list)
    people = [reminder.member_id for reminder in reminders]
    for item in _due(latest, on=now.date()).filter(assignee__in=people):
        theirs[item.assignee_id].append(item)
    for reminder in reminders:
        vars(reminder)["items"] = [item for item in theirs[reminder.member_id] if item.due_on <= reminder.day]
    return reminders


def _items_of(reminder: ChecklistReminder, *, on: date) -> list[ChecklistItem]:
    """Return what was read with the reminder, or else read it."""
    if "items" not in vars(reminder):
        vars(reminder)["items"] = list(_due(reminder.day, on=on).of(reminder.member))
    items: list[ChecklistItem] = vars(reminder)["items"]
    return items


def _due(day: date, *, on: date) -> Any:
    due = ChecklistItem.objects.due_by(day).in_good_hands(on=on).in_order()
    return due.select_related("clinic").prefetch_related("clinic__texts")


def _title(item: ChecklistItem, language: str) -> str:
    text = item.clinic.text_in(language)
    return text.title if text else item.clinic.title


def register() -> None:
    """Register the letter with the ledger."""
    kinds.register(CHECKLIST_DUE, still_owed=still_owed, render=render, reads=read_reminders, keeps=kinds.kept())
