"""Rendering a letter: from a template directory to a subject, a text and an HTML part, in one language and zone."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.template import Context, Template, engines
from django.template.backends.django import DjangoTemplates
from django.utils import timezone, translation

from letsconnect.base.calendars import CalendarPart
from letsconnect.base.languages import language_or_default, speaking
from letsconnect.base.lines import without_breaks
from letsconnect.base.zones import zone_or_utc

_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True)
class Rendered:
    """The text of one letter, its calendar file, if there is one, and the keys of the accounts of those it names.

    Whom a kind of letter names by what it is about, its `Keeping` says: ``people`` are others.
    """

    subject: str
    text: str
    html: str
    calendar: CalendarPart | None = None
    people: tuple[int, ...] = ()


def render_letter(template: str, context: dict[str, Any], *, language: str, zone: str) -> Rendered:
    """Render ``templates/<template>/{subject.txt,body.txt,body.html}`` for a reader of ``language`` in ``zone``.

    Text parts are not HTML-escaped, the HTML part is, and its style sheet is moved onto the elements, because many
    mail programs drop `<style>`; only the colours for dark screens stay there. The subject is one line whatever the
    context holds.
    """
    language = language_or_default(language)
    with speaking(language), timezone.override(zone_or_utc(zone)):
        values = {
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "contact_email": settings.CONTACT_EMAIL,
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "zone": zone,
            **context,
        }
        return Rendered(
            subject=without_breaks(_render(f"{template}/subject.txt", values, escape=False)),
            text=_in_paragraphs(_render(f"{template}/body.txt", values, escape=False)),
            html=_inliner().inline(_render(f"{template}/body.html", values, escape=True)),
        )


def _in_paragraphs(text: str) -> str:
    """Return a text in which paragraphs are one empty line apart, whatever its template left out between them."""
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def _template(name: str) -> Template:
    engine = engines["django"]
    if not isinstance(engine, DjangoTemplates):
        raise TypeError("letters are written in Django's own templates")
    return engine.engine.get_template(name)


def _render(name: str, values: dict[str, Any], *, escape: bool) -> str:
    return _template(name).render(Context(values, autoescape=escape))


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
