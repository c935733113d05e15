"""Make different spellings of a text equal: one place for case, accents, digits and dashes.

Two spellings of one name have the same ``key``, two wordings of one phrase the same ``phrase``; lists that people read
are sorted by ``plain``, so that Åland stands beside Albania. Stems of words are in `registrations/skills/stemming.py`.
"""

import re
import unicodedata
from functools import lru_cache

_SHORT = 200
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
# Accents and vowel points, which never make another word. Indic vowel signs and kana marks do, so they stay.
_MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670))
MARKS_AS_RANGES = "".join(f"{chr(low)}-{chr(high)}" for low, high in _MARKS)  # in brackets of a regular expression
_NO_MARKS = dict.fromkeys(code for low, high in _MARKS for code in range(low, high + 1))
_ARABIC = {ord("ى"): "ي", ord("ة"): "ه", ord("ی"): "ي", ord("ک"): "ك", ord("ٱ"): "ا", ord("ء"): ""}
_LETTERS = {ord("ß"): "ss", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("æ"): "ae", ord("œ"): "oe", ord("ı"): "i"}
_APOSTROPHES = "\"'`´‘’‚‛“”„«»ʼʻ′"
_QUOTES = re.compile(f"[{_APOSTROPHES}]")
_PARTS_WORDS = re.compile(f"[{_APOSTROPHES}&+]")


def tidy(text: str) -> str:
    """Return text with one form of each letter, digit, dash and space, and no invisible characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    letters = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.digit(letter)))
        elif kind[0] == "Z" or letter in "\t\r\n\v\f":
            letters.append(" ")
        elif kind in ("Cf", "Cc", "Co", "Cs"):
            continue
        else:
            letters.append(letter)
    return " ".join("".join(letters).split())


def plain(text: str) -> str:
    """Return tidy text in lower case without accents; punctuation stays."""
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().split())
    letters = unicodedata.normalize("NFKD", tidy(text).casefold())
    return unicodedata.normalize("NFC", letters.translate(_NO_MARKS)).translate(_ARABIC).translate(_LETTERS)


def key(text: str) -> str:
    """Return the same text for all spellings of one name: only letters and digits, with single spaces."""
    return _short_key(text) if len(text) <= _SHORT else _key(text)


@lru_cache(maxsize=20_000)
def _short_key(text: str) -> str:  # only short texts are cached, so that a file cannot fill the memory
    return _key(text)


def _key(text: str) -> str:
    words = _QUOTES.sub("", plain(text)).replace("&", " and ").replace("+", " and ")
    return " ".join("".join([letter if _is_of_a_word(letter) else " " for letter in words]).split())


def phrase(text: str) -> str:
    """Return the same text for all wordings of one phrase: like a key, but an apostrophe separates words.

    "l’équipe" is "l equipe" here and "lequipe" as a key. "&" and "+" are left out, because they mean "and" in every
    language.
    """
    return key(_PARTS_WORDS.sub(" ", text))


def squeezed(text: str) -> str:
    """Return the key without spaces: "Wiki data" and "wikidata" are one name."""
    return key(text).replace(" ", "")


def _is_of_a_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter)[0] in "LNM"
