"""Taking spelling out of text: one place for case, marks, digits, dashes and typing slips."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

MAX_CELL = 5000  # no honest answer is longer; such a cell is kept raw and not read

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
# Vowel points and other marks that never change which word it is. Indic vowel signs and kana marks do, and stay.
_MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670))
_ARABIC = {ord("ى"): "ي", ord("ة"): "ه", ord("ی"): "ي", ord("ک"): "ك"}
_LETTERS = {ord("ß"): "ss", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("æ"): "ae", ord("œ"): "oe", ord("ı"): "i"}
_QUOTES = re.compile(r"[\"'`´‘’‚‛“”„«»ʼʻ′]")

# What people write to say that there is nothing to say.
NOTHING = frozenset(
    [
        "n a",
        "na",
        "none",
        "nothing",
        "no one",
        "nil",
        "null",
        "nan",
        "ninguno",
        "ninguna",
        "nada",
        "no tengo",
        "aucun",
        "aucune",
        "rien",
        "neant",
        "nenhum",
        "nenhuma",
        "لا شيء",
        "لا يوجد",
        "غير متوفر",
        "not applicable",
        "not available",
    ]
)


def tidy(text: str) -> str:
    """Return text with one form for every letter, digit, dash and space, and no invisible characters."""
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
    """Return tidy text in lower case without marks, punctuation kept."""
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().split())
    letters = unicodedata.normalize("NFKD", tidy(text).casefold())
    kept = "".join(letter for letter in letters if not any(low <= ord(letter) <= high for low, high in _MARKS))
    return unicodedata.normalize("NFC", kept).translate(_ARABIC).translate(_LETTERS)


@lru_cache(maxsize=50_000)
def key(text: str) -> str:
    """Return what two spellings of one name have in common: letters and digits, single spaces."""
    words = _QUOTES.sub("", plain(text)).replace("&", " and ").replace("+", " and ")
    return " ".join("".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in words).split())


def squeezed(text: str) -> str:
    """Return the key without spaces: "Wiki data" and "wikidata" are one name."""
    return key(text).replace(" ", "")


def says_nothing(text: str) -> bool:
    """Tell whether a filled cell says that there is no answer: "n/a", "-", "none"."""
    return key(text) in NOTHING or not key(text)


def slips(one: str, other: str, *, limit: int) -> int:
    """Return how many letters were added, lost, changed or swapped, or ``limit`` + 1 when it is more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if older and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def near(word: str, names: Iterable[str]) -> set[str]:
    """Return the names one slip away from a word of five letters or more, two slips from twelve."""
    if not 5 <= len(word) <= 60:
        return set()
    limit = 2 if len(word) >= 12 else 1
    letters = Counter(word)
    return {
        name
        for name in names
        if abs(len(name) - len(word)) <= limit
        and (letters - Counter(name)).total() <= limit
        and slips(word, name, limit=limit) <= limit
    }


def split_outside_brackets(text: str, separators: str) -> list[str]:
    """Return the parts between separators that are not inside brackets, trimmed, empty ones dropped."""
    parts, depth, part = [], 0, ""
    for letter in text:
        if letter in "([{（":
            depth += 1
        elif letter in ")]}）":
            depth = max(0, depth - 1)
        if letter in separators and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    return [piece.strip() for piece in [*parts, part] if piece.strip()]
