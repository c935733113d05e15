"""What holds for every table of the desk: it says which of its rows somebody has to do with, and a stale form saves
nothing."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base.admin import DeskInline, WorkingGroupAdmin
from letsconnect.base.versioned_admin import VersionedAdmin
from registrations.models import WorkingGroupSeat
from registrations.tests.factories import NOW, make_liaison, make_member

DESKS = sorted(admin.site._registry.values(), key=str)


@pytest.fixture
def world(shared_world):
    return shared_world


def rows(desk, member):
    request = RequestFactory().get("/admin/")
    request.user = member
    return desk.get_queryset(request)


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_every_table_of_the_desk_has_a_rule_or_says_why_not(desk):
    has_rule = hasattr(desk.model._default_manager.all(), desk.scope)

    assert isinstance(desk, WorkingGroupAdmin)
    assert has_rule != bool(desk.unscoped_because)
    assert all(issubclass(inline, DeskInline) for inline in desk.inlines)


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_a_table_shows_nothing_to_whoever_has_no_seat(desk, world):
    ended = make_member()
    WorkingGroupSeat.objects.create(
        member=ended, role="coordinator", from_on=NOW.date() - timedelta(days=9), until_on=NOW.date()
    )

    tomorrow = make_member()
    WorkingGroupSeat.objects.create(member=tomorrow, role="coordinator", from_on=NOW.date() + timedelta(days=1))

    for member in (make_member(), ended, tomorrow, AnonymousUser(), make_liaison("LAC", is_active=False)):
        assert not rows(desk, member).exists()


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_a_table_without_a_rule_shows_nothing(desk, world):
    """What a table shows is decided by its rule alone: take it away, and the table is empty, not whole."""

    class Forgotten(type(desk)):
        scope, unscoped_because = "nothing_of_that_name", ""

    assert not rows(Forgotten(desk.model, admin.site), world.people["coordinator"]).exists()


def test_a_list_that_is_searched_sorted_and_counted_takes_at_most_fifteen_statements(world, client):
    client.force_login(world.people["coordinator"])
    dear = {}
    for desk in DESKS:
        path = reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")
        query = {"o": "1", "_facets": "True", **({"q": "a"} if desk.get_search_fields(None) else {})}
        with CaptureQueriesContext(connection) as captured:
            client.get(path, query)
        if len(captured) > 15:
            dear[path] = len(captured)
    assert dear == {}


FILTERS = [(desk, one) for desk in DESKS for one in desk.list_filter if not isinstance(one, str)]


@pytest.mark.parametrize(("desk", "chosen"), FILTERS, ids=str)
def test_a_filter_nobody_offers_shows_nothing_instead_of_all(desk, chosen, world, client):
    client.force_login(world.people["coordinator"])
    path = reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")

    name = chosen[0] if isinstance(chosen, tuple) else chosen.parameter_name  # a column with the class of its filter
    shown = client.get(path, {name: "987654321"})

    assert shown.status_code == 200
    assert not shown.context["cl"].queryset.exists()


def test_an_export_with_a_filter_nobody_offers_hands_out_nobody(world, client):
    client.force_login(world.people["coordinator"])
    export = reverse("admin:registrations_registration_export")

    def lines(query):
        return b"".join(client.post(f"{export}?show=all{query}", {"format": "csv"}).streaming_content).count(b"\n")

    assert lines("&agreed=maybe") == lines("&claim=x") == 1
    assert lines("") > 2


def test_a_sharer_nobody_showed_cannot_be_swapped_in(world, client):
    """A match is mine by its sharer; the learner and a sharer of elsewhere are somebody else's to put together."""
    match = world.proposed
    match.learner.region = "LAC"
    match.learner.save(update_fields=["region"])
    elsewhere = world.people["other"].registration
    client.force_login(world.people["liaison"])

    typed = {"sharer": elsewhere.pk, "skill": world.skill.pk}
    before = (match.sharer_id, match.skill_id, match.state)
    assert client.post(reverse("admin:matching_match_swap", args=[match.pk]), typed).status_code == 404
    match.refresh_from_db()
    assert (match.sharer_id, match.skill_id, match.state) == before


@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_every_table_of_the_desk_minds_what_a_colleague_changed_meanwhile(desk, world, client):
    """No table may change rows past it: the form in which somebody types carries the version."""
    assert isinstance(desk, VersionedAdmin)
    assert type(desk)._changeform_view is VersionedAdmin._changeform_view
    assert type(desk).response_action is VersionedAdmin.response_action
    row = desk.model._base_manager.first()
    if row is None or "change" not in desk.coordinators_may:
        return
    client.force_login(world.people["coordinator"])
    page = client.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]))

    assert page.status_code == 200
    assert 'name="opened"' in page.content.decode()


POSTED = [{}, {"action": "export_chosen"}, {"index": "0", "_save": "1"}]


# In `make test` each table is sent one of them, the next table the next one; in `make chaos` each all.
@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.chaos)])
@pytest.mark.parametrize("desk", DESKS, ids=str)
def test_a_form_sent_to_a_list_without_a_button_shows_the_list(desk, share, world, client):
    """The fields of a form can be lost on the way, or never have been there."""
    client.force_login(world.people["coordinator"])
    path = reverse(f"admin:{desk.opts.app_label}_{desk.opts.model_name}_changelist")

    for posted in POSTED[DESKS.index(desk) % share :: share]:
        assert client.post(path, posted).status_code in (200, 302, 403), posted
