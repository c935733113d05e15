"""Who can be given what is to be done for a clinic, and what becomes of it when they leave."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinics.domain.checklists import ItemState
from clinics.models import ChecklistItem, Clinic, in_working_group
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member


def who_may_do_it(clinic: Clinic, *, on: date) -> QuerySet[Member]:
    """Return the people an item of this clinic can be given to: the working group, and who said yes to hosting it."""
    is_host = Q(pk__in=clinic.people.hosts().accepted().exclude(member=None).values("member"))
    return Member.objects.with_open_account().filter(in_working_group(on=on) | is_host).order_by("name", "pk")


def connect() -> None:
    """Connect to the signals about people who leave, and about what is stored of somebody."""
    events.erasing.connect(on_leaving)
    events.account_closed.connect(on_leaving)
    events.data_asked.connect(collect)


def on_leaving(sender: Any, *, member: Member, now: datetime, **kwargs: Any) -> None:
    """What the person still had to do falls back to nobody; that they did something before stays true."""
    theirs = ChecklistItem.objects.filter(assignee=member, state=ItemState.OPEN)
    keys = list(theirs.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    ChecklistItem.objects.filter(pk__in=keys).update(assignee=None)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return what the person was given to do for clinics, for the page of their data."""
    items = batch.add(ChecklistItem.objects.filter(assignee=member).select_related("clinic").order_by("pk"))
    yield ("clinics.ChecklistItem",)
    batch.prefetch(Clinic, "texts")
    yield events.Section("checklist", _("What I do for clinics"), _rows(items))


def _rows(items: Iterable[ChecklistItem]) -> list[tuple[events.Item, ...]]:
    item_of = events.Item.of
    return [
        (
            item_of("clinic", _("Clinic"), item.clinic.title),
            item_of("name", _("What is to be done"), item.name or item.title, item.in_words),
            item_of("days", _("Due on"), item.days, events.value_in_words(item.due_on)),
            item_of("state", _("State"), item.state, item.get_state_display()),
        )
        for item in items
    ]
