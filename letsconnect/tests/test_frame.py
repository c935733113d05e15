"""The frame of a page is drawn once for all who read the same, and holds nothing of one of them."""

import re
from pathlib import Path

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.autoreload import file_changed

from registrations.tests.factories import make_coordinator, make_member

CONTACT = reverse("contact")


def _page(path=CONTACT, *, member=None, **headers):
    client = Client()
    if member is not None:
        client.force_login(member)
    return client.get(path, **headers).content.decode()


def test_each_reader_gets_their_own_token_and_their_own_way_back(db):
    one, other = make_member(), make_member()
    pages = [_page(f"{CONTACT}?who={who}", member=member) for who, member in (("1", one), ("2", other))]

    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)) for page in pages]
    assert [len(token) for token in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    for page, who in zip(pages, ("1", "2"), strict=True):
        assert page.count('name="csrfmiddlewaretoken"') == 2
        assert f'<input type="hidden" name="next" value="{CONTACT}?who={who}">' in page
        assert "\0" not in page


def test_the_way_back_is_escaped(db):
    page = _page(f'{CONTACT}?a=1&b="><script>')

    assert f'name="next" value="{CONTACT}?a=1&amp;b=%22%3E%3Cscript%3E"' in page


def test_visitors_members_and_the_working_group_each_get_their_own_navigation(db):
    people = {"visitor": None, "member": make_member(), "staff": make_coordinator()}
    for _ in range(2):  # drawn, and drawn before
        pages = {who: _page(member=member) for who, member in people.items()}
        assert {who for who, page in pages.items() if f'href="{reverse("admin:index")}"' in page} == {"staff"}
        sign_in = f'href="{reverse("registrations:sign-in")}?next={reverse("home")}"'
        assert {who for who, page in pages.items() if sign_in in page} == {"visitor"}
        assert {who for who, page in pages.items() if f'action="{reverse("registrations:sign-out")}"' in page} == {
            "member",
            "staff",
        }


def test_the_page_one_is_on_is_marked_and_no_other(db):
    member = make_member()
    for path in (reverse("home"), reverse("clinics:clinic-list"), reverse("matching:match-list")):
        assert _page(path, member=member).count('aria-current="page"') == 1
    assert 'aria-current="page"' not in _page(member=member)


def test_the_frame_is_in_the_language_of_the_reader(db):
    assert '<html lang="fr"' in _page(headers={"Accept-Language": "fr"})
    assert "Aller au contenu" in _page(headers={"Accept-Language": "fr"})
    assert "Skip to the content" in _page()
    page = _page(headers={"Accept-Language": "ar"})
    assert ("codex-rtl" in page, 'dir="rtl"' in page) == (True, True)


def test_every_language_is_offered_by_its_own_name_to_readers_of_any(db):
    page = _page(headers={"Accept-Language": "ar"})

    for code, name in settings.LANGUAGES:
        assert re.search(rf'<option value="{code}" lang="{code}"(?: selected)?>{name}</option>', page), name


def test_a_changed_setting_is_seen_at_once(db):
    assert "Another name" not in _page()
    with override_settings(SITE_NAME="Another name"):
        assert "Another name</span></a>" in _page()
    assert "Another name" not in _page()


def test_whoever_edits_the_frame_sees_it_at_the_next_page(db, monkeypatch):
    shown = _page()
    monkeypatch.setattr("letsconnect.templatetags.frame.render_to_string", lambda *_: "another frame")
    assert "another frame" not in _page()

    file_changed.send(sender=None, file_path=Path("templates/letsconnect/_frame_header.html"), kind="changed")

    assert "another frame" in _page()
    monkeypatch.undo()
    file_changed.send(sender=None, file_path=Path("templates/letsconnect/_frame_header.html"), kind="changed")
    assert _page().count("lc-header") == shown.count("lc-header") == 1
