"""A person's initials in a circle, in place of a picture: drawn from the name that stands beside it, asks nobody."""

import unicodedata
from functools import lru_cache
from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString

COLOURS = 8  # as many as portal.css has of .lc-avatar--0, .lc-avatar--1, …
_JOINER, _NON_JOINER, _SKIN = "\u200d", "\u200c", range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)
_PARTS_WORDS = str.maketrans("._-‐·־・", "       ")


@lru_cache(maxsize=1024)
def avatar(name: str, key: str = "") -> SafeString:
    """Return the initials of ``name``, not read aloud, in a colour that stays the same for ``key``, else for the name.

    An empty circle stands for who has no name.
    """
    colour = crc32((key or unicodedata.normalize("NFC", name)).encode()) % COLOURS
    html = '<span class="lc-avatar lc-avatar--{}" aria-hidden="true"><bdi>{}</bdi></span>'
    return format_html(html, colour, initials(name))


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, as whoever writes the script sees a letter.

    Two letters that would join are kept apart.
    """
    words = unicodedata.normalize("NFC", name).translate(_PARTS_WORDS).split()
    firsts = [letter for letter in map(_first_letter, words) if letter]
    if not firsts:
        return _cluster(words[0], 0) if words else ""
    return firsts[0] if len(firsts) == 1 else f"{firsts[0]}{_NON_JOINER}{firsts[-1]}"


def _first_letter(word: str) -> str:
    """Return the first letter or digit of a word with its marks, large where the script has large letters at the
    beginning of names; "" where there is none."""
    for at, character in enumerate(word):
        if unicodedata.category(character)[0] in "LN":
            cluster = _cluster(word, at)
            return character.title()[:1] + cluster[1:]
    return ""


def _cluster(text: str, at: int) -> str:
    """Return what is read as one character from ``at`` on: with its marks, and what joiners bind to it."""
    end = at + 1
    if ord(text[at]) in _FLAG and end < len(text) and ord(text[end]) in _FLAG:
        end += 1
    while end < len(text) and (_belongs_to_the_one_before(text[end]) or text[end - 1] == _JOINER):
        end += 1
    return text[at:end]


def _belongs_to_the_one_before(character: str) -> bool:
    return character == _JOINER or unicodedata.category(character)[0] == "M" or ord(character) in _SKIN
