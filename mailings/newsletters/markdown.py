"""What an editor writes in Markdown, as HTML for a letter or a page, as plain text, and what is wrong with it.

Parsed by markdown-it-py (CommonMark) with raw HTML switched off, then cleaned by nh3: what is not on the list below
cannot be in the result, whatever the parser does. No picture from elsewhere: a letter asks no other host for anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from letsconnect.base.lines import DIRECTION, has_something_to_see, one_line, pattern_of

TAGS = {"p", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "br", "blockquote", "code", "hr"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"https", "http", "mailto"}
_ACTING_LINK = re.compile(r"(?:\]\(\s*<?|\]:\s*<?|<)(javascript|data|vbscript|file):", re.IGNORECASE)
_TAG = re.compile(r"<\s*(script|img|iframe|style|svg|object|form)\b", re.IGNORECASE)
# What acts within a line, and at its start: emphasis, code, links; headings, lists, quotations.
_ACTS_INSIDE = re.compile(r"[\\`*_\[\]]")
_ACTS_IN_FRONT = re.compile(r"^(?:[#+\-=~>]|\d+(?=[.)]))")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_TURNED = re.compile(f"[{pattern_of(DIRECTION)}]")
# What no feed may hold (XML 1.0, 2.2), nor anything that people read: they come along with what is pasted.
_CONTROLS = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Link:
    """A link as it was written: its words and where it leads."""

    words: str
    target: str


def to_html(text: str) -> SafeString:
    """Return clean HTML with headings from h3 on, because a section's own title is an h2."""
    html = _parser().render(_cleaned(text))
    html = re.sub(r"<(/?)h[12]>", r"<\1h3>", html)
    html = re.sub(r"<(/?)h[56]>", r"<\1h4>", html)
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    return SafeString(cleaned)  # nothing is left in it but `TAGS`


def to_text(text: str) -> str:
    """Return the text as a plain letter shows it: as it was written, with each link in a line of its own.

    The links of a paragraph stand below it, numbered if there are several.
    """
    parts: list[str] = []
    for block in parse(text):
        if block.type == "inline":
            parts.append("".join(_inline_text(block.children or [])))
        elif block.type in ("fence", "code_block"):
            parts.append(f"{block.content}\n")
        elif block.type == "list_item_open":
            parts.append(f"{block.info}{block.markup} " if block.info else "• ")
        elif block.type in ("bullet_list_close", "ordered_list_close"):
            parts.append("" if block.level else "\n")
        elif block.type in ("paragraph_close", "heading_close"):
            parts.append("\n" if block.hidden else "\n\n")
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def says_something(text: str) -> bool:
    """Tell whether a reader sees anything of a text: not of spaces, invisible characters, or a line across the page."""
    return has_something_to_see(to_text(text))


def links(text: str) -> list[Link]:
    """Return the links of a text in their order."""
    return [link for block in parse(text) for link in _links(block.children or [])]


def targets(text: str) -> list[str]:
    """Return where the links of a text lead."""
    return [link.target for link in links(text)]


def escaped(text: str) -> str:
    """Return one line that shows exactly this text: for names and titles that people wrote, which must not act.

    A link in it leads nowhere, a star stays a star, and the checks of an issue find nothing wrong with it.
    """
    line = one_line("".join(text))  # a line of the database isolates itself, but only where it is read as a whole
    line = _ACTS_INSIDE.sub(r"\\\g<0>", _ENTITY.sub("&amp;", line).replace("<", "&lt;"))
    line = line.replace("](", "]\\(").replace("]:", "]\\:")
    return _ACTS_IN_FRONT.sub(lambda start: f"\\{start[0]}" if not start[0].isdigit() else f"{start[0]}\\", line)


def problems(text: str) -> list[str]:
    """Return what the editor has to change, each as a sentence."""
    children = [child for block in parse(text) for child in block.children or []]
    sources = [str(child.attrGet("src") or "") for child in children if child.type == "image"]
    no_picture = _("A picture cannot stand in an email: mail programs would ask for “%(address)s”. Link to it.")
    no_link = _("A link cannot lead to “%(target)s”. Use an address with https.")
    schemes = [scheme_of(link.target) for link in links(text)]
    refused = [f"{scheme}:" for scheme in schemes if scheme and scheme not in SCHEMES]
    refused += [f"{scheme}:" for scheme in _ACTING_LINK.findall(text)]  # the parser takes these for plain words
    no_words = _("The link to “%(address)s” has no words that can be seen. Write where it leads.")
    sentences = [no_picture % {"address": shortened(address)} for address in sources]
    without_words = [link.target for link in links(text) if not has_something_to_see(link.words)] if not sources else []
    sentences += [no_words % {"address": shortened(target)} for target in without_words]
    sentences += [no_link % {"target": target} for target in refused]
    if _TAG.search(text):
        sentences.append(_("HTML is not read here: it would be shown as it is. Write Markdown."))
    if _TURNED.search(text):
        sentences.append(_("The text has invisible characters that turn the direction of writing. Type it anew."))
    return list(dict.fromkeys(sentences))


def scheme_of(target: str) -> str:
    """Return the scheme of an address, "?" where it is no address at all."""
    try:
        return urlsplit(target).scheme
    except ValueError:
        return "?"


def shortened(address: str) -> str:
    """Return an address as a sentence about it shows it."""
    return address if len(address) <= 100 else f"{address[:99]}…"


def with_full_addresses(html: str) -> SafeString:
    """Return HTML in which links to the portal's own pages work in a letter."""
    return SafeString(re.sub(r'href="/(?!/)', f'href="{settings.SITE_URL}/', html))  # as safe as it was


def parse(text: str) -> list[Token]:
    """Return the tokens of a text, without control characters and anything that turns the direction of writing."""
    return _parser().parse(_cleaned(text))


def _cleaned(text: str) -> str:
    return _CONTROLS.sub("", _TURNED.sub("", text))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": False}).disable(["html_block", "html_inline"])


def _inline_text(children: list[Token]) -> Iterator[str]:
    below = list(dict.fromkeys(_full(link.target) for link in _links(children) if not _says_itself(link)))
    target = ""
    for child in children:
        if child.type in ("text", "code_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif child.type == "link_open":
            target = _full(str(child.attrGet("href") or ""))
        elif child.type == "link_close" and target in below and len(below) > 1:
            yield f" [{below.index(target) + 1}]"
    for number, address in enumerate(below, start=1):
        yield f"\n[{number}] {address}" if len(below) > 1 else f"\n{address}"


def _full(target: str) -> str:
    return settings.SITE_URL + target if target.startswith("/") else target


def _says_itself(link: Link) -> bool:
    return not link.target or link.words in (link.target, link.target.removeprefix("mailto:"))


def _links(children: list[Token]) -> Iterator[Link]:
    for place, child in enumerate(children):
        if child.type == "link_open":
            words = "".join(_words_until_the_end(children[place + 1 :]))
            yield Link(words, str(child.attrGet("href") or ""))


def _words_until_the_end(children: list[Token]) -> Iterator[str]:
    for child in children:
        if child.type == "link_close":
            return
        yield child.content
