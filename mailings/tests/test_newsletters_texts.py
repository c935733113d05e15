"""What an editor writes: as HTML, as plain text, as wikitext, and what is refused."""

import pytest

from mailings.newsletters import markdown, wikitext

HOSTILE = [
    ("<script>alert(1)</script>", "<script"),
    ("[x](javascript:alert(1))", 'javascript:alert(1)"'),
    ("[x](JAVASCRIPT:alert(1))", 'href="JAVASCRIPT'),
    ("<javascript:alert(1)>", "href"),
    ("[x](data:text/html;base64,PHNjcmlwdD4=)", "href"),
    ("![x](https://elsewhere.example/pixel.png)", "<img"),
    ("<img src=x onerror=alert(1)>", "<img"),
    ("<a href='https://x.example' onclick='alert(1)'>x</a>", "<a "),
    ("[x](vbscript:msgbox)", "href"),
    ("<style>body{display:none}</style>", "<style"),
    ("[x]: javascript:alert(1)\n\n[x]", "href"),
    ("<iframe src=https://x.example></iframe>", "<iframe"),
]


@pytest.mark.parametrize(("written", "never"), HOSTILE)
def test_nothing_that_acts_is_in_the_html_and_the_editor_is_told(written, never):
    assert never not in markdown.to_html(written)
    assert len(markdown.problems(written)) >= (0 if written.startswith("<a ") else 1)


def test_what_editors_write_becomes_plain_html_below_the_title_of_a_section():
    html = markdown.to_html("# One\n\nHello **you** and *you*,\n\n1. a\n2. [b](/clinics/)\n\n> said\n\n###### Six")

    for expected in ("<h3>One</h3>", "<strong>you</strong>", '<li><a href="/clinics/">b</a></li>', "<blockquote>"):
        assert expected in html
    assert "<h4>Six</h4>" in html and "<h1" not in html and "<h6" not in html
    assert 'href="http' in markdown.with_full_addresses(html)
    assert markdown.problems("Hello **you**, [here](https://meta.wikimedia.org) & 1 < 2") == []


def test_a_plain_letter_keeps_lists_numbers_and_where_links_lead():
    text = markdown.to_text("Come:\n\n- *one*\n- [two](https://x.example/2)\n\n3. three\n4. four\n\n`code`")

    assert text == "Come:\n\n• one\n• two\nhttps://x.example/2\n\n3. three\n4. four\n\ncode"


def test_the_links_of_a_paragraph_stand_below_it_each_in_its_line(settings):
    settings.SITE_URL = "https://portal.example"
    written = "See [one](/clinics/), [two](https://x.example/2) and [one again](/clinics/).\n\n[Alone](/clinics/)"

    assert markdown.to_text(written) == (
        "See one [1], two [2] and one again [1].\n[1] https://portal.example/clinics/\n[2] https://x.example/2\n\n"
        "Alone\nhttps://portal.example/clinics/"
    )
    assert markdown.to_text("Write to <a@x.example>, read <https://x.example/>.") == (
        "Write to a@x.example, read https://x.example/."
    )


def test_characters_that_turn_the_direction_of_writing_are_taken_out_and_named():
    written = "Pay \u202eeno\u202c here\u200f"

    assert "\u202e" not in markdown.to_html(written) + markdown.to_text(written) + wikitext.from_markdown(written)
    assert len(markdown.problems(written)) == 1
    assert markdown.problems("مرحبا") == []


@pytest.mark.parametrize("written", ["[x](https://[)", "[x](//evil.example/)", "<foo:bar>", "[x](ftp://a.example)"])
def test_an_address_that_is_none_breaks_nothing(written):
    markdown.to_html(written), markdown.to_text(written), markdown.links(written), markdown.problems(written)


def test_each_fault_is_named_once_however_often_it_is_there():
    assert len(markdown.problems("<script>" * 50 + "[x](javascript:a)" * 50)) == 2


@pytest.mark.parametrize(
    "written",
    [
        "{{delete}}",
        "[[File:x.png]]",
        "~~~~",
        "''bold''",
        "<ref>x</ref>",
        "{| class=x",
        "__NOTOC__",
        "# of",
        "\\# of",
        "[https://x.example y]",
        "&lt;nowiki&gt;{{x}}",
        "`</nowiki>{{x}}`",
        "x\n\\* y",
        "x\n| y",
        "x {{subst:y}} z",
        "\\;a: b",
    ],
)
def test_nothing_a_person_typed_acts_on_the_wiki(written):
    made = wikitext.from_markdown(written)
    outside = "".join(part.partition("</nowiki>")[2] or part for part in f"</nowiki>{made}".split("<nowiki>"))

    for acting in ("{{", "[[", "~~~", "''b", "<ref", "{|", "__NOTOC__", "[https://x.example y"):
        assert acting not in outside
    assert not outside.lstrip("=\n ").startswith(("*", "#", ";", "|"))


def test_wikitext_has_headings_lists_links_and_emphasis():
    made = wikitext.from_markdown(
        "## More\n\nHello **you**, *see* [a page](/clinics/) & 5 < 6.\n\n"
        "- one\n  - two\n- three\n\n1. first\n\n---\n\n> said"
    )

    assert "=== More ===" in made
    assert "Hello '''you''', ''see'' [http" in made and "/clinics/ a page]" in made
    assert "* one\n** two\n* three\n" in made and "# first" in made
    assert "----" in made and "<blockquote>said" in made.replace("\n", "")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("*Wikimedia*'s **best**'s", "''Wikimedia''<nowiki/>'s '''best'''<nowiki/>'s"),
        ("l'*Atelier* et l'**Art**", "l'<nowiki/>''Atelier'' et l'<nowiki/>'''Art'''"),
        ("***both***", "'''''both'''''"),
        ("a &lt;!-- b", "a <nowiki>&lt;</nowiki>!-- b"),
        ("\\[mailto:a@example.org b\\]", "<nowiki>[</nowiki>mailto:a@example.org b]"),
        ("\\[//x.example b\\]", "<nowiki>[</nowiki>//x.example b]"),
        ("-{zh:a}-", "<nowiki>-{</nowiki>zh:a}-"),
        ("&amp;nbsp;", "<nowiki>&amp;</nowiki>nbsp;"),
        ("\\----", "<nowiki>----</nowiki>"),
    ],
)
def test_what_a_wiki_would_read_otherwise_stands_there_as_it_was_typed(written, expected):
    assert wikitext.from_markdown(written) == expected


def test_control_characters_that_came_along_with_what_was_pasted_are_taken_out():
    written = "a\x01b\x0b\x1bc\ufffe\uffff\x85 \ud800 d\te \U0001f600"

    for made in (markdown.to_html(written), markdown.to_text(written), wikitext.from_markdown(written)):
        assert "abc  d\te \U0001f600" in made
