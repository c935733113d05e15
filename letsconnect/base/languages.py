"""The languages the portal speaks, and what to fall back to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

FALLBACKS = {"es": ("pt", "en"), "pt": ("es", "en"), "fr": ("en",), "ar": ("en",), "en": ()}


def chain(language: str) -> tuple[str, ...]:
    """Return ``language`` and what a reader of it is shown when a text is missing, best first."""
    base = language.split("-")[0]
    return (base, *FALLBACKS.get(base, ("en",)))


def best_text(texts: Mapping[str, str], language: str) -> str:
    """Return the text of ``texts`` (language → text) a reader of ``language`` understands best, or ""."""
    for code in chain(language):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")


def language_or_default(language: str) -> str:
    """Return ``language`` if the portal speaks it, else the default."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into ``language`` inside the block."""
    with translation.override(language_or_default(language)):
        yield
