"""Words in a row, with the comma of the reader's language."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from letsconnect.base.languages import listed


@pytest.mark.parametrize(("language", "words"), [("en", "a, b, c"), ("pt-br", "a, b, c"), ("ar", "a، b، c")])
def test_words_are_listed_with_the_comma_of_the_reader(language, words):
    with override(language):
        assert listed(["a", "b", "c"]) == words
    with override("en"):
        assert listed(["a", "b", "c"], language) == words


def test_a_template_lists_words_with_the_comma_of_the_reader_and_escapes_them():
    template = Template("{% load commas %}{{ names|listed }}: <b>x</b>{% comma %}<b>y</b>")

    with override("ar"):
        assert template.render(Context({"names": ["<i>", "b"]})) == "&lt;i&gt;، b: <b>x</b>، <b>y</b>"
