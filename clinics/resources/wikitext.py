"""A clinic that was held as a section of a wiki page, to be pasted into Meta: its numbers, words and links.

People are named only as the clinic's own page names those who shared it. What somebody typed stays text: no character
of it begins a template, a link or a line of markup.
"""

import re
from collections.abc import Iterator

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from clinics.models import Clinic, ClinicResource
from clinics.people.context import shown_people
from clinics.resources.context import Archive, archive_of
from letsconnect.base.languages import direction_of, duration_in_words, listed, speaking
from letsconnect.base.templatetags.when import moment_in_words
from registrations.reference.names import language_name

# "&" first: an entity that somebody typed is shown as they typed it.
_ANYWHERE = str.maketrans({character: f"&#{ord(character)};" for character in "&<>[]{}|"})
# What isolates a name in our own pages is no part of it.
_NOT_ISOLATED = str.maketrans(dict.fromkeys("\u2066\u2067\u2068\u2069"))
# Signatures, words in two underscores, bold and italics; bare addresses and numbers that would become links.
_IN_A_ROW = re.compile(r"~{3,}|__|''+|(?<=\w):(?=//)")
_BEGINS_AN_ADDRESS = re.compile(
    r"\b(bitcoin|geo|magnet|mailto|matrix|news|sips?|sms|tel|urn|xmpp):", re.IGNORECASE | re.ASCII
)
_BEGINS_A_NUMBER = re.compile(r"\b[RPI](?=(?:(?<=R)FC|(?<=P)MID|(?<=I)SBN)\s)")  # of a standard, paper or book
_BEGINS_MARKUP = re.compile(r"^[\s*#:;=\-']|['=]$")
_BREAKS_AN_ADDRESS = str.maketrans({character: f"%{ord(character):02X}" for character in "[]{}|<>\"'\\ ^`~"})


def as_text(typed: object) -> str:
    """Return one line that somebody typed, as text that a wiki shows as it is."""
    text = str(typed).translate(_NOT_ISOLATED).translate(_ANYWHERE)
    text = _IN_A_ROW.sub(lambda match: _entities(match.group()), " ".join(text.split()))
    text = _BEGINS_A_NUMBER.sub(lambda match: _entities(match.group()), _BEGINS_AN_ADDRESS.sub(r"\1&#58;", text))
    return _BEGINS_MARKUP.sub(lambda match: _entities(match.group()), text)


def as_address(url: str) -> str:
    """Return an address that no character ends too early; an entity or a word in underscores in it stays as it is."""
    return url.translate(_BREAKS_AN_ADDRESS).replace("__", "%5F%5F").replace(";", "%3B")


def _entities(characters: str) -> str:
    return "".join(f"&#{ord(character)};" for character in characters)


def wikitext_of(clinic: Clinic, *, language: str) -> str:
    """Return the section in one of the portal's languages; what was written in another is marked as such."""
    with speaking(language):
        return "\n".join(_lines(clinic, archive_of(clinic))).strip() + "\n"


def _lines(clinic: Clinic, archive: Archive | None) -> Iterator[str]:
    text = clinic.text_in(get_language() or "en")
    yield f"== {as_text(clinic.title)} =="
    yield from _facts(clinic)
    if text is not None:
        yield from _part(_("What it is about"), text.summary, text.language)
    if archive is None:
        return
    if clinic.outcome or archive.people is not None:
        yield from _part(_("What came of it"), clinic.outcome, clinic.outcome_language)
        if archive.came_in_words:
            yield ""
            yield as_text(archive.came_in_words)
        for region, people in archive.regions_in_words:
            yield f"* {as_text(region)}: {people}"
    for shelf in archive.shelves:
        yield ""
        yield f"=== {as_text(shelf.label)} ==="
        for link in shelf.links:
            yield _link(link)


def _facts(clinic: Clinic) -> Iterator[str]:
    people = shown_people(clinic)
    duration = duration_in_words(clinic.minutes)
    facts = [
        (pgettext("label of a moment", "When"), f"{moment_in_words(clinic.starts_at, 'UTC')} · {duration}"),
        (_("Spoken language"), clinic.floor_language_in_words),
        (
            pgettext("of a clinic", "Interpreted into"),
            listed(channel.language_in_words for channel in people.interpreted),
        ),
        (pgettext("of a clinic", "Shared by"), listed(_named(person) for person in people.sharers)),
        (pgettext("a partner of a clinic", "Together with"), clinic.partner),
        (pgettext("of a clinic", "Part of a series"), str(clinic.series) if clinic.series else ""),
    ]
    for label, value in facts:
        if value:
            yield f"* {as_text(label)}: {as_text(value)}"


def _named(person: object) -> str:
    """Return a sharer as the clinic's page names them: the name, and what they wanted to stand below it."""
    lines = (getattr(person, name) for name in ("shown_name", "role_line", "group"))
    return " – ".join("".join(line) for line in lines if line)


def _part(heading: str, words: str, language: str) -> Iterator[str]:
    yield ""
    yield f"=== {as_text(heading)} ==="
    if not words:
        return
    reads, lines = get_language() or "en", [as_text(line) for line in words.splitlines()]
    if language == reads:
        yield from lines
        return
    yield f'<div lang="{language}" dir="{direction_of(language)}">'
    yield from lines
    yield "</div>"


def _link(link: ClinicResource) -> str:
    """Return the line of a link: what it is called, in which language it is, under which licence."""
    reads = get_language() or "en"
    named = as_text("".join(link.title) if link.title else link.kind_in_words)
    said = [language_name(link.language, reads)] if link.language else []
    said.append(link.licence_in_words)
    return f"* [{as_address(link.url)} {named}] – {as_text(listed(said))}"
