"""A clinic as a section of a wiki page: what people typed stays text, and nobody is named who did not want it."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clinics.domain.clinics import ClinicState
from clinics.models import Attendance
from clinics.resources.wikitext import as_address, as_text, wikitext_of
from clinics.tests.factories import make_channel, make_clinic, make_person, make_text
from clinics.tests.resource_factories import make_resource
from letsconnect.tests.database import change
from registrations.tests.factories import NOW, make_member

MARKUP = "{}[]|<>&'~_:/*#;=- \nhtp"


@given(st.text(alphabet=MARKUP))
def test_no_character_that_somebody_typed_is_markup(typed):
    text = as_text(typed)

    bare = re.sub(r"&#\d+;", "X", text)
    assert not re.search(r"[{}\[\]|<>]|''|~~~|__|://|\n", bare.replace("&", ""))
    assert not re.search(r"&(?!#\d+;)", text)
    assert not re.match(r"[\s*#:;=\-']", text) and not text.endswith(("'", "="))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Call tel:+49123 or TEL:1", "Call tel&#58;+49123 or TEL&#58;1"),
        ("a:sip:me@example.org", "a:sip&#58;me@example.org"),
        ("See xmpp:a, magnet:?x, urn:x, geo:1,2", "See xmpp&#58;a, magnet&#58;?x, urn&#58;x, geo&#58;1,2"),
        ("Hotel: 5, our motel:x", "Hotel: 5, our motel:x"),
        ("RFC 2119, PMID 12, ISBN 9783161484100", "&#82;FC 2119, &#80;MID 12, &#73;SBN 9783161484100"),
        ("An RFC, an ISBN.", "An RFC, an ISBN."),
    ],
)
def test_what_a_wiki_would_make_a_link_without_brackets_stays_text(typed, shown):
    assert as_text(typed) == shown


@pytest.mark.django_db
def test_neighbours_of_what_was_typed_make_no_markup_with_it():
    clinic = make_clinic(
        state=ClinicState.HELD,
        title="= {{Delete}} [[Category:X]] ~~~~ <nowiki> __NOTOC__ ''' | -->",
        outcome="{{subst:Nuke}}\n# one\n* two\n: three\n----\nhttps://spam.example.org/\n</div></nowiki><script>x</script>",
        outcome_language="fr",
    )
    make_resource(clinic, title="]] x {{y}}", url="https://x.example.org/a]b%20[{{z}}|~~~~__TOC__'';&lt;")

    text = wikitext_of(clinic, language="en")

    own = [line for line in text.splitlines() if line.startswith(("=", "*", "<"))]
    assert not re.search(r"\{\{|\}\}|\[\[|\]\]|~~~|__|'''|<nowiki|<script|subst:\w+\}|https://spam", text)
    assert text.count("[https://") == text.count("]") == 1
    assert [line for line in own if line.startswith("<")] == ['<div lang="fr" dir="ltr">', "</div>"]
    assert not [line for line in text.splitlines() if line.startswith(("#", ":", ";", "----", " "))]


def test_an_address_leads_where_it_led():
    plain = "https://commons.wikimedia.org/wiki/File:A_b_(c),_d.webm?x=1&y=2#t"
    assert as_address(plain) == plain


@pytest.mark.django_db
def test_it_says_when_in_which_languages_what_came_of_it_and_who_shared_it():
    clinic = make_clinic(
        state=ClinicState.ARCHIVED, head_count=12, outcome="We wrote.", outcome_language="en", title="Asking kindly"
    )  # fmt: skip
    make_text(clinic, "ar", "السؤال بلطف", summary="ملخص")
    make_person(clinic, member=make_member(name="Amal"), role_line="grants officer", name="A. the Bold")
    make_person(clinic, "sharer", "declined", member=make_member(name="Not Me"))
    make_person(clinic, "host", member=make_member(name="Hostess"))
    make_person(clinic, "interpreter", member=make_member(name="Interpreter"), channel=make_channel(clinic, "fr"))
    come = make_member(name="Somebody who came", region="MENA")
    Attendance.objects.create(clinic=clinic, member=come, joined_at=clinic.starts_at)
    make_resource(clinic, title="The recording")
    make_resource(clinic, kind="slides", language="es", url="https://x.example.org/s", is_ready=False)

    text = wikitext_of(clinic, language="en")

    assert text.startswith("== Asking kindly ==\n* When: ")
    for said in (
        "* Spoken language: English",
        "* Interpreted into: French",
        "* Shared by: A. the Bold – grants officer",
        "=== What it is about ===\nAbout: Asking kindly",
        "=== What came of it ===\nWe wrote.\n\n12 people were there.",
        "=== Recordings ===\n* [https://commons.example.org/1 The recording] – English, CC BY-SA 4.0",
    ):
        assert said in text
    for unsaid in ("Amal", "Not Me", "Hostess", "Interpreter<", "Somebody who came", "MENA", "x.example.org"):
        assert unsaid not in text
    arabic = wikitext_of(clinic, language="ar")
    assert arabic.startswith("== السؤال بلطف ==") and '<div lang="en" dir="ltr">\nWe wrote.\n</div>' in arabic


@pytest.mark.django_db
def test_the_desk_copies_it_or_takes_a_file_in_the_language_it_wants(coordinator):
    desk, clinic = Client(), make_clinic(state=ClinicState.HELD)
    desk.force_login(coordinator)
    change(clinic, outcome="</textarea><script>", outcome_language="en")()
    address = reverse("admin:clinics_clinic_wikitext", args=[clinic.pk])

    with time_machine.travel(NOW, tick=False):
        shown = desk.get(address).content.decode()
        file = desk.get(address, {"language": "fr", "download": "1"})
        other = desk.get(address, {"language": "tlh"})

    assert "== Asking for money kindly ==" in shown and "</textarea><script>" not in shown
    assert file.headers["Content-Disposition"] == f'attachment; filename="clinic-{clinic.pk}-fr.txt"'
    assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert '<div lang="en" dir="ltr">' in file.content.decode()
    assert other.context["language"] == "en"
