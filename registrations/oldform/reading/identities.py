"""Cells that say who the person is: address, Wikimedia username, full name."""

import re
import unicodedata
from collections.abc import Iterable

from letsconnect.base import folding, lines
from letsconnect.base.addresses import canonical_or_nothing
from letsconnect.base.spreadsheets import looks_like_formula
from registrations.accounts import usernames
from registrations.domain.registrations import NAME_AT_MOST
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread

_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}|<at>|\s at \s|\(arroba\)|\(a\))\s*", re.IGNORECASE | re.VERBOSE)
_AT_WORD = re.compile(r"\s+at\s+", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\])\s*|\s+dot\s+", re.IGNORECASE)
_ANGLES = re.compile(r"^[^<>@]*<([^<>@\s]+@[^<>\s]+)>$")
# Somebody could also be called so: these mean "none" only exactly as written here, in small letters.
_NO_NAME = frozenset(["none", "nothing", "ninguno", "ninguna", "aucun", "aucune", "rien", "nenhum", "nenhuma"])
_NO_USERNAME = _NO_NAME | {"nada", "لا شيء", "لا يوجد"}
# These have several words, so they are nobody's name: "n/a", "not applicable".
_NONE_FOR_CERTAIN = text.NOTHING | {
    folding.key(words)
    for words in (
        "I don't have one",
        "I dont have an account",
        "no account",
        "no username",
        "don't have one",
        "no tengo usuario",
        "no tengo cuenta",
        "sin usuario",
        "sin cuenta",
        "je n'en ai pas",
        "pas de compte",
        "aucun compte",
        "não tenho",
        "não tenho conta",
        "sem conta",
        "ليس لدي",
        "ليس لدي حساب",
        "لا أملك حسابا",
    )
}


def read_address(answer: str) -> Cell:
    """Return an address in its canonical form.

    It is a guess where the address was hidden from robots ("name (at) example"), or has letters that only look like
    those of an address.
    """
    stripped = answer.strip().strip("\u200b\u200e\u200f\ufeff").strip()
    if not stripped:
        return BLANK
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in stripped):
        return unread("control characters in an address; not taken over")
    if text.says_nothing(stripped) or folding.key(stripped) in (
        "no email",
        "sin correo",
        "no tengo correo",
        "pas demail",
        "sem email",
        "private",
        "no",
    ):
        return understood("")
    bare = re.sub("^mailto:", "", stripped, flags=re.IGNORECASE)
    bare = match[1] if (match := _ANGLES.match(bare)) else bare
    if address := canonical_or_nothing(bare):
        return understood(address)
    bare = unicodedata.normalize("NFKC", bare)
    hidden = _DOT.sub(".", _AT_WORD.sub("@", _AT.sub("@", bare)))
    for candidate in (bare, hidden, hidden.rstrip(".,;"), re.sub(r"\s*([@.])\s*", r"\1", hidden)):
        if candidate.count("@") == 1 and (address := canonical_or_nothing(candidate)):
            return guessed(address, f"taken as {address}")
    local, _at, domain = bare.rpartition("@")
    if local and not local.isascii() and canonical_or_nothing(f"a@{domain}"):
        return unread("mail servers like ours take only a to z before the @, so no email can be sent there")
    return unread("not an address")


def read_username(answer: str, *, is_word_for_none: bool = False) -> Cell:
    """Return a username as MediaWiki writes it.

    "none" in small letters means no username, while "None" or "Null" may be one, unless several people of the file
    gave the same word (``is_word_for_none``).
    """
    if not lines.has_something_to_see(answer):
        return BLANK if not answer.strip() else unread("nothing in it can be seen")
    if is_word_for_none or _says_none(answer, _NO_USERNAME):
        return understood("")
    try:
        name = usernames.read(answer)
    except usernames.NoUsername as refusal:
        return unread(str(refusal))
    return understood(name) if folding.key(name) else guessed(name, "nothing but signs: taken as a username")


def read_name(answer: str) -> Cell:
    """Return the name to show, with every letter as it was written."""
    name = lines.one_line(answer)
    if not answer.strip():
        return BLANK
    if not lines.has_something_to_see(name):
        return unread("nothing in it can be seen")
    if _says_none(name, _NO_NAME):
        return understood("")
    if len(name) > NAME_AT_MOST:
        return unread(f"longer than {NAME_AT_MOST} characters")
    if looks_like_formula(answer) or "<" in name or not any(letter.isalpha() for letter in name):
        return unread("not a name")
    return understood(name)


def _says_none(answer: str, words: frozenset[str]) -> bool:
    """Tell whether the text has only signs, or says "none" in a way that cannot be a name."""
    word = " ".join(answer.split())
    return text.is_only_signs(word) or word in words or (folding.key(word) in _NONE_FOR_CERTAIN and not word.isalpha())


def words_for_none(usernames_and_addresses: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the words, such as "null", that mean "no username" because people of several addresses gave them."""
    givers: dict[str, set[str]] = {}
    for username, address in usernames_and_addresses:
        if folding.key(username[:60]) in text.NOTHING:
            givers.setdefault(folding.key(username[:60]), set()).add(address.strip())
    return frozenset(word for word, addresses in givers.items() if len(addresses) > 1)
