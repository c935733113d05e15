"""Agendas and checklists at the same moment: two who save, two who tick, two sweeps, each over its own connection."""

from datetime import UTC, datetime
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from clinics.admin import agenda as agenda_tab
from clinics.agendas.writing import AgendaEntry, write_agenda
from clinics.checklists import items as checklist
from clinics.checklists import sweeps
from clinics.checklists.items import add_item, settle_item
from clinics.domain.checklists import ItemChangedMeanwhile, ItemState
from clinics.models import ChecklistItem, ChecklistReminder
from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once, in_the_middle, meet_after
from letsconnect.tests.opened import as_opened
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def browser_of(member):
    client = Client()
    client.force_login(member)
    return client


def test_of_two_who_save_one_agenda_the_second_sees_what_the_first_wrote(monkeypatch):
    clinic = make_clinic()
    url = reverse("admin:clinics_clinic_agenda", args=[clinic.pk])
    browsers = [browser_of(make_coordinator()) for _number in range(2)]
    rows = {"items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-part": "news", "call-icebreaker": ""}
    forms = [{**as_opened(one, url), **rows, "items-0-minutes": str(10 * n)} for n, one in enumerate(browsers, start=1)]

    first, second = in_the_middle(
        monkeypatch,
        agenda_tab,
        "write_agenda",
        of=partial(browsers[0].post, url, forms[0]),
        does=partial(browsers[1].post, url, forms[1]),
    )

    assert (first.status_code, second.status_code) == (302, 200)
    assert second.context["differences"]
    assert [item.minutes for item in clinic.agenda.all()] == [10]
    assert Act.objects.filter(verb="write_agenda").count() == 1


def test_two_whole_agendas_at_once_leave_one_of_them_in_order(monkeypatch):
    clinic, planner = make_clinic(), make_coordinator()
    write_agenda(clinic=clinic, entries=[AgendaEntry("news", 5)], by=planner, now=NOW)
    one = [AgendaEntry("icebreaker", 10), AgendaEntry("questions", 20)]
    other = [AgendaEntry("summary", 1), AgendaEntry("break", 2), AgendaEntry("news", 3)]

    at_once(
        partial(write_agenda, clinic=clinic, entries=one, by=planner, now=NOW),
        partial(write_agenda, clinic=clinic, entries=other, by=planner, now=NOW),
    )

    stored = [(item.place, item.minutes) for item in clinic.agenda.order_by("place")]
    assert stored in ([(1, 10), (2, 20)], [(1, 1), (2, 2), (3, 3)])


def test_of_two_who_say_different_things_of_an_item_one_is_told(monkeypatch):
    clinic, planner = make_clinic(), make_coordinator()
    item = add_item(clinic=clinic, title="Flyers", days=-7, assignee=planner, by=planner, now=NOW)
    copies = [ChecklistItem.objects.select_related("clinic").get(pk=item.pk) for _number in range(2)]
    meet_after(monkeypatch, checklist, "lock_clinic", people=2)

    said = at_once(
        partial(settle_item, item=copies[0], state=ItemState.DONE, by=planner, now=NOW),
        partial(settle_item, item=copies[1], state=ItemState.NOT_NEEDED, by=planner, now=NOW),
        refusals=(ItemChangedMeanwhile,),
    )

    assert sum(isinstance(answer, ItemChangedMeanwhile) for answer in said) == 1
    assert Act.objects.filter(verb__in=("do_checklist_item", "skip_checklist_item")).count() == 1
    assert ChecklistItem.objects.get(pk=item.pk).state != ItemState.OPEN


def test_two_sweeps_at_once_owe_one_letter(monkeypatch):
    planner = make_coordinator()
    add_item(clinic=make_clinic(), title="Flyers", days=-9, assignee=planner, by=planner, now=NOW)
    meet_after(monkeypatch, sweeps.domain, "day_of_letter", people=2)

    at_once(*[partial(sweeps.owe_checklist_letters, MORNING)] * 2)

    assert Letter.objects.filter(kind="clinics.checklist_due").count() == 1
    assert ChecklistReminder.objects.count() == 1
