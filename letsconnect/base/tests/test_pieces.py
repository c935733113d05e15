"""The rows of a list are drawn as their template would draw each of them, and nothing of one row is in another."""

import pytest
from django.template import Context, engines
from django.urls import reverse, set_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import override

from letsconnect.base.pieces import Piece, draw, draw_each, link_to

CARD = "clinics/_clinic_card.html"
TEXTS = ("link", "text_language", "title", "starts_at", "when", "floor_language", "kind", "region", "places_left")


def _card(phase="open", **texts):
    shape = {"phase": phase, "seat": "", "has_text": True, "has_region": True}
    return Piece(shape=shape, texts={**{name: f"[{name}]" for name in TEXTS}, **texts})


@pytest.mark.parametrize("text", ["<b>\"&'</b>", "%(title)s {title} %s \\1", "[when]", "title", ""])
def test_each_text_is_escaped_and_put_in_as_it_is(text):
    for _ in range(2):  # drawn, and drawn before
        html = draw([_card(title="first"), _card(title=text)], CARD)
        first, second = (part.strip() for part in html.split("</article>")[:2])
        assert second == first.replace("first", _escaped(text))
        assert "\0" not in html


def _escaped(text):
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;")):
        text = text.replace(sign, entity)
    return text


def test_html_that_is_safe_already_is_not_escaped_again():
    assert "<bdi>Ana</bdi>" in draw([_card(title=SafeString("<bdi>Ana</bdi>"))], CARD)


def test_rows_of_another_shape_and_readers_of_another_language_get_their_own():
    assert "[places_left]" in draw([_card()], CARD)
    assert "[places_left]" not in draw([_card(phase="full")], CARD)
    assert draw([], CARD) == ""
    with override("fr"):
        french = draw([_card()], CARD)
    assert french != draw([_card()], CARD)


def test_the_texts_of_a_sentence_are_escaped_and_stand_in_its_own_words():
    line = Piece(shape={}, texts={"link": "", "skill": "", "name": "<b> 100%% %(name)s"})

    html = draw([line], "matching/_person_line.html")

    assert "Never match me with &lt;b&gt; 100%% %(name)s again" in html


def test_lists_that_are_drawn_at_once_are_drawn_as_each_of_them():
    lists = [[_card(title="<1>"), _card(phase="full", title="2")], [], [_card(title=SafeString("<b>3</b>"))]]

    assert draw_each(lists, CARD) == [draw(pieces, CARD) for pieces in lists]
    assert draw_each([], CARD) == []


def test_a_list_within_a_row_is_drawn_before_it_and_not_escaped_again():
    skills = [Piece(shape={"is_wished": False, "level": "<"}, texts={"name": name}) for name in ("R&D", "Wikidata")]
    drawn = draw(skills, "matching/_shared_skill.html")

    html = draw([Piece(shape={}, texts={"skills": drawn})], "matching/_sharer_facts.html")

    assert '<li>R&amp;D<span class="lc-muted">: &lt;</span></li>' in html
    assert drawn in html


def test_a_form_of_a_row_has_the_token_of_its_reader():
    tag = engines["django"].from_string("{% csrf_token %}").template
    for token in ("abc", "xyz"):
        texts = {name: "" for name in ("withdraw", "name", "skill", "why", "moment")}
        html = draw([Piece(shape={}, texts={**texts, "csrf_token": token})], "matching/_request_waiting.html")
        assert tag.render(Context({"csrf_token": token})) in html


@pytest.mark.parametrize(
    "name, key",
    [
        *[("clinics:clinic-detail", key) for key in (7, 41)],
        *[("matching:sharer-ask", key) for key in ("abc-_9", "0")],
        *[("matching:request-withdraw", key) for key in (1, 90)],
        ("matching:person-block", 12),
        ("matching:match-detail", 12),
        ("trust:report-detail", "Zk3-_x"),
    ],
)
def test_a_link_is_that_of_the_row(name, key):
    assert link_to(name, key) == reverse(name, args=[key])


def test_a_link_begins_where_the_portal_does():
    set_script_prefix("/portal/")
    try:
        assert link_to("matching:match-detail", 12) == reverse("matching:match-detail", args=[12])
    finally:
        set_script_prefix("/")
