"""What an issue says in one language: as a letter (HTML and text), as a page of the archive and as wikitext."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from mailings.domain.newsletters import SectionKind
from mailings.models import Newsletter, NewsletterBody, NewsletterSection, NewsletterVersion
from mailings.newsletters import markdown, wikitext
from mailings.rendering import Rendered, render_letter
from mailings.sending.composing import in_short_lines

# Words no text contains (`without_marks`), replaced for each reader when the letter is sent.
MARKS = {"preferences": "lc0preferences0lc", "leave": "lc0leave0lc"}
# Replaced for all readers of one language: why they get another language than theirs, or nothing.
FALLBACK = "lc0fallback0lc"
_MARKS = re.compile("|".join([*MARKS.values(), FALLBACK]))


@dataclass(frozen=True)
class SectionWritten:
    """A section with its title in the language of the version."""

    title: str
    html: SafeString
    text: str


def sections_written(version: NewsletterVersion) -> list[SectionWritten]:
    """Return the sections that say something, in their order."""
    with speaking(version.language):
        return [
            SectionWritten(
                title=without_marks(title_of(section)),
                html=SafeString(without_marks(markdown.to_html(section.body))),
                text=without_marks(markdown.to_text(section.body)),
            )
            for section in version.sections.all()
            if markdown.says_something(section.body)
        ]


def title_of(section: NewsletterSection) -> str:
    """Return the section's own title, or that of its kind in the language that is active."""
    return str(section.title or SectionKind(section.kind).label)


def body_of(version: NewsletterVersion) -> NewsletterBody:
    """Return, not stored, what the version says now."""
    rendered = _render(version)
    sections = sections_written(version)
    return NewsletterBody(
        newsletter=version.newsletter,
        language=version.language,
        subject=without_marks(version.subject),
        preview=without_marks(version.preview),
        text=rendered.text,
        html=in_short_lines(rendered.html),
        page=render_to_string("mailings/_newsletter_sections.html", {"sections": sections}),
        wikitext=wikitext.from_sections(version),
    )


def letter_of(body: NewsletterBody, *, reader_language: str = "") -> Rendered:
    """Return the letter for readers of one language, with marks in the places of what is each reader's own.

    A reader of another language is told, in theirs, why they get this one.
    """
    line = fallback_line(reader_language, body.language)
    paragraph = '<p lang="{}" dir="auto" style="margin: 0 0 16px;">{}</p>'
    html = format_html(paragraph, reader_language, line) if line else ""
    return Rendered(
        subject=body.subject,
        text=body.text.replace(f"{FALLBACK}\n\n", f"{line}\n\n" if line else ""),
        html=body.html.replace(FALLBACK, html),
    )


def without_marks(text: str) -> str:
    """Return what a person wrote without the words that stand for a reader's own addresses.

    Put into a link to another site, they would tell that site which reader opens it.
    """
    return _MARKS.sub("…", text) if _MARKS.search(text) else text


def _render(version: NewsletterVersion) -> Rendered:
    sections = [
        {"title": section.title, "html": markdown.with_full_addresses(section.html), "text": section.text}
        for section in sections_written(version)
    ]
    context: dict[str, Any] = {
        "subject": without_marks(version.subject),
        "preview": without_marks(version.preview),
        "newsletter": version.newsletter,
        "sections": sections,
        "page_url": page_url(version.newsletter, version.language),
        "preferences_url": MARKS["preferences"],
        "leave_url": MARKS["leave"],
        "fallback": FALLBACK,
    }
    return render_letter("mailings/emails/newsletter", context, language=version.language, zone="UTC")


def page_url(newsletter: Newsletter, language: str) -> str:
    """Return the permalink of an issue in one language."""
    return absolute("mailings:newsletter-detail", newsletter.number, language)


def fallback_line(reader_language: str, version_language: str) -> str:
    """Return the line that tells a reader, in their own language, why the issue is in another one; "" if it is not."""
    if reader_language in ("", version_language):
        return ""
    with speaking(reader_language):
        line = _("This issue is not written in your language yet, so you get it in this one: %(language)s.")
        return line % {"language": dict(settings.LANGUAGES)[version_language]}
