"""An issue as wikitext, for delivery on wikis."""

import re

from django.conf import settings
from markdown_it.token import Token

from letsconnect.base.languages import speaking
from letsconnect.base.lines import one_line
from mailings.domain.newsletters import SectionKind
from mailings.models import NewsletterSection, NewsletterVersion
from mailings.newsletters.markdown import parse, says_something

# Outside of <nowiki>, these begin a template, a link, a table, a tag or a comment, a signature, a choice of script, an
# entity or a list.
_MEANT_BY_WIKIS = re.compile(
    r"\{\{+|\}\}+|\[\[+|\]\]+|\{\||-\{|~~~+|''+|__[A-Z]+__|<[a-z/!][^>]*>|<(?=[a-z/!])|\[(?=[a-z]+:|//)|&(?=#?\w+;)",
    re.IGNORECASE,
)
_LINE_START = re.compile(r"^(?:[*#:;=|! ]|----+)")
_BOLD, _SLANTED = "'''", "''"
_MARKS = ([_BOLD], [_SLANTED])
_APART = "<nowiki/>"  # between an apostrophe and those that make a text bold or slanted


def from_sections(version: NewsletterVersion) -> str:
    """Return all sections of a version that say something, each under a heading of the second level."""
    with speaking(version.language):
        parts = [
            f"== {escape(_title_of(section))} ==\n{from_markdown(section.body)}"
            for section in version.sections.all()
            if says_something(section.body)
        ]
    return "\n\n".join(parts) + "\n"


def _title_of(section: NewsletterSection) -> str:
    """Return the title as it was written: marks that isolate it would stand in the address of the heading."""
    return one_line(section.title or str(SectionKind(section.kind).label))


def from_markdown(text: str) -> str:
    """Return Markdown as wikitext. What a person typed is shown as they typed it: nothing in it acts on the wiki."""
    lists: list[str] = []
    lines: list[str] = []
    for token in parse(text):
        match token.type:
            case "bullet_list_open":
                lists.append("*")
            case "ordered_list_open":
                lists.append("#")
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "heading_open":
                lines.append("\n" + "=" * max(3, int(token.tag[1])) + " ")
            case "heading_close":
                lines.append(" " + "=" * max(3, int(token.tag[1])) + "\n")
            case "blockquote_open" | "blockquote_close":
                lines.append("<blockquote>" if token.nesting > 0 else "</blockquote>\n")
            case "hr":
                lines.append("\n----\n")
            case "fence" | "code_block":
                lines.append(f"<pre><nowiki>{_in_nowiki(token.content)}</nowiki></pre>\n")
            case "inline":
                lines.append(f"{''.join(lists)} " if lists else "")
                lines.append(_inline(token.children or []))
            case "paragraph_close":
                lines.append("\n" if lists else "\n\n")
    return re.sub(r"\n{3,}", "\n\n", "".join(lines)).strip()


def escape(text: str) -> str:
    """Return a text of which a wiki reads nothing but the text."""
    return _MEANT_BY_WIKIS.sub(lambda match: f"<nowiki>{_in_nowiki(match[0])}</nowiki>", text)


def _escape_at_line_start(text: str) -> str:
    return _LINE_START.sub(lambda match: f"<nowiki>{match[0]}</nowiki>", escape(text))


def _in_nowiki(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _inline(children: list[Token]) -> str:
    words: list[str] = []
    for number, child in enumerate(children):
        match child.type:
            case "text":
                text = escape(child.content) if number else _escape_at_line_start(child.content)
                words.extend([_APART, text] if text.startswith("'") and words[-1:] in _MARKS else [text])
            case "code_inline":
                words.append(f"<code><nowiki>{_in_nowiki(child.content)}</nowiki></code>")
            case "strong_open" | "strong_close" | "em_open" | "em_close":
                mark = _BOLD if child.tag == "strong" else _SLANTED
                words.extend([_APART, mark] if _ends_with_apostrophe(words) else [mark])
            case "softbreak":
                words.append(" ")
            case "hardbreak":
                words.append("<br>")
            case "link_open":
                target = str(child.attrGet("href") or "")
                words.append(f"[{settings.SITE_URL if target.startswith('/') else ''}{target} ")
            case "link_close":
                words.append("]")
    return "".join(words)


def _ends_with_apostrophe(words: list[str]) -> bool:
    return bool(words) and words[-1].endswith("'") and words[-1:] not in _MARKS
