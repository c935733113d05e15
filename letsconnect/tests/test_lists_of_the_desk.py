"""Lists of the desk: how they are kept while somebody works with their rows, and what a phone shows of them."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.urls import reverse

from letsconnect.base.models import MassAct, MassActState
from matching.tests.factories import make_match
from registrations.models import Group
from registrations.tests.factories import make_coordinator, make_registration

LISTS = [page for page in admin.site._registry.values() if page.list_display != ("__str__",)]
QUEUE = "admin:registrations_registration_changelist"


@pytest.fixture
def desk(client, db):
    client.force_login(make_coordinator())
    return client


def of(name, *args, filters=""):
    address = reverse(name, args=args)
    return f"{address}?{urlencode({'_changelist_filters': filters})}" if filters else address


def from_page(address):
    return {"HTTP_REFERER": f"http://testserver{address}"}


@pytest.mark.parametrize("page", LISTS, ids=str)
def test_each_list_says_which_of_its_columns_a_phone_shows(page):
    shown = page.on_phones

    assert 2 <= len(shown) <= 5 and len(set(shown)) == len(shown)
    assert set(shown) <= set(page.list_display)
    links = page.list_display_links if page.list_display_links != () else page.list_display[:1]
    assert links is None or shown[0] in links, "the heading of a card opens the row"


def test_a_list_without_columns_of_its_own_is_no_list():
    others = [page for page in admin.site._registry.values() if page not in LISTS]
    assert all("changelist_view" in vars(type(page)) for page in others), "these lead from the list to their one row"


def test_a_page_of_a_list_that_an_act_has_emptied_shows_the_last_one(desk):
    for number in range(21):
        Group.objects.create(slug=f"g{number}", name=f"Group {number:02}", kind="chapter")
    page = desk.get(reverse("admin:registrations_group_changelist"), {"p": "7", "o": "0"})
    assert page.status_code == 200 and page.context["cl"].page_num == 2
    assert [str(group) for group in page.context["cl"].result_list] == ["Group 20"]


def test_an_empty_list_says_why_and_what_next_and_has_nothing_to_press(desk):
    files, groups = (reverse(f"admin:registrations_{name}_changelist") for name in ("importupload", "group"))
    Group.objects.all().delete()
    nothing = desk.get(files).text
    assert "Nothing is in this list yet." in nothing and "A coordinator brings a file" in nothing
    assert 'name="action"' not in nothing and "0 files" not in nothing
    assert "Nothing is in this list yet." in desk.get(groups).text

    Group.objects.create(slug="one", name="One", kind="chapter")
    page = desk.get(groups, {"q": "zzz"}).text
    assert "Nothing here fits the filters and words above." in page and '<a href="?">' in page
    make_registration(state="approved")
    page = desk.get(reverse("admin:registrations_registration_changelist")).text  # those that wait, unless one chooses
    assert "Nothing is in this part of the list." in page and 'name="action"' not in page


def test_a_decision_leads_back_to_the_list_as_it_was(desk):
    filters = "show=all&region__exact=MENA&q=person&o=1&p=2"
    person = make_registration(state="submitted")
    row = of("admin:registrations_registration_change", person.pk, filters=filters)
    decide = of("admin:registrations_registration_decide", "approved") + f"?id={person.pk}"

    led_on = desk.get(decide, **from_page(row))
    assert led_on.status_code == 302
    page = desk.get(led_on["Location"])
    assert f'href="{reverse(QUEUE)}?{filters}"'.replace("&", "&amp;") in page.content.decode(), "the way back"
    typed = {"id": person.pk, "note": "", "seen": person.version}
    answer = desk.post(
        reverse("admin:registrations_registration_decide", args=["approved"]), typed, **from_page(led_on["Location"])
    )

    decided = desk.get(answer["Location"], **from_page(led_on["Location"]), follow=True).content.decode()
    assert reverse("admin:registrations_registration_undo") in decided, "for ten seconds it can be undone there"
    assert f'href="{reverse(QUEUE)}?{filters}"'.replace("&", "&amp;") in decided, "the way back"


def test_whatever_is_done_with_a_row_the_way_back_is_kept(desk):
    group = Group.objects.create(slug="a", name="A", kind="chapter")
    groups = reverse("admin:registrations_group_changelist")
    row = of("admin:registrations_group_change", group.pk, filters="q=A&o=2")
    assert f'href="{groups}?q=A&amp;o=2"' in desk.get(row).content.decode()
    log = desk.get(reverse("admin:registrations_group_history", args=[group.pk]), **from_page(row))
    assert f'href="{groups}?q=A&amp;o=2"' in desk.get(log["Location"]).content.decode()

    match = make_match("proposed")
    matches, decide = (
        reverse("admin:matching_match_changelist"),
        reverse("admin:matching_match_decide", args=[match.pk]),
    )
    row = of("admin:matching_match_change", match.pk, filters="waits=decision&p=3")
    assert f'href="{matches}?waits=decision&amp;p=3"' in desk.get(row).content.decode()
    assert desk.post(decide, {"version": match.version}, **from_page(row))["Location"] == row
    typed = {"action": "refuse", "_selected_action": match.pk, "seen": f"{match.pk}:{match.version}"}
    desk.post(decide, {"version": match.version})
    match.refresh_from_db()
    typed["seen"] = f"{match.pk}:{match.version}"
    asked = desk.post(matches, typed, **from_page(row))["Location"]
    assert urlencode({"back": f"{matches}?waits=decision&p=3"}) in asked


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "http://elsewhere.example/admin/registrations/group/?q=A",
        "http://testserver/admin/registrations/skill/?q=A",
        "http://testserver/nowhere/?q=A",
        "http://testserver/admin/registrations/group/",
        f"http://testserver/admin/registrations/group/?q={'A' * 2000}",
    ],
)
def test_a_list_of_elsewhere_is_not_come_back_to(desk, referer):
    group = Group.objects.create(slug="a", name="A", kind="chapter")
    page = desk.get(reverse("admin:registrations_group_change", args=[group.pk]), HTTP_REFERER=referer)

    assert page.status_code == 200
    assert f'href="{reverse("admin:registrations_group_changelist")}"' in page.content.decode()


def test_the_list_of_acts_on_many_offers_no_state_that_it_does_not_show_and_costs_the_same(
    desk, django_assert_num_queries
):
    address, person = reverse("admin:base_massact_changelist"), make_registration()
    common = {"kind": "registrations.accept", "asked_at": person.made_at}
    for state in MassActState:
        finished = person.made_at if state in ("done", "cancelled") else None
        MassAct.objects.create(**common, by=make_coordinator(), state=state, finished_at=finished)
    page = desk.get(address)
    [chosen] = page.context["cl"].filter_specs
    assert [value for value, _label in chosen.lookup_choices] == ["running", "done", "cancelled"]
    assert page.context["cl"].result_count == 3
    for value, _label in chosen.lookup_choices:
        assert [act.state for act in desk.get(address, {"state": value}).context["cl"].result_list] == [value]
    assert not desk.get(address, {"state": "prepared"}).context["cl"].result_count

    with django_assert_num_queries(5):
        desk.get(address)
    for _ in range(27):
        act = MassAct.objects.create(**common, by=make_coordinator(), state="running")
        act.rows.create(object_id=person.pk, seen_version="1")
    with django_assert_num_queries(5):
        desk.get(address)
