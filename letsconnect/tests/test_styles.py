"""/dev/styles shows all that pages are made of where the mailbox of the demo is, and is nowhere else."""

import re

import pytest
from django.urls import reverse

PAGES = ["styles", "styles-sheet"]


@pytest.mark.django_db
def test_each_sheet_is_in_the_direction_and_the_colours_it_says_and_may_stand_in_a_frame_of_ours_only(client, settings):
    settings.EMBEDDED_MAILBOX = True
    client.cookies[settings.THEME_COOKIE_NAME] = "light"
    sheets = re.findall(r'<iframe src="([^"]+)"', client.get(reverse("styles")).content.decode())
    assert len(sheets) == 4
    for address, (direction, theme) in zip(
        sheets, [("ltr", "light"), ("ltr", "dark"), ("rtl", "light"), ("rtl", "dark")], strict=True
    ):
        answer = client.get(address.replace("&amp;", "&"))
        page = answer.content.decode()
        assert re.search(rf'<html data-theme="{theme}" lang="\w+" dir="{direction}">', page)
        assert ("codex-rtl" in page) == (direction == "rtl")
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_it_is_refused_in_production_and_to_whoever_is_not_at_this_machine(client, settings, name):
    settings.EMBEDDED_MAILBOX = True
    assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse(name), REMOTE_ADDR="203.0.113.7").status_code == 404
    assert client.get(reverse(name), headers={"x-forwarded-for": "203.0.113.7"}).status_code == 404
    settings.EMBEDDED_MAILBOX = False
    assert client.get(reverse(name)).status_code == 404
