"""The template check finds what it says it finds, and lets the rest pass."""

from pathlib import Path

import pytest
from django.conf import settings

from letsconnect.templates_check import problems, problems_of


def test_our_templates_are_sound():
    assert list(problems(Path(settings.BASE_DIR) / "templates")) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{% if %}", "does not compile"),
        ("{% nosuchtag %}", "does not compile"),
        ("\n{{ name|safe }}", "line 2: |safe switches escaping off"),
        ("{% autoescape off %}{{ name }}{% endautoescape %}", "switches escaping off"),
        ('<p style="color: red">{{ x }}</p>', "inline style"),
        ('<a onclick="go()">{{ x }}</a>', "inline onclick"),
        ("<script>go()</script>", "<script> without a nonce"),
        ("<p>\nHello {{ name }}</p>", "text is not translated: '… Hello …'"),
        ('{% load i18n %}<img alt="A picture">', "alt is not translated"),
        ('<input placeholder="Your name">', "placeholder is not translated"),
    ],
)
def test_each_fault_is_found(source, complaint):
    found = list(problems_of(source))

    assert len(found) == 1
    assert complaint.replace("… Hello …", "Hello …") in found[0]


@pytest.mark.parametrize(
    "source",
    [
        '{% load i18n %}<p>{% translate "Hello" %}</p>',
        "{% load i18n %}<p>{% blocktranslate %}Hello <b>there</b> {{ name }}{% endblocktranslate %}</p>",
        '{% load i18n %}<img alt="{% translate "A picture" %}">',
        '<script nonce="{{ csp_nonce }}">go()</script>',
        "<p>{# not said #}{{ name }} · ×</p>",
    ],
)
def test_sound_templates_pass(source):
    assert list(problems_of(source)) == []


def test_letters_may_style_themselves_but_not_speak_english_only():
    letter = '<p style="margin: 0">Hello</p>'

    assert [problem.split(": ", 1)[1] for problem in problems_of(letter, is_letter=True)] == [
        "text is not translated: 'Hello'"
    ]
