"""From templates to words, in a language and a zone."""

import re

import pytest
from django.template import engines

from letsconnect.base.lines import without_breaks
from mailings.rendering import render_letter
from registrations.tests.factories import NOW

TEMPLATES = {
    "subject.txt": "{{ name }}\n& friends",
    "body.txt": (
        '{% extends "mailings/emails/layout.txt" %}{% load when %}'
        "{% block body %}Hello {{ name }}, {{ at|when }}.{% endblock %}"
    ),
    "body.html": (
        '{% extends "mailings/emails/layout.html" %}'
        '{% block body %}<p><a class="button" href="/">{{ name }}</a></p>{% endblock %}'
    ),
}


@pytest.fixture
def rendered(tmp_path, settings):
    folder = tmp_path / "app" / "emails" / "hello"
    folder.mkdir(parents=True)
    for name, text in TEMPLATES.items():
        (folder / name).write_text(text)
    engine = {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    settings.TEMPLATES = [engine]
    assert engines["django"].dirs[-1] == tmp_path

    def render(language="en", zone="Africa/Tunis", name="Ana & <b>Bo</b>"):
        return render_letter("app/emails/hello", {"name": name, "at": NOW}, language=language, zone=zone)

    return render


def test_text_is_plain_and_html_is_escaped(rendered):
    letter = rendered()

    assert letter.subject == "Ana & <b>Bo</b> & friends"
    assert "Hello Ana & <b>Bo</b>," in letter.text
    assert "Ana &amp; &lt;b&gt;Bo&lt;/b&gt;" in letter.html


def test_moments_are_written_in_the_readers_zone(rendered):
    assert "13:00 (Tunis time, UTC+1)" in rendered().text
    assert "17:45 (Kathmandu time, UTC+5:45)" in rendered(zone="Asia/Kathmandu").text
    assert "12:00 (UTC)" in rendered(zone="Mars/Olympus").text


@pytest.mark.parametrize(("language", "opening"), [("ar", 'lang="ar" dir="rtl"'), ("fr", 'lang="fr" dir="ltr"')])
def test_the_html_says_its_language_and_direction(rendered, language, opening):
    assert opening in rendered(language=language).html


def test_a_language_the_portal_does_not_speak_falls_back_to_the_default(rendered):
    assert 'lang="en"' in rendered(language="tlh").html


def test_styles_are_on_the_elements_and_nothing_is_fetched(rendered):
    html = rendered().html

    [kept] = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    assert kept.startswith("@media (prefers-color-scheme: dark)") and kept.count("@") == 1
    assert 'class="button"' in html and "background-color: #3366cc" in html
    assert "src=" not in html and "@import" not in html


@pytest.mark.parametrize("name", ["a\nBcc: b@example.org", "a\r\n\r\nbody", "a\x00b\x0bc", "a\u2028b"])
def test_a_subject_is_one_line_whatever_is_in_it(rendered, name):
    subject = rendered(name=name).subject

    assert subject == without_breaks(subject)
    assert not set(subject) & set("\r\n\x00\x0b\u2028")
