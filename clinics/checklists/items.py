"""The items of a checklist: where they come from, who does them, and what becomes of them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.checklists.people import who_may_do_it
from clinics.domain.checklists import CHECKLIST_TEMPLATE, ITEMS_AT_MOST, ItemChangedMeanwhile, ItemState, NobodyToDoIt
from clinics.domain.clinics import ClinicMoveNotAllowed, ClinicState, NotYourClinic
from clinics.locking import check_theirs, lock_clinic, lock_theirs
from clinics.models import ChecklistItem, ChecklistTemplateItem, Clinic
from clinics.texts.call_links import check_no_call_link
from letsconnect.base import acts
from registrations.models import Member


@transaction.atomic
def fill_checklist(*, clinic: Clinic, by: Member, now: datetime) -> list[ChecklistItem]:
    """Give a clinic what is on the usual list and not on its own, all of it to ``by``; return the new items."""
    clinic = _lock_to_change(clinic, by=by)
    there = {(item.name, item.title) for item in clinic.checklist.all()}
    usual = ChecklistTemplateItem.objects.filter(is_used=True)
    return _add(
        clinic,
        [
            ChecklistItem(name=item.name, title=item.title, days=item.days, assignee=by)
            for item in usual
            if (item.name, item.title) not in there
        ],
        by=by,
        now=now,
    )


@transaction.atomic
def copy_checklist(*, source: Clinic, clinic: Clinic, by: Member, now: datetime) -> list[ChecklistItem]:
    """Give a clinic the list of another one, with nothing of it done: to those who may still do it, or else to ``by``.

    What its own list has already is not doubled, but arranged as in the other one.
    """
    clinic = _lock_to_change(clinic, by=by)
    there = {(item.name, item.title): item for item in clinic.checklist.all()}
    able = set(who_may_do_it(clinic, on=now.date()).values_list("pk", flat=True))
    new: list[ChecklistItem] = []
    for item in source.checklist.all():
        copied = there.get((item.name, item.title)) or ChecklistItem(name=item.name, title=item.title)
        copied.days, copied.assignee_id = item.days, item.assignee_id if item.assignee_id in able else by.pk
        if copied.pk is None:
            new.append(copied)
    ChecklistItem.objects.bulk_update(there.values(), ["days", "assignee"])
    return _add(clinic, new, by=by, now=now)


@transaction.atomic
def add_item(
    *, clinic: Clinic, title: str, days: int, assignee: Member | None, by: Member, now: datetime
) -> ChecklistItem:
    """Put something of one's own on the list of a clinic."""
    clinic = _lock_to_change(clinic, by=by)
    _check_can_do_it(clinic, assignee, now=now)
    [item] = _add(clinic, [ChecklistItem(title=title, days=days, assignee=assignee)], by=by, now=now)
    return item


@transaction.atomic
def arrange_item(
    *, item: ChecklistItem, assignee: Member | None, days: int, by: Member, now: datetime
) -> ChecklistItem:
    """Say who does it, and how many days from the clinic."""
    clinic = _lock_to_change(item.clinic, by=by)
    item = clinic.checklist.get(pk=item.pk)
    if item.assignee_id == (assignee.pk if assignee else None) and item.days == days:
        return item
    if assignee is not None and item.assignee_id != assignee.pk:
        _check_can_do_it(clinic, assignee, now=now)
    item.assignee, item.days = assignee, days
    item.save(update_fields=["assignee", "days"])
    acts.record(by=by, verb="arrange_checklist_item", on=item, now=now)
    return item


@transaction.atomic
def settle_item(*, item: ChecklistItem, state: ItemState, by: Member, now: datetime) -> ChecklistItem:
    """Say that an item is done, is not needed, or is to be done after all; saying it twice changes nothing.

    It is said by whoever looks after the clinic, and by the one who does it and may still do so. ItemChangedMeanwhile
    where somebody said something else of it just before.
    """
    clinic = lock_clinic(item.clinic)
    was, item = item.state, clinic.checklist.get(pk=item.pk)
    if not clinic.checklist.in_good_hands(on=now.date()).filter(pk=item.pk, assignee=by).exists():
        check_theirs(clinic, by=by)
    if clinic.state == ClinicState.CANCELLED:
        raise ClinicMoveNotAllowed(_("This clinic is cancelled: nothing is to be done for it."))
    if item.state == state:
        return item
    if item.state != was:
        raise ItemChangedMeanwhile(
            _("Somebody said of “%(item)s” just now: %(state)s. Nothing of yours was stored.")
            % {"item": item, "state": ItemState(item.state).label}
        )
    item.state = state
    item.settled_at, item.settled_by = (None, None) if state == ItemState.OPEN else (now, by)
    item.save(update_fields=["state", "settled_at", "settled_by"])
    if state == ItemState.DONE:
        acts.record(by=by, verb="do_checklist_item", on=item, now=now, was=was, became=state)
    elif state == ItemState.NOT_NEEDED:
        acts.record(by=by, verb="skip_checklist_item", on=item, now=now, was=was, became=state)
    else:
        acts.record(by=by, verb="reopen_checklist_item", on=item, now=now, was=was, became=state)
    return item


def load_checklist_template() -> int:
    """Bring in the usual items that are not there, and return how many; what was changed of the others stays."""
    there = set(ChecklistTemplateItem.objects.exclude(name="").values_list("name", flat=True))
    new = [
        ChecklistTemplateItem(name=step.name, days=step.days) for step in CHECKLIST_TEMPLATE if step.name not in there
    ]
    return len(ChecklistTemplateItem.objects.bulk_create(new))


@transaction.atomic
def save_usual_item(*, item: ChecklistTemplateItem, by: Member, now: datetime) -> ChecklistTemplateItem:
    """Store what new clinics have on their list; the lists of clinics stay as they are."""
    if not by.is_coordinator:
        raise NotYourClinic(_("Coordinators change what every clinic has on its list."))
    item.save()
    acts.record(by=by, verb="change_usual_checklist", on=item, now=now)
    return item


def _lock_to_change(clinic: Clinic, *, by: Member) -> Clinic:
    clinic = lock_theirs(clinic, by=by)
    if clinic.state in (ClinicState.CANCELLED, ClinicState.ARCHIVED):
        raise ClinicMoveNotAllowed(_("The list of a clinic that is archived or cancelled stays as it is."))
    return clinic


def _check_can_do_it(clinic: Clinic, assignee: Member | None, *, now: datetime) -> None:
    if assignee is not None and not who_may_do_it(clinic, on=now.date()).filter(pk=assignee.pk).exists():
        raise NobodyToDoIt(_("Choose somebody of the working group, or who hosts this clinic."))


def _add(clinic: Clinic, items: list[ChecklistItem], *, by: Member, now: datetime) -> list[ChecklistItem]:
    if clinic.checklist.count() + len(items) > ITEMS_AT_MOST:
        raise ClinicMoveNotAllowed(_("This list is as long as anybody can follow. Take something off it first."))
    for item in items:
        check_no_call_link(clinic, item.title)
        item.clinic = clinic
    ChecklistItem.objects.bulk_create(items)
    if items:
        acts.record(by=by, verb="fill_checklist", on=clinic, now=now)
    return items
