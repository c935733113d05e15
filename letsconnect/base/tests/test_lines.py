"""One line of text: what may stand in it, what can be seen, and how it keeps its direction to itself."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext

from letsconnect.base.fields import LineFormField, check_can_be_seen
from letsconnect.base.lines import WrittenLine, each_as_text, has_something_to_see, isolated, one_line, visible_line


@pytest.mark.parametrize(
    "text",
    [
        *(
            "علی\u200cرضا",
            "ශ්\u200dරී ලංකා",
            "അരുണ്\u200d",
            "क्\u200dष",
            "葛\U000e0100城",
            "👩\u200d💻",
            "❤\ufe0f",
            "👩🏽\u200d❤\ufe0f\u200d👨",
        ),
        *("O’Brien", "Ng", "李", "𞤀𞤣𞤤𞤢𞤥", "ᠮᠣᠩᠭᠣᠯ", "J. R. R. T.", "(-:", "42"),
    ],
)
def test_what_people_are_called_stays_letter_by_letter(text):
    assert one_line(text) == text
    assert visible_line(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ana\nBcc: x", "Ana Bcc: x"),
        ("Ana\r\n\u2028B\u2029C\x85D\x0bE", "Ana B C D E"),
        ("\u202eanA\u202c", "anA"),
        ("\u2067Ana\u2069\u200f\u061c", "Ana"),
        ("A\u200bn\u2060a\ufeff\u00ad", "Ana"),
        ("Ad\u200dmin\u200c", "Admin"),
        ("Ana\u3164", "Ana"),
        ("Ana\ufe0f", "Ana"),
        ("Ana\U000e0041\U000e0042", "Ana"),
        ("Ana\x00\x07\x1b", "Ana"),
        ("Ana\ud800", "Ana"),
        ("Ana\uffff\ufdd0\U0001fffe", "Ana"),
        ("  A\u00a0\u3000 na ", "A na"),
        ("e\u0301", "é"),
        ("سارة\u200d\u200d\u200dب", "سارة\u200dب"),
    ],
)
def test_a_line_breaks_turns_and_hides_nothing(text, line):
    assert one_line(text) == line
    assert one_line(line) == line


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "\u3164",
            "\uffa0",
            "\u115f\u1160",
            "\u2800",
            "\u200d",
            "\u200c\u200b",
            "\uffff",
            "\u00ad",
            "\u034f",
            "\ufeff",
            "\U00013430",
            "\U00013437\U00013438",
            "\U00013443",
        ),
        *(
            "\u0301",
            "\u0301\u0302",
            "\u180e",
            "\u17b4",
            "\U000e0020\U000e007f",
            "\U000e0100",
            "\U0001d159",
            "\u2060\u2063",
            "\u3000",
        ),
        *("\u20dd", "\U0001d173", "\u00a0", "\x07", "\u2066\u2069", "\ufe0f", "\u0488"),
    ],
)
def test_what_shows_nothing_is_no_name(text):
    assert not has_something_to_see(text)
    assert visible_line(text) == ""
    if text.strip():
        with pytest.raises(ValidationError):
            check_can_be_seen(text)


@pytest.mark.parametrize("text", ["\u3164", "\u200d", "\u2800", "\u0301", "\u202e"])
def test_a_field_refuses_what_nobody_sees_instead_of_taking_it_for_empty(text):
    with pytest.raises(ValidationError):
        LineFormField(required=False).clean(text)


def test_a_field_cleans_what_is_typed():
    assert LineFormField().clean("Ana\u202e\nB") == "Ana B"


def test_a_name_is_isolated_only_where_its_direction_can_differ():
    assert isolated("Ana (2)") == "Ana (2)"
    assert isolated("سارة (2)") == "\u2068سارة (2)\u2069"
    assert isolated(isolated("سارة")) == "\u2068سارة\u2069"
    assert isolated("") == ""
    with translation.override("ar"):
        assert isolated("Ana!") == "\u2068Ana!\u2069"


def test_a_line_is_a_text_to_programs_and_isolated_in_sentences():
    name = WrittenLine("سارة")

    assert name == "سارة"
    assert hash(name) == hash("سارة")
    assert json.dumps(name, ensure_ascii=False) == '"سارة"'
    assert f"{name} 5" == "\u2068سارة\u2069 5"
    assert gettext("%(name)s, coordinator") % {"name": name} == "\u2068سارة\u2069, coordinator"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_lines_as_texts_together_are_as_each_alone(language):
    lines = [WrittenLine("Ana"), WrittenLine("ליה"), WrittenLine(""), "ليلى", "Ana"]
    with translation.override(language):
        assert each_as_text(lines) == [str(line) for line in lines]


@pytest.mark.parametrize(
    "template",
    [
        "{{ name }}",
        "{% load i18n %}{% blocktranslate %}{{ name }}{% endblocktranslate %}",
        "{% autoescape off %}{{ name }}{% endautoescape %}",
        "{{ empty|default:name }}",
    ],
)
def test_every_template_isolates_a_line_and_escapes_it(template):
    context = Context({"name": WrittenLine('سارة <b> "1"'), "empty": ""})
    shown = Template(template).render(context)

    assert shown.startswith("\u2068سارة ")
    assert shown.endswith("\u2069")
    assert ("<b>" in shown) == ("autoescape" in template)
