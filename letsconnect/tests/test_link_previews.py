"""What other sites show of our public pages, and that they are told nothing of a member's."""

import re
import struct
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

from clinics.tests.factories import make_clinic
from registrations.tests.factories import make_member

PICTURE = settings.BASE_DIR / "static" / "img" / "preview.png"
SCENES = sorted((settings.BASE_DIR / "templates" / "scenes").iterdir())


def told(client, path):
    """What the head of a page tells other sites."""
    head = client.get(path).content.decode().partition("</head>")[0]
    return {
        name: unescape(text) for name, text in re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)"', head)
    }


def test_a_page_of_a_clinic_tells_its_title_and_when_it_is_and_the_other_public_pages_what_they_are(client, db):
    clinic = make_clinic()
    paths = [reverse(name) for name in ("home", "clinics:clinic-list", "mailings:newsletter-list", "who-may-take-part")]
    for path in (reverse("clinics:clinic-detail", args=[clinic.pk]), *paths):
        tags = told(client, path)
        assert tags["og:url"] == f"{settings.SITE_URL}{path}"
        assert tags["og:image"].startswith(f"{settings.SITE_URL}/static/img/preview")
        assert tags["description"] == tags["og:description"] and 20 < len(tags["description"]) <= 200
        assert tags["og:title"] and tags["og:locale"] == "en_GB"
        if path == reverse("clinics:clinic-detail", args=[clinic.pk]):
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
