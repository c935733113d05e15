"""A list of the desk that is read by kept SQL shows each reader what Django's own list would show them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from clinics.tests.factories import make_clinic
from letsconnect.base.desk_list import DeskList
from letsconnect.base.opened_lists import OpenedList, ValuesFilter
from letsconnect.base.templatetags.desk_lists import desk_dates
from mailings.models import Letter
from mailings.tests.factories import make_letter
from matching.models import Concern, Exclusion
from matching.rounds.rules import exclude_pair
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration


def _request(reader, **query):
    request = RequestFactory().get("/admin/", query)
    request.user = reader
    return request


def _is_kept(desk):
    return issubclass(desk.get_changelist(_request(make_coordinator())), OpenedList)


def _as_django_reads(desk):
    class Plain(type(desk)):
        def get_changelist(self, request, **kwargs: Any):
            return DeskList

    return Plain(desk.model, admin.site)


def _shown(desk, request):
    changelist = desk.get_changelist_instance(request)
    keys = [row.pk for row in changelist.result_list]
    return (
        keys,
        changelist.result_count,
        changelist.full_result_count,
        changelist.multi_page,
        changelist.show_admin_actions,
        changelist.version_of_all(desk.version_columns or ()),
        [row.pk for row in changelist.queryset],
        desk_dates(changelist) if changelist.date_hierarchy else "",
    )


@pytest.mark.parametrize("most", [1, 20, pytest.param(2, marks=pytest.mark.chaos)])
def test_each_reader_finds_in_a_list_as_it_opens_the_rows_that_django_finds(shared_world, monkeypatch, most):
    """Those of the same seats share the SQL: what is about a reader themselves is hidden from them alone."""
    if most < 20:  # the links lead to years or months, not to days
        make_clinic(starts_at=NOW + timedelta(days=500 if most == 1 else 60))
    first, second = make_coordinator(), make_coordinator()
    other = make_registration(region="MENA")
    about_first = make_registration(member=first, region="LAC")
    exclude_pair(person=about_first, other=other, reason="A quarrel.", by=second, now=NOW)
    Concern.objects.create(kind="absent_twice", registration=about_first, raised_at=NOW)
    readers = [first, second, make_liaison("MENA"), make_liaison("LAC"), make_liaison("MENA")]
    kept = [desk for desk in admin.site._registry.values() if _is_kept(desk)]

    for desk in kept:
        monkeypatch.setattr(type(desk), "list_per_page", most)
        found = [_shown(desk, _request(reader)) for reader in readers]
        assert found == [_shown(_as_django_reads(desk), _request(reader)) for reader in readers], desk
        if desk.model in (Concern, Exclusion):
            assert found[0][1] < found[1][1]  # the first coordinator does not see what is about themselves
    assert {desk.model._meta.model_name for desk in kept} >= {
        "exclusion",
        "concern",
        "sharerrequest",
        "clinic",
        "skill",
    }


def test_a_list_that_is_filtered_sorted_or_turned_over_is_read_as_it_is_asked_for(shared_world):
    reader = make_coordinator()
    for desk in admin.site._registry.values():
        if not _is_kept(desk):
            continue
        _shown(desk, _request(reader))
        for query in ({"o": "-1"}, {"all": ""}):
            asked = _request(reader, **query)
            assert _shown(desk, asked) == _shown(_as_django_reads(desk), asked), (desk, query)


def test_a_filter_offers_the_values_of_the_rows_that_its_reader_sees_now(shared_world):
    desk, coordinator = admin.site._registry[Letter], make_coordinator()

    def offered(reader):
        chosen = desk.get_changelist_instance(_request(reader)).filter_specs
        return {spec.field.name: list(spec.lookup_choices) for spec in chosen if isinstance(spec, ValuesFilter)}

    def seen(column):
        return sorted(set(Letter.objects.visible_to(coordinator).values_list(column, flat=True)))

    assert offered(make_liaison("MENA")) == {"language": []}
    for language in ("fr", "pt"):
        make_letter(language=language)
        assert offered(coordinator) == {"language": seen("language")}
        assert language in offered(coordinator)["language"]
