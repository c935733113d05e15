"""Light, dark, or as the device says: a choice of one browser, which is in no page that is kept for others."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from letsconnect.base import kept_pages
from registrations.tests.factories import make_coordinator, make_member

CONTACT, CLINICS, THEME = reverse("contact"), reverse("clinics:clinic-list"), reverse("set-theme")
BY_DEVICE = 'media="screen and (prefers-color-scheme: dark)"'


def browser(theme="", member=None):
    client = Client()
    if member is not None:
        client.force_login(member)
    if theme:
        client.cookies[settings.THEME_COOKIE_NAME] = theme
    return client


def seen(client, path=CONTACT):
    """What a page says of its theme: on its first element, to the browser, of its dark sheet, and which is chosen."""
    page = client.get(path).content.decode()
    pressed = re.findall(r'name="theme" value="(\w+)" aria-pressed="true"', page)
    return (
        *re.findall(r'<html(?: data-theme="(\w+)")?', page),
        *re.findall(r'<meta name="color-scheme" content="([\w ]+)"', page),
        *re.findall(r'codex/dark[^"]*" (media="[^"]*")', page),
        *pressed,
    )


AS_SEEN = {
    "": ("", "light dark", BY_DEVICE, "device"),
    "light": ("light", "light", 'media="not all"', "light"),
    "dark": ("dark", "dark", 'media="screen"', "dark"),
}


@pytest.mark.parametrize("theme", AS_SEEN)
def test_pages_of_visitors_and_members_and_errors_are_in_the_theme_of_the_browser(db, theme):
    assert seen(browser(theme)) == AS_SEEN[theme]
    assert seen(browser(theme, make_member())) == AS_SEEN[theme]
    assert seen(browser(theme), "/no/such/page/") == AS_SEEN[theme][:2]
    answer = browser(theme).get(CONTACT)
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_any_other_word_in_the_cookie_is_no_theme(db):
    assert seen(browser('"><script>')) == AS_SEEN[""]


def test_a_choice_is_in_no_page_that_is_kept_and_multiplies_none(db, settings):
    settings.KEEPS_PAGES = True
    kept_pages._kept.clear()
    kept_pages._narrowed.clear()

    for theme in ("dark", "", "light", "dark"):
        assert seen(browser(theme), CLINICS) == AS_SEEN[theme]

    assert (len(kept_pages._kept), len(kept_pages._narrowed)) == (1, 0)


def test_a_browser_that_has_the_page_in_one_theme_is_sent_it_in_the_other(db, settings):
    settings.KEEPS_PAGES = True
    client = browser("dark")
    mark = client.get(CLINICS).headers["ETag"]
    assert client.get(CLINICS, headers={"if-none-match": mark}).status_code == 304

    client.post(THEME, {"theme": "light"})

    assert client.get(CLINICS, headers={"if-none-match": mark}).status_code == 200


def test_the_switch_keeps_the_choice_in_a_cookie_and_leads_back(db):
    client = browser()
    answer = client.post(THEME, {"theme": "dark", "next": CLINICS})
    assert (answer.status_code, answer.url) == (302, CLINICS)
    assert seen(client) == AS_SEEN["dark"]
    assert client.cookies[settings.THEME_COOKIE_NAME]["httponly"]

    assert client.post(THEME, {"theme": "device", "next": "https://evil.example/"}).url == reverse("home")
    assert seen(client) == AS_SEEN[""]


def test_the_desk_keeps_the_switch_of_its_own(db):
    page = browser("dark", make_coordinator()).get(reverse("admin:index")).content.decode()

    assert "theme-toggle" in page and 'data-theme="' not in page


def test_the_dark_colours_of_the_programme_are_the_same_by_device_and_by_choice():
    sheet = (Path(settings.BASE_DIR) / "static" / "css" / "portal.css").read_text()
    blocks = {
        selector: dict(re.findall(r"(--[\w-]+): ([^;]+);", block))
        for selector, block in re.findall(r"(:root:root[^{]*) \{([^}]+)\}", sheet)
    }
    plain, by_device, chosen = blocks.values()

    assert by_device == chosen
    assert set(chosen) <= set(plain)
