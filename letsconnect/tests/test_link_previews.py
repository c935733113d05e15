"""What other sites show of our public pages, and that they are told nothing of a member's."""

import re
import struct
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

from clinics.tests.factories import make_clinic
from letsconnect.tests.doors import DOORS, EVERYBODY
from letsconnect.tests.weights import is_page
from registrations.tests.factories import make_member

PICTURE = settings.BASE_DIR / "static" / "img" / "preview.png"
# Where one chooses and goes back, and what only a demo has.
TELLS_NOTHING = {"time-zone", "mailings:mailbox", "styles", "styles-sheet"}
SCENES = sorted((settings.BASE_DIR / "templates" / "scenes").iterdir())


def told(client, path):
    return tags_of(client.get(path))


def tags_of(response):
    """What the head of a page tells other sites."""
    head = response.content.decode().partition("</head>")[0]
    return {
        name: unescape(text) for name, text in re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)"', head)
    }


def test_every_page_at_an_address_that_everybody_may_pass_on_tells_what_it_is(shared_world, client):
    """Those that search engines may list, and those whose address has no secret and no name of a row in it."""
    silent, told_of = {}, 0
    for door in DOORS:
        path = door.path(shared_world)
        response = client.get(path) if door.get.split()[0] == "200" and not door.is_desk else None
        if response is None or not is_page(response):
            continue
        is_listed = "X-Robots-Tag" not in response.headers
        if not is_listed and (door.get != EVERYBODY or door.args or door.query or door.name in TELLS_NOTHING):
            continue
        tags, address = tags_of(response), response.request["PATH_INFO"]
        told_of += 1
        is_whole = (
            tags.get("og:url") == f"{settings.SITE_URL}{address}"
            and tags["og:image"].startswith(f"{settings.SITE_URL}/static/img/preview")
            and tags["description"] == tags["og:description"]
            and 20 < len(tags["description"]) <= 200
            and tags["og:title"]
            and tags["og:locale"] == "en_GB"
        )
        if not is_whole:
            silent[str(door)] = tags

    assert silent == {}, "Give it a {% block preview %}."
    assert told_of > 12


def test_a_page_of_a_clinic_tells_its_title_and_when_it_is(client, db):
    clinic = make_clinic()
    tags = told(client, reverse("clinics:clinic-detail", args=[clinic.pk]))

    assert tags["og:title"] == clinic.title
    assert str(clinic.starts_at.year) in tags["description"]


def test_private_pages_and_the_pages_of_members_tell_nothing(client, db):
    assert "og:title" not in told(client, reverse("registrations:sign-in"))
    client.force_login(make_member())
    assert [path for path in ("home", "clinics:clinic-list") if "og:title" in told(client, reverse(path))] == []


def test_the_picture_is_light_and_of_the_size_that_pages_say():
    data = PICTURE.read_bytes()

    assert struct.unpack(">II", data[16:24]) == (1200, 630)
    assert len(data) < 60_000


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.stem)
def test_scenes_are_light_not_read_aloud_and_keep_to_the_policy(scene):
    text = scene.read_text()

    assert len(text.encode()) < 4096
    assert 'aria-hidden="true"' in text
    assert not re.search(r"style=|<style|<script|href=|xlink", text)
