"""A value is escaped as templates escape it."""

import pytest
from django.template import engines
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from letsconnect.base.escaping import each_escaped, escaped
from letsconnect.base.lines import WrittenLine

NASTY = '<b onclick="x">\'&amp;</b>'


@pytest.mark.parametrize(
    "value", [NASTY, WrittenLine(NASTY), WrittenLine("أمينة <b>"), SafeString("<b>"), gettext_lazy("Clinics"), 7]
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_value_is_written_as_a_template_writes_it(value, language):
    with override(language):
        assert escaped(value) == engines["django"].from_string("{{ value }}").render({"value": value})


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["a", "<b> & \"c\" 'd'", "", "ليلى"],
        [SafeString("<i>"), SafeString("")],
        ["<i>", SafeString("<i>"), 7, None, WrittenLine("<ليلى>")],
        ["a\0b", "<i>"],
    ],
)
def test_values_escaped_together_are_as_each_escaped_alone(values):
    assert list(each_escaped(values)) == [escaped(value) for value in values]
