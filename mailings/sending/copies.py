"""What is kept of a letter that was sent: its words, without the links that act.

A link acts where it does something, or opens something, for whoever has it: it holds a token, a key or a question. Only
addresses of other sites stay, and those of our own pages that anybody may know, because they name a page and no more.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from letsconnect.base.languages import speaking
from mailings.rendering import Rendered

_TAGS = {
    *("p", "h3", "h4", "ul", "ol", "li", "strong", "em", "b", "i", "a", "br", "blockquote", "code", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "bdi", "span", "div"),
}
_ATTRIBUTES = {"a": {"href"}, "*": {"lang", "dir"}}
_SCHEMES = {"https", "http", "mailto"}
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER_IT = ".,;:!?)]}'"  # what stands behind an address in a sentence
_HEADING = re.compile(r"<(/?)h[12]\b", re.IGNORECASE)
# Names a page: a number, or a word as we write them. A token has capitals, colons, or digits between letters.
_NAME = re.compile(r"[0-9]{1,18}|[a-z_-]{1,20}")


@dataclass(frozen=True)
class Copy:
    """The words of a letter, as text and as clean HTML."""

    subject: str
    text: str
    html: str

    @property
    def as_html(self) -> SafeString:
        """The words for a page: the HTML, which was cleaned, or the text where a letter had no other."""
        return SafeString(self.html or linebreaks(self.text, autoescape=True))


def copy_of(rendered: Rendered, *, language: str, marks: Collection[str] = ()) -> Copy:
    """Return what may be kept of a letter. In place of each link that acts stands, in its language, that it was one.

    ``marks`` are words in the places of addresses that are each reader's own: all of these act.
    """
    with speaking(language):
        # Translators: stands in the copy of a letter where the letter itself had a link that only its reader may use.
        words = _("(a link that stands in the email only)")
    text, html = _without_links(rendered.text, words), _clean(rendered.html, escape(words))
    for mark in marks:
        text, html = text.replace(mark, words), html.replace(mark, escape(words))
    return Copy(_storable(rendered.subject), _storable(text), _storable(html))


def acts(address: str) -> bool:
    """Tell whether a link does or opens something for whoever has it; where nobody can tell, it does."""
    return _acts(address, settings.SITE_URL)


@lru_cache(maxsize=1024)
def _acts(address: str, site: str) -> bool:
    try:
        parts, ours = urlsplit(address), urlsplit(site)
        if parts.scheme == "mailto":
            return False
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            return True
        if parts.hostname.rstrip(".") != ours.hostname:
            return False
        match = resolve(parts.path or "/")
    except (ValueError, Resolver404):
        return True
    if parts.query or "@" in parts.netloc:
        return True
    values = [*match.args, *match.kwargs.values(), *filter(None, [parts.fragment])]
    return not all(_NAME.fullmatch(str(value)) for value in values)


def _without_links(text: str, words: str) -> str:
    def checked(match: re.Match[str]) -> str:
        address = match[0].rstrip(_AFTER_IT)
        return words + match[0][len(address) :] if acts(address) else match[0]

    return _ADDRESS.sub(checked, text)


def _clean(html: str, words: str) -> str:
    """Return HTML with nothing but the words and what orders them; a page has its own first and second heading."""
    if not html:
        return ""
    cleaned = nh3.clean(
        _HEADING.sub(r"<\1h3", html),
        tags=_TAGS,
        clean_content_tags={"script", "style", "title"},
        attributes=_ATTRIBUTES,
        attribute_filter=_kept_attribute,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    return _without_links(cleaned, words).strip()


def _kept_attribute(_tag: str, name: str, value: str) -> str | None:
    return None if name == "href" and acts(value) else value


def _storable(text: str) -> str:
    return text.replace("\x00", "")  # the one character the database refuses
