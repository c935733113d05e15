"""What a page may weigh is said of each page that is heavier, and of none that is not."""

import random

import pytest
from django.http import HttpResponse, JsonResponse

from letsconnect.tests.weights import is_page, named_by, too_heavy

SHEETS = '<link rel="stylesheet" href="/static/codex/codex.css"><script src="/static/js/portal.js" defer></script>'


def page(characters=0):
    chance = random.Random(1)
    text = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(characters))
    return HttpResponse(f"<!doctype html><html><head>{SHEETS}</head><body>{text}</body></html>")


@pytest.mark.parametrize(
    ("characters", "statements", "name", "says"),
    [
        (0, 10, "home", ""),
        (0, 13, "home", "13 statements, of 12"),
        (0, 20, "registrations:my-data", ""),
        (0, 21, "registrations:my-data", "21 statements, of 20"),
        (8_000, 1, "home", "from the home page, of 15,000"),
        (30_000, 1, "home", "at first, of 60,000"),
    ],
)
def test_a_page_that_is_too_heavy_says_so(characters, statements, name, says):
    heavy = page(characters)

    said = too_heavy(name, heavy, brought=named_by(heavy), statements=statements, is_member=True)

    assert says in said and bool(said) == bool(says)


@pytest.mark.parametrize("name", ["home", "registrations:my-data", "clinics:clinic-detail", "matching:sharer-list"])
def test_no_figure_of_members_lets_a_page_cost_a_visitor_more(name):
    said = [too_heavy(name, page(), brought=frozenset(), statements=n, is_member=False) for n in (10, 11)]

    assert said == ["", "11 statements, of 10"]


def test_sheets_and_scripts_count_unless_the_home_page_brought_them():
    light = page()

    assert named_by(light) == {"codex/codex.css", "js/portal.js"}
    said = too_heavy("home", light, brought=frozenset({"js/portal.js"}), statements=1, is_member=False)
    assert "from the home page" in said and "at first" not in said


def test_a_page_is_what_a_browser_shows_in_a_window():
    assert is_page(page())
    assert not is_page(HttpResponse("<p>A part of a page</p>"))
    assert not is_page(JsonResponse({"html": "<html>"}))
