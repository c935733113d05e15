"""What a page that visitors see says first of a learning clinic, in languages where the bare word sounds medical."""

import re
from html import unescape

import pytest

from letsconnect.tests.doors import DOORS
from letsconnect.tests.weights import is_page

IN_FULL = {
    "es": ("clínica", r"clínicas? de aprendizaje\b"),
    "fr": ("clinique", r"cliniques? d[’']apprentissage\b"),
    "pt": ("clínica", r"clínicas? de aprendizagem\b"),
}
FROM_PEOPLE = re.compile(r'<(\w+)[^>]*\bdir="auto"[^>]*>.*?</\1>', re.DOTALL)


@pytest.mark.parametrize("language", IN_FULL)
def test_each_page_of_visitors_says_learning_clinic_in_full_before_the_bare_word(shared_world, client, language):
    word, in_full = IN_FULL[language]
    bare, asked = {}, 0
    for door in DOORS:
        if door.get.split()[0] != "200" or door.is_desk:
            continue
        response = client.get(door.path(shared_world), headers={"accept-language": language})
        if not is_page(response):
            continue
        asked += 1
        html = response.content.decode()
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
                bare[str(door), part] = " ".join(said[max(0, first.start() - 60) : first.end() + 40].split())

    assert asked > 15
    assert bare == {}, "Say it in full where the page speaks of one first: in its title, link back or first sentence."
