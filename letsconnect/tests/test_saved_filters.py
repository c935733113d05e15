"""Filters of a list under a name: saved, found again, shared, renamed, deleted, and what becomes of what has gone."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base import saved_filters
from letsconnect.base.models import SavedFilter
from registrations.privacy import erasing
from registrations.privacy.my_data import everything
from registrations.tests.factories import NOW, make_coordinator, make_editor, make_liaison, make_registration

LIST = reverse("admin:registrations_registration_changelist")
TABLE = "registrations.registration"
FILTERS = "region__exact=MENA&show=approved"
pytestmark = pytest.mark.django_db


def make_filter(member, **given):
    values = {"table": TABLE, "name": "Mine", "query": FILTERS, "is_shared": False, "made_at": NOW, **given}
    return SavedFilter.objects.create(member=member, **values)


def body(client, address):
    return client.get(address, follow=True).content.decode()


def press(client, page, *args, **typed):
    return client.post(reverse(f"admin:{page}", args=args), typed, follow=True)


def test_a_filter_is_saved_from_its_list_and_found_above_it(client):
    me = make_coordinator()
    client.force_login(me)
    assert "Save these filters" not in body(client, LIST)
    looked_at = f"{LIST}?{FILTERS}&o=3&p=1&q=Amina"
    assert "Save these filters" in body(client, looked_at)

    page = press(client, "filter_save", table=TABLE, query=looked_at.partition("?")[2], name="North", is_shared="on")

    saved = SavedFilter.objects.get()
    assert (saved.member, saved.name, saved.is_shared, saved.table) == (me, "North", True, TABLE)
    assert saved.query == f"o=3&{FILTERS}", "what was searched for and the page are not kept"
    assert page.request["QUERY_STRING"] == saved.query
    html = page.content.decode()
    assert "The filter “North” is saved" in html and 'aria-current="true">North' in html
    assert "Save these filters" not in html
    assert reverse("admin:filter_open", args=[saved.pk]) in body(client, LIST)
    opened = client.get(reverse("admin:filter_open", args=[saved.pk]))
    assert opened["Location"] == f"{LIST}?{saved.query}"
    assert "North" not in body(client, reverse("admin:registrations_group_changelist"))


def test_the_same_name_again_replaces_it_and_nothing_to_filter_is_refused(client):
    client.force_login(make_coordinator())
    for query in (FILTERS, "show=new", "q=Amina&p=3", ""):
        page = press(client, "filter_save", table=TABLE, query=query, name="North")
    assert "Nothing is filtered" in page.content.decode()
    assert "This field is required" in press(client, "filter_save", table=TABLE, query=FILTERS).content.decode()
    assert [saved.query for saved in SavedFilter.objects.all()] == ["show=new"]


def test_there_are_not_endlessly_many(client):
    me = make_coordinator()
    for number in range(saved_filters.MOST):
        make_filter(me, name=f"Filter {number}")
    client.force_login(me)
    page = press(client, "filter_save", table=TABLE, query=FILTERS, name="One more")
    assert "delete one first" in page.content.decode()
    assert "is saved" in press(client, "filter_save", table=TABLE, query="show=new", name="Filter 3").content.decode()
    assert SavedFilter.objects.count() == saved_filters.MOST


def test_others_find_a_shared_filter_and_no_other(client):
    me, colleague = make_liaison("MENA", name="Noor"), make_liaison("LAC")
    own, shared = make_filter(me, name="My own"), make_filter(me, name="For all", is_shared=True)
    client.force_login(colleague)
    html = body(client, LIST)
    assert "For all <small>(Noor)</small>" in html and "My own" not in html and "Rename or delete" not in html
    assert client.get(reverse("admin:filter_open", args=[shared.pk])).status_code == 302
    for name in ("filter_change", "filter_delete"):
        assert press(client, name, own.pk).status_code == press(client, name, shared.pk).status_code == 404
    assert client.get(reverse("admin:filter_open", args=[own.pk])).status_code == 404
    assert "For all" not in body(client, reverse("admin:filter_list"))

    client.force_login(make_editor())
    assert client.get(reverse("admin:filter_open", args=[shared.pk])).status_code == 404
    assert press(client, "filter_save", table=TABLE, query=FILTERS, name="x").status_code == 404

    client.force_login(make_coordinator())
    assert press(client, "filter_delete", shared.pk).status_code == 200, "nobody else could, once Noor has left"
    assert list(SavedFilter.objects.all()) == [own]


def test_it_is_renamed_shared_and_deleted(client):
    me = make_liaison("MENA")
    saved, other = make_filter(me), make_filter(me, name="Other")
    client.force_login(me)
    name, shared = f"filter-{saved.pk}-name", f"filter-{saved.pk}-is_shared"

    assert (
        "You have another filter of this name"
        in press(client, "filter_change", saved.pk, **{name: "Other"}).content.decode()
    )
    assert press(client, "filter_change", saved.pk, **{name: " "}).status_code == 422
    saved.refresh_from_db()
    assert saved.name == "Mine"
    assert "Yours" in press(client, "filter_change", saved.pk, **{name: "Yours", shared: "on"}).content.decode()
    saved.refresh_from_db()
    assert (saved.name, saved.is_shared) == ("Yours", True)
    assert "is deleted" in press(client, "filter_delete", other.pk).content.decode()
    assert list(SavedFilter.objects.all()) == [saved]


def test_what_a_list_does_not_know_any_more_is_left_out_and_said(client):
    me = make_coordinator()
    saved = make_filter(me, query="gone=1&member__email=x&show=new", name="Old")
    client.force_login(me)
    page = client.get(reverse("admin:filter_open", args=[saved.pk]), follow=True)
    assert page.request["QUERY_STRING"] == "show=new"
    assert "“Old” was saved with a filter that this list does not have any more (gone, member__email)" in (
        page.content.decode()
    )
    html = body(client, f"{LIST}?shares=987654&show=all")
    assert "a filter has a value that this list does not have" in html and "987654" in html
    lost = make_filter(me, table="nowhere.table", name="Lost")
    assert client.get(reverse("admin:filter_open", args=[lost.pk])).status_code == 404
    assert "Lost" in body(client, reverse("admin:filter_list"))


def test_each_filter_that_is_on_is_said_and_taken_off_by_a_press(client):
    client.force_login(make_coordinator())
    html = body(client, f"{LIST}?{FILTERS}&q=Amina")
    assert "Search: <bdi>“Amina”" in html
    assert 'href="?q=Amina&amp;show=approved">Region: <bdi>Middle East' in html
    assert "Filters that are on" not in body(client, LIST)


def test_erasure_takes_them_and_my_data_tells_of_them():
    me = make_liaison("MENA")
    make_filter(me, name="Private words")
    told = [str(item.value) for section in everything(me, now=NOW) for row in section.rows for item in row]
    assert "Private words" in told and FILTERS in told
    erasing.erase_member(member=me, by=me, now=NOW)
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("base_saved_filter_has_its_name_once", {"name": "Mine"}),
        ("base_saved_filter_has_a_name", {"name": ""}),
        ("base_saved_filter_filters_something", {"name": "Other", "query": ""}),
    ],
)
def test_the_database_refuses_a_filter_that_cannot_be(rule, wrong):
    me = make_liaison("MENA")
    make_filter(me)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        make_filter(me, **wrong)


def test_a_list_costs_no_more_with_many_saved_filters(client, django_assert_num_queries):
    me = make_liaison("MENA")
    client.force_login(me)
    make_registration(state="submitted")
    make_filter(me)

    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(20):
        make_filter(make_liaison("LAC"), name=f"Filter {number}", is_shared=True)
    with django_assert_num_queries(len(few)):
        client.get(LIST)
