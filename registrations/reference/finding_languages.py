"""Find a spoken language by typing: "ara", "castellano", "عربي", "ponjabi", "pt-BR"."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from babel import Locale
from babel.core import get_global
from django.conf import settings

from letsconnect.base import folding
from registrations.reference import names
from registrations.reference.finding import AT_MOST, FindableName, FindableNames, Found
from registrations.reference.language_names import ALIASES, PROBABLY
from registrations.reference.languages import LANGUAGES

_VARIANTS = {"es": ("es_MX",), "fr": ("fr_CA",), "pt": ("pt_PT",)}  # CLDR names some languages otherwise there
_OFTEN_SPOKEN = 20  # percent of a country
_MOST_OF_A_COUNTRY = 3


class LanguageFinder:
    """The languages of `languages.py`, by all their names."""

    name = "languages"

    def knows(self, value: str) -> bool:
        return value in LANGUAGES

    def find(self, text: str, reader: str) -> list[Found]:
        codes = _names().search(text, reader)
        if (code := _by_code(text)) and code not in codes[:1]:
            codes = [code, *(other for other in codes if other != code)]
        return [self.as_choice(code, reader) for code in codes[:AT_MOST]]

    def value_of(self, text: str, reader: str) -> str:
        if code := _codes_by_label(reader).get(folding.key(text)):
            return code
        if code := _by_code(text):
            return code
        codes = _names().values_called(text, reader)
        if len(codes) != 1:
            return ""
        is_certain = folding.key(text) not in _probable()
        return codes[0] if is_certain or _names().search(text, reader) == codes else ""

    def as_choice(self, value: str, reader: str) -> Found:
        """Return a language as a choice: its name for the reader, and beside it its own name."""
        label, own = self.label(value, reader), _own_name(value)
        return Found(value, label, "" if folding.key(own) == folding.key(label) else own)

    def label(self, value: str, reader: str) -> str:
        return labels(reader).get(value, value)


@cache
def labels(reader: str) -> dict[str, str]:
    """Return what fields show for each language; two that have one name are told apart by their codes."""
    called = {code: names.language_name(code, reader) for code in LANGUAGES}
    often = Counter(map(folding.key, called.values()))
    return {code: f"{name} ({code})" if often[folding.key(name)] > 1 else name for code, name in called.items()}


def languages_of_country(country: str) -> list[str]:
    """Return the languages that many people of a country speak, most spoken first."""
    spoken = get_global("territory_languages").get(country, {})
    often = [
        (-share["population_percent"], ours)
        for code, share in spoken.items()
        if (ours := _ours(code.replace("_", "-")))
        and (share["population_percent"] >= _OFTEN_SPOKEN or share["official_status"] == "official")
    ]
    return list(dict.fromkeys(code for _share, code in sorted(often)))[:_MOST_OF_A_COUNTRY]


def likely_languages(*, browser: Iterable[str], country: str, account: str) -> list[str]:
    """Return the languages somebody most likely speaks: those of their browser, their country and their account."""
    codes = [*map(_ours, browser), *languages_of_country(country), _ours(account)]
    return list(dict.fromkeys(code for code in codes if code))


def _ours(code: str) -> str:
    """Return the language of our table for a code as browsers and CLDR write it, "" if there is none."""
    base = code.split("-")[0].split("_")[0].casefold()
    return _by_code(code) or _by_code(get_global("language_aliases").get(base, "")) or _by_alias(base)


@cache
def _codes_by_label(reader: str) -> dict[str, str]:
    return {folding.key(label): code for code, label in labels(reader).items()}


@cache
def _codes() -> dict[str, str]:
    return {code.casefold(): code for code in LANGUAGES}


def _by_code(text: str) -> str:
    """Return the language that a code names: "ar", "zh-Hant", and "en-GB" without its country."""
    code = folding.tidy(text).replace("_", "-").casefold()
    return _codes().get(code) or (_codes().get(code.split("-")[0], "") if "-" in code else "")


def _by_alias(code: str) -> str:
    """Return the language that another code of it is listed for, such as "fil" for Tagalog."""
    return next((ours for ours, aliases in ALIASES.items() if code in aliases.split("|")), "")


def _own_name(code: str) -> str:
    return LANGUAGES[code].autonym if code in LANGUAGES else ""


@cache
def _probable() -> frozenset[str]:
    return frozenset(map(folding.key, PROBABLY))


@cache
def _names() -> FindableNames:
    return FindableNames(_all_names())


def _all_names() -> Iterator[FindableName]:
    for reader, _own in settings.LANGUAGES:
        for code in LANGUAGES:
            yield FindableName(folding.key(names.language_name(code, reader)), code, reader)
        for locale in _VARIANTS.get(reader, ()):
            called = Locale.parse(locale).languages
            yield from (
                FindableName(folding.key(str(called[code])), code, reader) for code in LANGUAGES if code in called
            )
    for code, language in LANGUAGES.items():
        yield FindableName(folding.key(language.name), code, "en")
        yield FindableName(folding.key(language.autonym), code, "")
    for code, aliases in ALIASES.items():
        yield from (FindableName(folding.key(alias), code, "") for alias in aliases.split("|") if code in LANGUAGES)
    yield from (FindableName(folding.key(text), code, "") for text, (code, _why) in PROBABLY.items())
