"""English for readers of other first languages: no sentence off the desk has more than twenty words."""

import re
from functools import cache
from html import unescape
from pathlib import Path

from django.conf import settings

from letsconnect.translations import template_of

ROOT = Path(settings.BASE_DIR)

MOST_WORDS = 20
# The desk's pages, and the sentences that workers store for it: held to nothing here.
DESK = re.compile(r"(^|/)admin/|/base/stored_words\.py$")
END = re.compile(r"(?<=[.!?…])[”’\")]*\s+|\n+")
WORD = re.compile(r"\w+(?:[-’'./@]\w+)*")
FILLED_IN = re.compile(r"%\(\w+\)[sd]")  # a name, a day and hour, a skill: two words at most as a rule
TAG = re.compile(r"<[^>]+>")


def sentences(text: str) -> list[str]:
    return [one for one in END.split(unescape(TAG.sub("", text)).replace("%%", "%")) if one.strip()]


def words_in(sentence: str) -> int:
    return len(WORD.findall(FILLED_IN.sub("a name", sentence)))


@cache
def texts_off_the_desk() -> list[tuple[str, str]]:
    """Return each English text that members or visitors meet, with a file in which it stands."""
    return [
        (off_the_desk[0], text)
        for message in template_of(ROOT)
        if message.id and (off_the_desk := [name for name, _line in message.locations if not DESK.search(name)])
        for text in ((message.id,) if isinstance(message.id, str) else message.id)
    ]


def too_long(texts: list[tuple[str, str]]) -> list[tuple[int, str, str]]:
    return [
        (count, place, sentence)
        for place, text in texts
        for sentence in sentences(text)
        if (count := words_in(sentence)) > MOST_WORDS
    ]


def test_no_sentence_that_members_and_visitors_read_has_more_than_twenty_words():
    texts = texts_off_the_desk()

    assert {"templates", "registrations", "matching", "clinics", "mailings", "trust", "reports", "letsconnect"} == {
        place.split("/")[0] for place, _text in texts
    }
    assert too_long(texts) == [], "Split it, or say it in fewer words."


def test_words_are_counted_as_a_reader_counts_them():
    assert [
        words_in(one) for one in sentences('Hello %(name)s, it’s 1:1. <a href="x y">Read it</a>: “yes!” Then go.')
    ] == [
        6,
        3,
        2,
    ]
    assert words_in("one-to-one, a.b@example.org and 19:30") == 5
    assert len(too_long([("x", "One " * 20 + "twenty-one. Short."), ("y", "One " * 20 + ".")])) == 1
