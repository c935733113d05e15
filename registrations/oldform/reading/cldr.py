"""Names of months and of parts of the day, in every language of CLDR (from Babel)."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from babel import Locale
from babel.localedata import locale_identifiers

from letsconnect.base import folding
from registrations.oldform.reading.names import OTHER_LOCALES, PORTAL_LOCALES

NEARBY = (*OTHER_LOCALES, *PORTAL_LOCALES)
_HALVES = {"am": (0, 12 * 60), "pm": (12 * 60, 24 * 60)}
_DAY = 24 * 60


@cache
def _all_locales() -> tuple[str, ...]:
    """Return all languages but the usual ones, without countries; they are read only when no usual one has a word."""
    names = (name for name in locale_identifiers() if "_" not in name or len(name.split("_")[1]) == 4)
    return tuple(sorted(set(names) - set(NEARBY)))


def month(word: str) -> int | None:
    """Return the number of the month that a word names in any language, or None."""
    word_key = folding.key(word)
    if not word_key or word_key.isdigit():
        return None
    for locales in (PORTAL_LOCALES, NEARBY, _all_locales()):
        if numbers := _months(locales).get(word_key):
            return next(iter(numbers)) if len(numbers) == 1 else None  # "listopad" is October here and November there
    return None


@cache
def _months(locales: tuple[str, ...]) -> dict[str, set[int]]:
    months: dict[str, set[int]] = {}
    for locale in map(Locale.parse, locales):
        for context, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, name in locale.months[context].get(width, {}).items():
                if not folding.key(name).isdigit():
                    months.setdefault(folding.key(name), set()).add(number)
    return months


def is_part_of_day(phrase: str) -> bool:
    return bool(_parts_for(folding.key(phrase)))


def hour_of_day(hour: int, phrase: str) -> int | None:
    """Return the hour from 0 to 23 of "7 مساء" or "下午3"; None when languages disagree or there is no such hour."""
    hours = {
        candidate
        for start, end in _parts_for(folding.key(phrase))
        for candidate in ({hour % 12, hour % 12 + 12} if 1 <= hour <= 12 else {hour})
        if (candidate * 60 - start) % _DAY < (end - start) % _DAY or (start, end) == (0, _DAY)
    }
    return next(iter(hours)) if len(hours) == 1 else None


def _parts_for(phrase_key: str) -> set[tuple[int, int]]:
    if not phrase_key:
        return set()
    return _parts(NEARBY).get(phrase_key) or _parts(_all_locales()).get(phrase_key) or set()


@cache
def _parts(locales: tuple[str, ...]) -> dict[str, set[tuple[int, int]]]:
    """Map words for parts of the day to their [start, end) in minutes; languages may give one word several spans."""
    parts: dict[str, set[tuple[int, int]]] = {}
    for locale in locales:
        for word, span in _parts_of(Locale.parse(locale)):
            parts.setdefault(folding.key(word), set()).add(span)
    # "a" and "p" alone are too short to mean anything for certain.
    return {key: spans for key, spans in parts.items() if len(key) > 1 or not key.isascii()}


def _parts_of(locale: Locale) -> Iterator[tuple[str, tuple[int, int]]]:
    rules = locale.day_period_rules.get(None, {})
    for context in locale.day_periods.values():
        for words in context.values():
            for period, word in words.items():
                yield from ((word, span) for span in _spans(period, rules.get(period, ())))


def _spans(period: str, rules: Iterable[dict[str, int]]) -> Iterator[tuple[int, int]]:
    if period in _HALVES:
        yield _HALVES[period]
    for rule in rules:
        if "at" in rule:
            start = rule["at"] // 60
            yield start, start + 60
        else:
            yield rule.get("from", rule.get("after", 0)) // 60, rule["before"] // 60
