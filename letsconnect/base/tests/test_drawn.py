"""What is drawn once holds nothing of one reader, and is drawn anew for whatever it depends on."""

from django.forms import Media
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation

from letsconnect.base.templatetags.drawn import drawn_media


def test_a_part_that_is_drawn_once_sees_only_the_values_it_names() -> None:
    part = Template(
        "{% load drawn %}{% drawn_once name=who.name %}[{{ name }}{{ secret }}{{ who }}]{% enddrawn_once %}"
    )

    assert part.render(Context({"who": {"name": "<b>"}, "secret": "one"})) == "[&lt;b&gt;]"
    assert part.render(Context({"who": {"name": "other"}, "secret": "two"})) == "[other]"


def test_a_part_is_drawn_once_for_each_language() -> None:
    part = Template(
        "{% load drawn i18n %}{% drawn_once %}{% get_current_language as now %}{{ now }}{% enddrawn_once %}"
    )

    for language in ("en", "ar", "en"):
        with translation.override(language):
            assert part.render(Context()) == language


def test_two_parts_with_the_same_values_are_two_parts() -> None:
    parts = Template("{% load drawn %}{% drawn_once %}a{% enddrawn_once %}{% drawn_once %}b{% enddrawn_once %}")

    assert parts.render(Context()) == "ab"


def test_the_files_of_a_page_are_named_as_django_names_them() -> None:
    one = Media(js=["a.js", "b.js"], css={"all": ["a.css"]}) + Media(js=["c.js"])
    other = Media(js=["c.js"])

    for media in (one, other, one):
        assert drawn_media(media, "js") == str(media["js"])
        assert drawn_media(media, "css") == str(media["css"])
    with override_settings(STATIC_URL="/elsewhere/"):
        assert "/elsewhere/c.js" in drawn_media(other, "js")
