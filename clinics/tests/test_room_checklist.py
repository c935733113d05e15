"""The tab of the checklist at the desk: one press to tick, who does what, and two people at once."""

import pytest
import time_machine
from django.urls import reverse

from clinics.checklists.items import add_item, arrange_item, load_checklist_template, settle_item
from clinics.domain.checklists import ItemState
from clinics.models import ChecklistTemplateItem, Clinic
from clinics.tests.factories import make_clinic
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planner(client):
    planner = make_coordinator()
    client.force_login(planner)
    return planner


@pytest.fixture
def clinic(planner):
    clinic = make_clinic()
    for title, days in (("Late", -8), ("Due", -7)):
        add_item(clinic=clinic, title=title, days=days, assignee=planner, by=planner, now=NOW)
    return clinic


def tab(clinic):
    return reverse("admin:clinics_clinic_checklist", args=[clinic.pk])


def item_of(clinic, title):
    return clinic.checklist.get(title=title)


def form_of(page):
    fields = {}
    for row, _item, _state, _is_stale in page.context["rows"]:
        for name in row.fields:
            value = row[name].value()
            fields[row[name].html_name] = "" if value is None else value
    return fields


def test_one_press_ticks_an_item_and_the_same_press_twice_changes_nothing(client, clinic, planner):
    item = item_of(clinic, "Late")
    page = client.get(tab(clinic))
    assert [state for _row, _item, state, _stale in page.context["rows"]] == ["late", "due"]
    assert "1 thing on the checklist is late." in [sentence for sentence, _url in page.context["missing"]]

    for _twice in range(2):
        client.post(tab(clinic), {"said": f"{item.pk}:open:done"})
    item.refresh_from_db()
    assert (item.state, item.settled_by, item.settled_at) == ("done", planner, NOW)

    client.post(tab(clinic), {"said": f"{item.pk}:done:open"})
    assert item_of(clinic, "Late").state == "open"
    for nonsense in ("", "7", f"{item.pk}:open", f"{item.pk}:open:lost", "0:open:done"):
        assert client.post(tab(clinic), {"said": nonsense}).status_code == 302


def test_what_somebody_else_said_since_the_page_was_opened_stays(client, clinic):
    item = item_of(clinic, "Due")
    client.get(tab(clinic))
    settle_item(item=item, state=ItemState.DONE, by=make_coordinator(), now=NOW)

    page = client.post(tab(clinic), {"said": f"{item.pk}:open:not_needed"}, follow=True)

    assert item_of(clinic, "Due").state == "done"
    assert "Somebody said of “Due” just now: done." in page.content.decode()


def test_items_are_given_to_others_and_moved_in_one_form(client, clinic, planner):
    liaison, item = make_liaison("SA", name="Asha"), item_of(clinic, "Due")
    fields = form_of(client.get(tab(clinic)))

    client.post(tab(clinic), {**fields, f"item-{item.pk}-assignee": liaison.pk, f"item-{item.pk}-days": "-3"})

    item.refresh_from_db()
    assert (item.assignee, item.days) == (liaison, -3)
    assert item_of(clinic, "Late").assignee == planner


def test_nobody_outside_the_working_group_is_offered_or_taken(client, clinic):
    outsider, item = make_member(), item_of(clinic, "Due")
    fields = form_of(client.get(tab(clinic)))

    page = client.post(tab(clinic), {**fields, f"item-{item.pk}-assignee": outsider.pk, f"item-{item.pk}-days": "999"})

    [row] = [row for row, shown, _state, _stale in page.context["rows"] if shown == item]
    assert set(row.errors) == {"assignee", "days"}
    assert row["days"].value() == "999"


def test_the_second_of_two_who_arrange_an_item_is_told_and_keeps_what_they_typed(client, clinic, planner):
    item, asha, ben = item_of(clinic, "Due"), make_liaison("SA", name="Asha"), make_liaison("SSA", name="Ben")
    fields = form_of(client.get(tab(clinic)))
    arrange_item(item=item, assignee=asha, days=-7, by=make_coordinator(), now=NOW)
    mine = {f"item-{item.pk}-assignee": ben.pk}

    page = client.post(tab(clinic), {**fields, **mine})
    assert item_of(clinic, "Due").assignee == asha
    assert "Somebody else changed this meanwhile: Asha, -7." in page.content.decode()

    client.post(tab(clinic), {**form_of(page), **mine})
    assert item_of(clinic, "Due").assignee == ben


def test_what_is_usual_is_added_once_and_something_of_ones_own_with_its_errors(client, clinic, planner):
    load_checklist_template()
    for _twice in range(2):
        client.post(tab(clinic), {"fill": "1"})
    assert clinic.checklist.count() == 2 + 9

    page = client.post(tab(clinic), {"add": "1", "new-title": "", "new-days": "soon", "new-assignee": planner.pk})
    assert set(page.context["new"].errors) == {"title", "days"}
    client.post(tab(clinic), {"add": "1", "new-title": "Flyers", "new-days": "-3", "new-assignee": ""})
    assert item_of(clinic, "Flyers").assignee is None
    page = client.get(tab(clinic))
    assert "Nobody does 1 thing on the checklist." in [sentence for sentence, _url in page.context["missing"]]


def test_after_the_clinic_its_last_items_are_ticked_and_of_a_cancelled_one_nothing(client, clinic):
    item = item_of(clinic, "Late")
    Clinic.objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="ill")
    assert client.get(tab(clinic)).status_code == 200
    client.post(tab(clinic), {"said": f"{item.pk}:open:done"})
    assert item_of(clinic, "Late").state == "open"


def test_coordinators_change_the_usual_list(client, planner):
    load_checklist_template()
    usual = ChecklistTemplateItem.objects.get(name="summary")
    url = reverse("admin:clinics_checklisttemplateitem_change", args=[usual.pk])
    page = client.get(url).content.decode()
    assert "The summary can be read" in page and 'name="title"' not in page

    client.post(url, {"days": "14"})
    add = reverse("admin:clinics_checklisttemplateitem_add")
    assert client.post(add, {"title": "", "days": "1"}).status_code == 200
    client.post(add, {"title": "Bake a cake", "days": "-1", "is_used": "on"})

    usual.refresh_from_db()
    assert (usual.days, usual.is_used, usual.title) == (14, False, "")
    assert ChecklistTemplateItem.objects.get(title="Bake a cake").is_used
    assert client.get(reverse("admin:clinics_checklisttemplateitem_changelist")).status_code == 200
