"""The tables and filters of the desk's lists read as Django's admin draws them."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import admin_list_filter, result_list
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from letsconnect.base import desk_tables
from letsconnect.base.admin import FixedFilter
from mailings.models import Letter
from matching.models import Exclusion, Round
from matching.tests.factories import make_match
from registrations.models import Group, Member, Registration, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration
from trust.models import TrustSeat

QUERIES = ["", "o=1.-2", "q=a&_facets=True", "_popup=1", "_to_field=id&_popup=1&o=-2"]


def _plain(html: str) -> str:
    """Return the HTML without what Django's lacks: what makes a card of each row on a phone."""
    kinds = "lc-not-on-phones|lc-card-title"
    html = re.sub(f' data-label="[^"]*"| (?:{kinds})| class="(?:{kinds})"', "", html)
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


def _of_django() -> DjangoTemplates:
    """Return Django's own templates, without ours in front of them."""
    options = {"context_processors": engines["django"].engine.context_processors}
    return DjangoTemplates({"NAME": "of django", "DIRS": [], "APP_DIRS": True, "OPTIONS": options})


def _content(html: str) -> str:
    return _plain(html[html.index('<div id="content-main">') : html.index('<br class="clear">')])


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_of_lists_are_laid_out_as_django_does(db: None, client: Client, language: str) -> None:
    coordinator, page_of_django = make_coordinator(name="<Coordinator> & co"), _of_django()
    coordinator.speak(language)
    client.force_login(coordinator)
    for number in range(21):
        Group.objects.create(slug=f"group-{number}", name=f"Group <i> {number}", kind="chapter")
    for model in (Group, Member, TrustSeat):
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for query in ("", "", "p=2", "all=", "q=<i>", "_popup=1"):  # first drawn, then kept
            response = client.get(f"{address}?{query}" if query else address)
            request, context = response.wsgi_request, response.context_data
            if not context["cl"].result_count:  # ours says why
                continue
            request.csrf_processing_done = True
            with translation.override(language):
                html = page_of_django.get_template("admin/change_list.html").render(context, request)
            token = re.compile('name="csrfmiddlewaretoken" value="[^"]*"')
            ours, theirs = (token.sub("", _content(text)) for text in (response.content.decode(), html))
            assert ours == theirs, (model, query)


def test_the_frame_of_a_list_keeps_nothing_of_who_read_it_before(db: None, client: Client) -> None:
    groups = reverse("admin:registrations_group_changelist")
    tokens: list[str] = []
    for name, zone, offset in (("Ana", "UTC", "0"), ("<Bea>", "Asia/Kolkata", "19800"), ("Ana", "UTC", "0")):
        coordinator = make_coordinator(name=name)
        coordinator.zone = zone
        coordinator.save()
        client.force_login(coordinator)
        html = client.get(groups).content.decode()
        assert f"<strong>{name.replace('<', '&lt;').replace('>', '&gt;')}</strong>" in html
        assert f'data-admin-utc-offset="{offset}"' in html
        tokens += set(re.findall('name="csrfmiddlewaretoken" value="([^"]+)"', html))
    assert len(tokens) == len(set(tokens)) == 3, "one for each page"


def test_a_list_shows_what_became_of_a_button_once(db: None, client: Client) -> None:
    client.force_login(make_coordinator())
    registrations = reverse("admin:registrations_registration_changelist")

    shown = client.post(registrations, {"action": "approve", "index": "0"}, follow=True).content.decode()
    later = client.get(registrations).content.decode()

    assert '<ul class="messagelist"><li class="warning">Items must be selected' in _plain(shown)
    assert "messagelist" not in later


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


def test_the_row_of_buttons_says_how_many_rows_there_are_and_carries_their_version(db: None, client: Client) -> None:
    coordinator = make_coordinator()
    client.force_login(coordinator)
    registrations = reverse("admin:registrations_registration_changelist")
    versions: list[str] = []
    for number in (21, 22, 23):
        while Registration.objects.count() < number:
            make_registration(state="submitted")
        html = client.get(registrations).content.decode()
        assert "0 of 20 selected" in html
        assert f"Select all {number} registrations" in html
        versions += re.findall('name="opened_all" value="([^"]+)"', html)
    assert len(set(versions)) == 3
    Registration.objects.filter(pk=make_registration(state="submitted").pk).update(name="Zoe")
    assert "opened_all" not in client.get(registrations, {"q": "Zoe"}).content.decode()


def test_a_filter_that_is_drawn_once_offers_everybody_the_same(db: None, django_assert_num_queries: Any) -> None:
    requests = [RequestFactory().get("/"), RequestFactory().get("/")]
    requests[0].user, requests[1].user = make_coordinator(), make_liaison("MENA")
    fixed = [
        (page, chosen)
        for page in admin.site._registry.values()
        for chosen in page.list_filter
        if isinstance(chosen, type) and issubclass(chosen, FixedFilter)
    ]
    with django_assert_num_queries(0):
        for page, chosen in fixed:
            first, second = (chosen(request, {}, page.model, page).lookup_choices for request in requests)
            assert first == second, chosen
    assert fixed


@pytest.mark.django_db
def test_each_field_in_a_row_of_a_table_has_a_name_and_each_heading_has_words(client: Client) -> None:
    group = Group.objects.create(slug="a", name="A", kind="chapter", country="TN")
    group.aliases.create(text="Ah")
    client.force_login(make_coordinator())

    page = client.get(reverse("admin:registrations_group_change", args=[group.pk])).content.decode()

    fields = set(re.findall(r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|submit)")[^>]* id="([^"]+)"', page))
    assert "id_aliases-0-text" in fields and "id_aliases-0-DELETE" in fields
    assert not fields - set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    assert not re.findall(r"<th\b[^>]*>\s*</th>", page)
