"""Make cells safe that a spreadsheet could take for a formula: used by every file we export."""

import re
import unicodedata

_BEGINS = frozenset("=+-@")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Some programs refuse NUL and other control characters, others skip them, so that the next character comes first.
# With U+FFFE or U+FFFF in one cell, no program opens the whole .xlsx file.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take the text for a formula, also after spaces or with a full-width sign."""
    if text[:1] in ("\t", "\r", "\n", "\x00"):
        return True
    visible_characters = (
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) not in _UNSEEN
    )
    return next(visible_characters, "") in _BEGINS


def harmless(text: str) -> str:
    """Return the text as a cell that stays text: an apostrophe before a possible formula, no control characters."""
    text = "".join(text)  # a `WrittenLine` without the characters that isolate it in a sentence
    plain = _CONTROLS.sub("", text)  # without a control character at the start, another one comes first: check both
    return f"'{plain}" if looks_like_formula(text) or looks_like_formula(plain) else plain
