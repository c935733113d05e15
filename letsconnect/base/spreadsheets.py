"""Make cells safe that a spreadsheet could take for a formula: used by every file we export."""

import re
import unicodedata

_BEGINS = frozenset("=+-@")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# NUL and its kind are refused by some programs and read over by others, so that what follows comes first.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take the text for a formula, also after spaces or with a full-width sign."""
    if text[:1] in ("\t", "\r", "\n", "\x00"):
        return True
    seen = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) not in _UNSEEN)
    return next(seen, "") in _BEGINS


def harmless(text: str) -> str:
    """Return the text as a cell that stays text: an apostrophe before a possible formula, no control characters."""
    text = "".join(text)  # of a `lines.Line` its letters only, without what isolates it in a sentence
    plain = _CONTROLS.sub("", text)  # what stood behind a control code comes first now, so both are looked at
    return f"'{plain}" if looks_like_formula(text) or looks_like_formula(plain) else plain
