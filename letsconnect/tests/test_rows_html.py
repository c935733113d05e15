"""Lists that are drawn in one go write what a template would write: every value escaped, every link where it leads."""

import pytest
from django.template import Context, engines
from django.urls import reverse, set_script_prefix
from django.utils.translation import override

from letsconnect.base.lines import WrittenLine
from letsconnect.base.rows_html import address_of, csrf_field, escaped, sentence

NASTY = '<b onclick="x">\'&amp;</b>'


@pytest.mark.parametrize("value", [NASTY, WrittenLine(NASTY), WrittenLine("أمينة <b>"), 7])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_value_is_written_as_a_template_writes_it(value, language):
    with override(language):
        assert escaped(value) == engines["django"].from_string("{{ value }}").render({"value": value})


def test_the_values_of_a_sentence_are_escaped_and_its_own_words_are_not():
    assert sentence("<i>%(name)s</i>, 100%%", name="<b>") == "<i>&lt;b&gt;</i>, 100%"


@pytest.mark.parametrize(
    "view, key",
    [
        *[("matching:sharer-ask", key) for key in ("abc-_9", "0")],
        *[("matching:request-withdraw", key) for key in (1, 90)],
        ("matching:person-block", 12),
        ("matching:match-detail", 12),
        ("trust:report-detail", "Zk3-_x"),
    ],
)
def test_an_address_is_the_one_that_is_asked_for(view, key):
    assert address_of(view, key) == reverse(view, args=[key])


def test_an_address_begins_where_the_portal_does():
    set_script_prefix("/portal/")
    try:
        assert address_of("matching:match-detail", 12) == reverse("matching:match-detail", args=[12])
    finally:
        set_script_prefix("/")


def test_a_form_has_the_field_that_the_tag_of_templates_writes():
    tag = engines["django"].from_string("{% csrf_token %}")
    assert csrf_field("abc") == tag.template.render(Context({"csrf_token": "abc"}))
