"""Cells that say who wrote: address, Wikimedia username, full name."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from letsconnect.base.spreadsheets import looks_like_formula
from registrations.importing import text
from registrations.importing.cells import BLANK, Cell, guessed, understood, unread

_is_address = EmailValidator()
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}|<at>|\s at \s|\(arroba\)|\(a\))\s*", re.IGNORECASE | re.VERBOSE)
_AT_WORD = re.compile(r"\s+at\s+", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\])\s*|\s+dot\s+", re.IGNORECASE)
_ANGLES = re.compile(r"^[^<>@]*<([^<>@\s]+@[^<>\s]+)>$")
_USER_PAGE = re.compile(
    r"^(?:https?://[\w.-]+/wiki/|\[\[)?(?::?[a-z-]{2,12}:)?"
    r"(?:user|usuario|usuaria|utilisateur|utilisatrice|usuário|usuária|usuário\(a\)|مستخدم|benutzer)(?:[_ ]talk)?:",
    re.IGNORECASE,
)
_NOT_IN_USERNAMES = re.compile(r"[#<>\[\]|{}/@\x00-\x1f\x7f]|https?:|^=|^\d{1,3}(?:\.\d{1,3}){3}$|~{3}")
LONGEST_NAME = 100


def _valid(address: str) -> bool:
    try:
        _is_address(address)
    except ValidationError:
        return False
    return len(address) <= 254


def read_address(told: str) -> Cell:
    """Return an address in lower case. One that was written to hide from robots is a guess."""
    stripped = unicodedata.normalize("NFKC", told).strip().strip("\u200b\u200e\u200f\ufeff").strip()
    if not stripped:
        return BLANK
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in stripped):
        return unread("control characters in an address; not taken over")
    if text.says_nothing(stripped) or text.key(stripped) in (
        "no email",
        "sin correo",
        "no tengo correo",
        "pas demail",
        "sem email",
        "private",
        "no",
    ):
        return understood("")
    bare = stripped.removeprefix("mailto:").casefold()
    if _valid(bare):
        return understood(bare)
    if match := _ANGLES.match(bare):
        return understood(match[1]) if _valid(match[1]) else unread("not an address")
    hidden = _DOT.sub(".", _AT_WORD.sub("@", _AT.sub("@", bare)))
    for candidate in (hidden, hidden.rstrip(".,;"), re.sub(r"\s*([@.])\s*", r"\1", hidden)):
        if candidate.count("@") == 1 and _valid(candidate):
            return guessed(candidate, f"taken as {candidate}")
    return unread("not an address")


def read_username(told: str) -> Cell:
    """Return a username as MediaWiki writes it: spaces for underscores, the first letter capital."""
    stripped = text.tidy(told)
    if not stripped:
        return BLANK
    if any(unicodedata.category(letter) == "Cc" for letter in told.strip()):
        return unread("control characters in a username; not taken over")
    if text.says_nothing(stripped):
        return understood("")
    name = " ".join(_USER_PAGE.sub("", stripped).rstrip("]").replace("_", " ").split())
    if not name or _NOT_IN_USERNAMES.search(name) or len(name.encode()) > 255:
        return unread("cannot be a Wikimedia username")
    return understood(name[0].upper() + name[1:])


def read_name(told: str) -> Cell:
    """Return the name to show."""
    tidy = text.tidy(told)
    if not tidy:
        return BLANK
    if text.says_nothing(tidy):
        return understood("")
    if len(tidy) > LONGEST_NAME:
        return unread(f"longer than {LONGEST_NAME} characters")
    if looks_like_formula(told) or "<" in tidy or not any(letter.isalpha() for letter in tidy):
        return unread("not a name")
    return understood(tidy)
