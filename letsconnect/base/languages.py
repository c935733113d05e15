"""The languages of the portal, and which language replaces a missing text."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, lru_cache
from typing import TypeVar

from babel import Locale, UnknownLocaleError
from babel.dates import format_timedelta
from babel.units import format_unit
from django.conf import settings
from django.utils import translation

Text = TypeVar("Text")
_COMMAS = {"ar": "، "}  # CLDR names no comma: its lists end with "and"
FALLBACKS = {"es": ("pt", "en"), "pt": ("es", "en"), "fr": ("en",), "ar": ("en",), "en": ()}


@lru_cache(maxsize=64)
def chain(language: str) -> tuple[str, ...]:
    """Return ``language`` and the languages that replace it where a text is missing, best first."""
    base = language.split("-")[0]
    return (base, *FALLBACKS.get(base, ("en",)))


def best_text(texts: Mapping[str, str], language: str) -> str:
    """Return the text, from ``texts`` (language → text), that a reader of ``language`` understands best, or ""."""
    for code in chain(language):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")


def best_of(texts: Mapping[str, Text], language: str, *, then: str) -> Text | None:
    """Return what ``texts`` hold in the language that a reader of ``language`` understands best; failing that in the
    language ``then``, or in any."""
    for code in (*chain(language), then):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()), None)


def language_or_default(language: str) -> str:
    """Return ``language`` if the portal has it, else the default language."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@lru_cache(maxsize=4096)
def cldr_name(code: str, reader: str) -> str:
    """Return what CLDR calls a language for a reader of ``reader``, or "" where it has no name for it."""
    return str(Locale.parse(reader, sep="-").languages.get(code.replace("-", "_"), ""))


@cache
def _codes_by_english_name() -> dict[str, str]:
    return {str(name): code.replace("_", "-") for code, name in Locale("en").languages.items()}


def language_by_english_name(name: str, reader: str) -> str:
    """Return what a language of this English name is called by a reader of ``reader``, or "" where there is none."""
    code = _codes_by_english_name().get(name)
    return cldr_name(code, reader) if code else ""


@lru_cache(maxsize=1024)
def direction_of(code: str) -> str:
    """Return how a text in this language is written, for the attribute ``dir``; where CLDR does not know, the text says
    it by its own letters."""
    try:
        direction = Locale.parse(code, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "auto"
    return str(direction)


def comma(language: str = "") -> str:
    """Return what stands between the words of a list, for a reader of ``language``, or of the active one."""
    return _COMMAS.get(chain(language or translation.get_language() or "en")[0], ", ")


def listed(words: Iterable[object], language: str = "") -> str:
    """Return words in a row, with the comma of ``language``, or of the active one, between them."""
    return comma(language).join(map(str, words))


def duration_in_words(minutes: int) -> str:
    """Return a length of time in the active language: in hours, half ones too, or else in minutes."""
    locale = chain(translation.get_language() or "en")[0]
    if minutes % 30:
        return format_unit(minutes, "minute", locale=locale)
    return format_unit(minutes / 60, "hour", locale=locale)


def span_in_words(span: timedelta) -> str:
    """Return a span of time in the active language, in its largest unit, such as "1 week"."""
    return format_timedelta(span, threshold=1, locale=chain(translation.get_language() or "en")[0])


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into ``language`` inside the block."""
    with translation.override(language_or_default(language)):
        yield
