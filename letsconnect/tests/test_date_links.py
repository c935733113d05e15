"""The links to the days of a list are those that the template of Django's admin draws."""

from pathlib import Path

import pytest
from django.contrib import admin
from django.template import Context, Engine, engines
from django.template.loader import render_to_string

PAGE = [{"link": "?day=1&state=<sent>", "title": "1 March & after"}, {"title": "L'été"}]


@pytest.mark.parametrize("back", [None, {"link": "?a=1&b=2", "title": "All <dates>"}])
@pytest.mark.parametrize("choices", [PAGE, []])
@pytest.mark.parametrize("show", [True, False])
def test_the_links_to_days_are_drawn_as_django_draws_them(show, choices, back):
    engine: Engine = engines["django"].engine
    of_django = Path(admin.__file__).with_name("templates") / "admin" / "date_hierarchy.html"
    values = {"show": show, "back": back, "choices": choices}

    drawn = engine.from_string(of_django.read_text()).render(Context(values))

    assert render_to_string("admin/date_hierarchy.html", values) == drawn
