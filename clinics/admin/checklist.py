"""The tab of the checklist: what is to be done, by whom and until when, each with one press to tick it."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.checklists.forms import ItemForm, NewItemForm, people_to_choose
from clinics.checklists.items import add_item, arrange_item, fill_checklist, settle_item
from clinics.domain.checklists import ItemState
from clinics.domain.clinics import ClinicError, ClinicState
from clinics.locking import lock_clinic
from clinics.models import ChecklistItem, Clinic
from letsconnect.base.access_log import PeopleShown, people_on
from registrations.requests import signed_in


def _items(clinic: Clinic) -> list[ChecklistItem]:
    items = list(clinic.checklist.select_related("assignee", "settled_by").order_by("days", "pk"))
    for item in items:
        item.clinic = clinic
    return items


def _people(clinic: Clinic) -> PeopleShown:
    return people_on(clinic.checklist.exclude(assignee=None), ("assignee",))


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    if request.method == "POST":
        return _act(desk, request, clinic)
    people = people_to_choose(clinic)
    rows = [ItemForm(item, people) for item in _items(clinic)]
    return _draw(desk, request, clinic, rows, NewItemForm(people, clinic=clinic, planner=signed_in(request)))


def _act(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Do what the pressed button says, or show the page again with what is wrong."""
    people = people_to_choose(clinic)
    if "said" in request.POST:
        _settle(request, clinic, request.POST["said"])
    elif "fill" in request.POST:
        _try(request, lambda: fill_checklist(clinic=clinic, by=signed_in(request), now=timezone.now()))
    elif "add" in request.POST:
        new = NewItemForm(people, request.POST, clinic=clinic)
        if not new.is_valid():
            return _draw(desk, request, clinic, [ItemForm(item, people) for item in _items(clinic)], new)
        _try(request, lambda: add_item(clinic=clinic, **new.cleaned_data, by=signed_in(request), now=timezone.now()))
    else:
        rows, stale = _arrange(request, clinic)
        if stale or not all(row.is_valid() for row in rows):
            new = NewItemForm(people, clinic=clinic, planner=signed_in(request))
            return _draw(desk, request, clinic, rows, new, stale=stale)
    return redirect(CHECKLIST.url(clinic))


def _settle(request: HttpRequest, clinic: Clinic, said: str) -> None:
    """Store what a button says of an item: its key, what it was on the page, and what it becomes."""
    key, was, becomes = ([*said.split(":"), "", ""])[:3]
    item = next((item for item in _items(clinic) if str(item.pk) == key), None)
    if item is None or was not in ItemState.values or becomes not in ItemState.values:
        return
    item.state = was
    now, state = timezone.now(), ItemState(becomes)
    _try(request, lambda: settle_item(item=item, state=state, by=signed_in(request), now=now))


@transaction.atomic
def _arrange(request: HttpRequest, clinic: Clinic) -> tuple[list[ItemForm], list[ItemForm]]:
    """Store who does what, all of it or nothing; return the rows, and those that somebody else changed meanwhile."""
    lock_clinic(clinic)
    people = people_to_choose(clinic)
    rows = [ItemForm(item, people, request.POST) for item in _items(clinic) if f"item-{item.pk}-days" in request.POST]
    if not all([row.is_valid() for row in rows]):
        return rows, []
    changed = [row for row in rows if row.is_changed]
    stale = [row for row in changed if row.is_stale]
    if not stale:
        now, by = timezone.now(), signed_in(request)
        for row in sorted(changed, key=lambda row: row.item.pk):
            said = row.cleaned_data
            arrange = partial(arrange_item, item=row.item, assignee=said["assignee"], days=said["days"])
            if not _try(request, partial(arrange, by=by, now=now)):
                break
    return rows, stale


def _try(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Run the action and return True, or say why it was refused."""
    try:
        with transaction.atomic():
            act()
    except ClinicError as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True


def _draw(
    desk: ClinicDesk,
    request: HttpRequest,
    clinic: Clinic,
    rows: list[ItemForm],
    new: NewItemForm,
    *,
    stale: list[ItemForm] | None = None,
) -> HttpResponse:
    """Draw the list. A row that somebody changed meanwhile keeps what was typed, and says what stands there now."""
    today = timezone.localdate()
    for row in stale or []:
        row.show_again()
    context = {
        "rows": [(row, row.item, row.item.state_on(today), row in (stale or [])) for row in rows],
        "new": new,
        "is_wrong": bool(stale) or new.is_bound or any(row.is_bound for row in rows),
        "may_arrange": clinic.state not in (ClinicState.CANCELLED, ClinicState.ARCHIVED),
        "may_tick": clinic.state != ClinicState.CANCELLED,
    }
    return desk.draw(request, clinic, "checklist", context)


CHECKLIST = Tab("checklist", gettext_lazy("Checklist"), _view, people=_people)
