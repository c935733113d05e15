"""Wikimedia usernames as MediaWiki writes them.

A username is an identifier, so different letters are not treated as equal, as they are in words.
"""

import html
import re
import unicodedata
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlsplit

from letsconnect.base.lines import has_something_to_see
from registrations import reference

LONGEST = 255  # bytes, what MediaWiki's tables hold

_PASTED = "\u200b\u2060\ufeff\u2066\u2067\u2068\u2069"  # comes along when a name is copied from a page
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e]")  # dropped from every title
_SPACES = re.compile("[ _\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_PERCENT = re.compile("(?:%[0-9A-Fa-f]{2})+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ILLEGAL = re.compile(
    r"[#<>\[\]|{}/:@\x00-\x1f\x7f\x80-\x9f\u200b\u2060-\u206f\ufeff\ue000-\uf8ff\ufffd]|^[=]|~{3}|%[0-9A-Fa-f]{2}"
    r"|^\.{1,2}$|^\d{1,3}(?:\.\d{1,3}){3}$|&[A-Za-z0-9#]+;"
)
_SITE = re.compile(r"^(?:https?:)?//|^(?:[a-z0-9-]+\.)+(?:org|com|net)/|^/?wiki/", re.IGNORECASE)
_INTERWIKI = re.compile(r"^:?(?:[a-z]{1,12}(?:-[a-z]{2,12})*|[a-z]{1,12}[0-9]?)$", re.IGNORECASE)
_OF_A_USER = (
    "contributions",
    "contribs",
    "centralauth",
    "emailuser",
    "log",
    "contribuciones",
    "contribuições",
    "مساهمات",
)
# Letters whose capital is not used in titles, though Unicode has one: Wikimedia's $wgOverrideUcfirstCharacters.
_STAY = frozenset("ǅǈǋǲ\u0345ꞹ") | {
    chr(code)
    for first, last in ((0x10D0, 0x10FF), (0x2170, 0x217F), (0x24D0, 0x24E9), (0x16E60, 0x16E7F))
    for code in range(first, last + 1)
}


class NoUsername(ValueError):
    """The text cannot be the name of a Wikimedia account."""


@cache
def _namespaces() -> frozenset[str]:
    """Return what stands before the colon of a user page's title, in every language we know."""
    lines = (files(reference) / "user_namespaces.txt").read_text(encoding="utf-8").splitlines()
    names = (name for line in lines if not line.startswith("#") for name in line.split("|"))
    return frozenset(_plain(name) for name in names if name)


def _plain(namespace: str) -> str:
    """Return the name of a namespace as MediaWiki compares it: without regard to case, underscores and marks."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", namespace)).strip().lower()


def capital(name: str) -> str:
    """Return the name with its first letter as MediaWiki writes it: its capital, if one letter that titles use."""
    first = name[:1]
    if first in _STAY:
        return name
    for form in (first.upper(), first.title()):
        if len(form) == 1:
            return form + name[1:]
    return name


def read(text: str) -> str:
    """Return the username in a text: alone, in a link, or in the address of a page. Raises NoUsername."""
    text = unicodedata.normalize("NFC", text).strip().strip(_PASTED).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise NoUsername("control characters in a username; not taken over")
    is_page = bool(_SITE.match(text))
    title = _title_of_address(text) if is_page else _link(text)
    name, is_named = _without_namespace(_title(title))
    if is_named:
        name = name.partition("/")[0]  # a subpage of the user's
    if is_page and not is_named:
        raise NoUsername("not the page of a user")
    name = capital(_SPACES.sub(" ", name).strip())
    if not has_something_to_see(name) or _ILLEGAL.search(name) or len(name.encode()) > LONGEST:
        raise NoUsername("cannot be a Wikimedia username")
    return name


def _title_of_address(text: str) -> str:
    """Return the title in the address of a page, still with its percent signs read once and no more."""
    try:
        parts = urlsplit(text if "//" in text or text.startswith("/") else f"//{text}")
        if "title=" in parts.query and (titles := parse_qs(parts.query, max_num_fields=50).get("title")):
            return quote(titles[0])  # percent signs are read once, by whoever asks
    except ValueError as error:
        raise NoUsername("not the address of a page") from error
    path = parts.path if "/wiki/" in parts.path else f"/{parts.path}"
    return path.partition("/wiki/")[2]


def _link(text: str) -> str:
    """Return the target of a wiki link or of a template that names a user, else the text."""
    if text.startswith("[[") and text.endswith("]]"):
        return text[2:-2].partition("|")[0].lstrip(":")
    return text


def _title(text: str) -> str:
    """Return a title as MediaWiki reads it: percent signs and entities decoded, no direction marks, single spaces."""
    text = _PERCENT.sub(_decoded, _ENTITY.sub(lambda match: html.unescape(match[0]), text))
    text = _SPACES.sub(" ", _DIRECTION.sub("", unicodedata.normalize("NFC", text))).strip()
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise NoUsername("control characters in a username; not taken over")
    return text


def _decoded(match: re.Match[str]) -> str:
    try:
        return unquote_to_bytes(match[0]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoUsername("percent signs that are no UTF-8") from error


def _without_namespace(title: str) -> tuple[str, bool]:
    """Return what stands after "User:", whatever wiki and language it is of, and whether it stood there."""
    remaining = title.lstrip(":").strip()
    for _step in range(3):  # at most two wikis before it: "w:en:User:Ana"
        prefix, colon, title_after = remaining.partition(":")
        if not colon:
            break
        if _plain(prefix) in _namespaces():
            return title_after.partition("#")[0].strip(), True
        if special := _account_of(title_after):
            return special, True
        if not _INTERWIKI.match(prefix.strip()):
            break
        remaining = title_after.strip()
    return title, False


def _account_of(page_title: str) -> str:
    """Return the account that a special page is about: "Special:Contributions/Ana", in any language of the portal."""
    page, slash, name = page_title.partition("/")
    return name if slash and page.strip().lower() in _OF_A_USER else ""
