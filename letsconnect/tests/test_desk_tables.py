"""The tables and filters of the desk's lists read as Django's admin draws them."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import admin_list_filter, result_list
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from letsconnect.base import desk_tables
from mailings.models import Letter
from matching.models import Exclusion, Round
from matching.tests.factories import make_match
from registrations.models import Group, Member, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

QUERIES = ["", "o=1.-2", "q=a&_facets=True", "_popup=1", "_to_field=id&_popup=1&o=-2"]


def _plain(html: str) -> str:
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", html)).strip()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar"])
def test_lists_of_the_desk_are_drawn_as_django_draws_them(language: str) -> None:
    coordinator = make_coordinator(name="<Coordinator> & co")
    make_liaison("MENA")
    match = make_match("proposed", learner=make_registration(name='"><b>'), approved_by=None)
    Exclusion.objects.create(
        person=match.learner, other=match.sharer, reason="<i>A quarrel</i>", made_by=coordinator, made_at=NOW
    )
    Group.objects.create(slug="a", name="A & B", kind="chapter", country="TN")
    Group.objects.create(slug="b", name="  ", kind="other", is_active=False)
    compared = 0
    for model in (Exclusion, Group, Letter, Member, Round, WorkingGroupSeat, type(match), type(match.learner)):
        page = admin.site._registry[model]
        for query in QUERIES:
            request = RequestFactory().get(f"/?{query}")
            request.user = coordinator
            with translation.override(language):
                changelist = page.get_changelist_instance(request)
                changelist.formset = None
                table = render_to_string("admin/change_list_results.html", result_list(changelist))
                assert _plain(desk_tables.table(changelist)) == _plain(table), (model, query)
                for chosen in changelist.filter_specs:
                    of_django = admin_list_filter(changelist, chosen)
                    assert _plain(desk_tables.filter_box(changelist, chosen)) == _plain(of_django), (model, query)
            compared += len(changelist.result_list)
    assert compared


def test_no_list_of_the_desk_is_typed_into_and_no_filter_brings_a_template_of_its_own() -> None:
    for page in admin.site._registry.values():
        assert not page.list_editable, "the table of the desk draws no inputs in its cells"
        for chosen in page.list_filter:
            template = getattr(chosen, "template", "admin/filter.html")
            assert template == "admin/filter.html", "the filters of the desk are drawn without their template"


def test_the_tables_to_open_are_those_that_each_reader_may_open(db: None, client: Client) -> None:
    suppressions = reverse("admin:mailings_suppression_changelist")
    coordinator, liaison = make_coordinator(), make_liaison("MENA")

    for member, may in ((coordinator, True), (liaison, False), (coordinator, True)):
        client.force_login(member)
        assert (f'href="{suppressions}"' in client.get(reverse("admin:index")).content.decode()) is may
