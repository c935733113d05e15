"""What a page says first of a learning clinic, in languages where the bare word sounds medical."""

import re
from html import unescape
from pathlib import Path

import pytest

from letsconnect.tests.doors import DOORS, PEOPLE
from letsconnect.tests.weights import is_page
from letsconnect.translations import catalog_of

IN_FULL = {
    "es": ("clínica", r"clínicas? de aprendizaje\b"),
    "fr": ("clinique", r"cliniques? d[’']apprentissage\b"),
    "pt": ("clínica", r"clínicas? de aprendizagem\b"),
}
FROM_PEOPLE = re.compile(r'<(\w+)[^>]*\bdir="auto"[^>]*>.*?</\1>', re.DOTALL)
FIRST = "Say it in full where the page speaks of one first: in its title, link back or first sentence."


def bare_first(html):
    """Yield each part of a page in which the bare word comes first, with what it says there."""
    word, in_full = IN_FULL["es"]
    head, body = html.split("</head>", 1)
    parts = {
        "title": head.split("<title>")[1].split("</title>")[0],
        "preview": "".join(re.findall(r'<meta name="description" content="([^"]*)"', head)),
        "page": body.split('<main id="content"', 1)[1].split("</main>")[0],
    }
    for part, text in parts.items():
        said = unescape(re.sub(r"<[^>]*>", " ", FROM_PEOPLE.sub(" ", text)))
        first = re.search(rf"\b{word}s?\b", said, re.IGNORECASE)
        if first and not re.match(in_full, said[first.start() :], re.IGNORECASE):
            yield part, " ".join(said[max(0, first.start() - 60) : first.end() + 40].split())


def pages_of(world, client, who):
    """Yield each page off the desk that one person gets, in Spanish: the others say it in the same texts, see below."""
    if world.people[who]:
        client.force_login(world.people[who])
        type(world.people[who]).objects.filter(pk=world.people[who].pk).update(language="es")
    for door in DOORS:
        if door.get.split()[PEOPLE.index(who)] != "200" or door.is_desk:
            continue
        response = client.get(door.path(world), headers={"accept-language": "es"})
        if is_page(response) and b'<main id="content"' in response.content:  # not the file of one's own data
            yield str(door), response.content.decode()


@pytest.mark.parametrize(("who", "at_least"), [("visitor", 15), ("other", 50), ("concerned", 50)])
def test_each_page_says_learning_clinic_in_full_before_the_bare_word(shared_world, client, who, at_least):
    pages = dict(pages_of(shared_world, client, who))

    assert len(pages) > at_least
    assert {(door, part): said for door, html in pages.items() for part, said in bare_first(html)} == {}, FIRST


def test_a_text_says_learning_clinic_in_full_in_each_language_or_in_none():
    said = {}
    for language, (word, in_full) in IN_FULL.items():
        for message in catalog_of(Path(f"locale/{language}/LC_MESSAGES/django.po")):
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            first = re.search(rf"\b{word}s?\b", texts[-1], re.IGNORECASE)
            if first:
                is_full = re.match(in_full, texts[-1][first.start() :], re.IGNORECASE) is not None
                said.setdefault((message.context, str(message.id)), {})[language] = is_full

    assert {key: each for key, each in said.items() if len(set(each.values())) > 1} == {}
