"""What countries and languages are called in the reader's language, from CLDR through Babel."""

from functools import cache, lru_cache
from typing import Any

from babel import Locale
from django.utils.functional import lazy
from django.utils.translation import get_language

from letsconnect.base.folding import plain
from letsconnect.base.languages import cldr_name
from letsconnect.base.zone_names import zone_in_words
from registrations.reference.countries import COUNTRIES
from registrations.reference.language_names import name_besides_cldr
from registrations.reference.languages import LANGUAGES


@cache
def _locale(reader: str) -> Locale:
    return Locale.parse(reader, sep="-")


def country_name(code: str, reader: str) -> str:
    """Return the name of a country code for a reader of ``reader``; the movement's own English name in English.

    A code that is no longer in the table is its own name: the row that holds it must still be shown.
    """
    own = COUNTRIES[code].name if code in COUNTRIES else code
    return own if reader == "en" else _locale(reader).territories.get(code, own)


@lru_cache(maxsize=4096)
def language_name(code: str, reader: str) -> str:
    """Return the name of a language code for a reader of ``reader``."""
    own = LANGUAGES.get(code)
    return cldr_name(code, reader) or name_besides_cldr(code, reader) or (own.name if own else code)


def code_in_words(column: str, value: Any) -> str | None:
    """Return what a column of codes holds as its reader calls it; None for any other column."""
    reader = get_language() or "en"
    if column == "country":
        return country_name(value, reader) if value else ""
    if column == "zone":
        return zone_in_words(value) if value else ""
    if column in ("language", "floor_language"):
        return language_name(value, reader) if value else ""
    return None


@cache
def country_choices(reader: str) -> list[tuple[str, str]]:
    """Return (code, name) sorted by name."""
    return _sorted([(code, country_name(code, reader)) for code in COUNTRIES])


def _country_name_to_read(code: str) -> str:
    return country_name(code, get_language() or "en")


_later = lazy(_country_name_to_read, str)


def _language_name_to_read(code: str) -> str:
    return language_name(code, get_language() or "en")


_language_later = lazy(_language_name_to_read, str)


def countries_by_name() -> list[tuple[str, Any]]:
    """Return the choices of a column of codes, sorted for the reader; each label is in the language it is read in."""
    return [(code, _later(code)) for code, _name in country_choices(get_language() or "en")]


def languages_by_name() -> list[tuple[str, Any]]:
    """Return the choices of a column of languages, sorted for the reader; each is named in the language it is read in.

    Every language that somebody may say they speak can also be spoken, interpreted and written in at a clinic.
    """
    return [(code, _language_later(code)) for code, _name in language_choices(get_language() or "en")]


@cache
def language_choices(reader: str) -> list[tuple[str, str]]:
    """Return (code, name) sorted by name."""
    return _sorted([(code, language_name(code, reader)) for code in LANGUAGES])


def _sorted(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: plain(pair[1]))
