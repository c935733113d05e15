"""Texts of one line that other people read (names, titles, subjects): which characters are allowed, how they are shown.

We keep our own tables of characters, because Python's `unicodedata` differs between the versions the portal runs on,
and because PostgreSQL has to check the same rules (`letsconnect.base.fields`).
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# Controls of the direction of text: they turn what stands after them, on other people's pages too.
DIRECTION = ((0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x206F))
# Invisible, and without a part in any spelling: never kept.
UNSEEN = (
    (0x00AD, 0x00AD),
    (0x17B4, 0x17B5),
    (0x200B, 0x200B),
    (0x2060, 0x2065),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE00FF),
    (0xE01F0, 0xE0FFF),
)
BREAKS = ((0x0001, 0x001F), (0x007F, 0x009F), (0x2028, 0x2029))
# Invisible, but a part of the spelling of the letter before: joiners, variation selectors, fillers of old Korean.
JOINERS = ((0x200C, 0x200D),)
SPELLING = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x180B, 0x180F),
    *JOINERS,
    (0xFE00, 0xFE0F),
    (0xE0100, 0xE01EF),
)
# Shown as nothing or as a bare space, though Unicode does not call them ignorable.
BLANKS = (
    (0x0020, 0x0020),
    (0x00A0, 0x00A0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x16FE4, 0x16FE4),
    (0x1D159, 0x1D159),
)
# Marks that need a letter to stand on; the database knows only these blocks, Python every one.
MARKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)

FORBIDDEN = (*BREAKS, *DIRECTION, *UNSEEN)
INVISIBLE = (*FORBIDDEN, *SPELLING, *BLANKS, *MARKS)
_FORBIDDEN = frozenset(code for first, last in FORBIDDEN for code in range(first, last + 1))
_INVISIBLE = frozenset(code for first, last in INVISIBLE for code in range(first, last + 1)) | {0}
_SPELLING = frozenset(code for first, last in SPELLING for code in range(first, last + 1))
_LAST_OF_EUROPE = 0x052F  # joiners say nothing between Latin, Greek and Cyrillic letters; there they only disguise
_ISOLATE, _POP = "\u2068", "\u2069"  # first strong isolate … pop directional isolate (UAX 9)


def one_line(text: str) -> str:
    """Return the text as one line: composed (NFC), single spaces, no character that breaks, turns or hides the line.

    Joiners stay where they spell a word (Persian, Sinhala, Malayalam, emoji), variation selectors where they follow a
    letter.
    """
    text = text if isinstance(text, str) else str(text)
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    letters: list[str] = []
    text = unicodedata.normalize("NFC", text)
    for place, letter in enumerate(text):
        kind = unicodedata.category(letter)
        if kind in ("Zs", "Zl", "Zp") or letter in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85":
            letters.append(" ")
        elif _is_kept(letter, kind, letters[-1:], text[place + 1 : place + 2]):
            letters.append(letter)
    return " ".join("".join(letters).split())


def without_breaks(text: str) -> str:
    """Return a text that is ready to be read, without line breaks and control characters, fit for a header or a
    calendar; what isolates a name from the sentence around it stays."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text).split())


def _is_kept(letter: str, kind: str, letter_before: list[str], letter_after: str) -> bool:
    code = ord(letter)
    if kind in ("Cc", "Cs") or code in _FORBIDDEN or _is_no_character(code):
        return False
    return code not in _SPELLING or _spells(letter, letter_before, letter_after)


def _is_no_character(code: int) -> bool:
    """Tell whether Unicode will never give this code a letter; no spreadsheet (XML) may hold U+FFFE or U+FFFF."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _spells(letter: str, letter_before: list[str], letter_after: str) -> bool:
    """Tell whether an invisible letter is part of the word around it."""
    if not letter_before or letter_before[0] == " " or letter_before[0] in "\u200c\u200d":
        return False
    code, previous = ord(letter), ord(letter_before[0])
    if code == 0x034F:  # keeps two marks apart
        return unicodedata.category(letter_before[0])[0] == "M" or unicodedata.category(letter_after or "a")[0] == "M"
    if 0x115F <= code <= 0x1160:
        return 0x1100 <= previous <= 0x11FF
    if 0x180B <= code <= 0x180F:
        return 0x1800 <= previous <= 0x18AF
    if letter not in "\u200c\u200d":  # a variation selector: of a sign, an ideograph, a digit of a keycap
        return previous > _LAST_OF_EUROPE or letter_before[0] in "0123456789#*©®"
    return _joins(letter_before[0], letter_after)


def _joins(letter_before: str, letter_after: str) -> bool:
    if unicodedata.combining(letter_before) == 9:  # after a virama a joiner chooses the form, at the end of a word too
        return True
    if not letter_after or any(
        unicodedata.category(letter)[0] not in "LMS" for letter in (letter_before, letter_after)
    ):
        return False
    return max(ord(letter_before), ord(letter_after)) > _LAST_OF_EUROPE


def has_something_to_see(text: str) -> bool:
    """Tell whether the text shows anything: a letter, digit, sign or picture, not only marks alone (UAX 44)."""
    return any(
        ord(letter) not in _INVISIBLE
        and not _is_no_character(ord(letter))
        and unicodedata.category(letter) not in ("Mn", "Me", "Cc", "Cs", "Zs")
        and not 0x13430 <= ord(letter) <= 0x1345F  # they only place the hieroglyphs around them
        for letter in text
    )


def visible_line(text: str) -> str:
    """Return the text as one line, or "" if nothing of it is visible."""
    line = one_line(text)
    return line if has_something_to_see(line) else ""


def isolated(text: Any) -> str:
    """Return a name for use inside a sentence, isolated from the text around it where its direction may differ (UAX 9).

    Needed for right-to-left names in any text, and for every name in a right-to-left text.
    """
    return _isolated(one_line(text), _is_right_to_left(get_language()))


def each_as_text(lines: Iterable[str]) -> list[str]:
    """Return each of these as `str` does, which isolates lines that somebody wrote; the language is asked for once."""
    is_right_to_left = _is_right_to_left(get_language())
    return [
        _isolated(one_line(line), is_right_to_left) if isinstance(line, WrittenLine) else str(line) for line in lines
    ]


def _isolated(line: str, is_among_right_to_left: bool) -> str:
    is_needed = is_among_right_to_left and bool(line)
    # Quickly told of ASCII, which most names of a long list are: nothing in it is written from right to left.
    if not is_needed and not line.isascii():
        is_needed = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in line)
    return f"{_ISOLATE}{line}{_POP}" if is_needed else line


@lru_cache(maxsize=64)
def _is_right_to_left(language: str | None) -> bool:
    """Tell how ``language`` is written, as `get_language_bidi` tells it of the active one; every page asks for it."""
    return language is not None and language.split("-")[0] in settings.LANGUAGES_BIDI


class WrittenLine(str):
    """One line that somebody wrote, as it comes from the database.

    Comparing, storing and encoding treat it as any other text. Put into a sentence (by a template, by "%" or by an
    f-string) it isolates itself, so no page and no letter has to do that.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return isolated(self)

    def __html__(self) -> str:
        return SafeString(escape(isolated(self)))


def pattern_of(ranges: tuple[tuple[int, int], ...]) -> str:
    """Return code points as PostgreSQL's regular expressions write them between square brackets."""
    return "".join(rf"\U{first:08X}-\U{last:08X}" if first != last else rf"\U{first:08X}" for first, last in ranges)
