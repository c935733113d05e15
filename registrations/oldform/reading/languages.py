"""Cells that list languages with a level: "Kiswahili-fluent, Français (1), English-5"."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale
from babel.core import get_global

from letsconnect.base import folding
from registrations.domain.registrations import BabelLevel
from registrations.oldform.reading import countries, levels, text
from registrations.oldform.reading.cells import BLANK, Cell, Certainty, guessed, join, understood, unread
from registrations.oldform.reading.names import OTHER_LOCALES, PORTAL_LOCALES, Names
from registrations.reference.countries import COUNTRIES
from registrations.reference.language_names import ALIASES, PROBABLY
from registrations.reference.languages import LANGUAGES

LONGEST_NAME = 60
SEPARATORS = ";,|\n/、،؛;•·+"
_ONE_AFTER_ANOTHER = re.compile(r"\s+(?:and|&|y|e|et|und|و)\s+|\s+و(?=\w)", re.IGNORECASE)
_NEXT_ITEM = re.compile(r"([)\]）])\s+(?=[^\W\d_])")  # "English (4) Spanish (N)"
_BRACKET = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<inside>[^()]+)\)(?P<rest>.*)$")
# How a level follows a name, tried in this order: "Odia (basic)", "Moroccan Arabic-3", "English fluent".
_TAILS = (
    re.compile(r"^(?P<name>.+)[(\[（](?P<level>[^()\[\]（）]*)[)\]）]$"),
    re.compile(r"^(?P<name>.+)\s*[-:=–—]\s*(?P<level>[^-:=]+)$"),
    re.compile(r"^(?P<name>.+)\s(?P<level>\S+)$"),
    re.compile(r"^(?P<name>\S+)\s(?P<level>.+)$"),
)
_BABEL = re.compile(r"^\{*\s*#?babel\s*[:|]", re.IGNORECASE)
_FIRST = re.compile(r"^(?:native|fluent|basic|advanced|intermediate|professional)\s+(?:in\s+)?", re.IGNORECASE)

_PROBABLY = {folding.key(name): code_and_note for name, code_and_note in PROBABLY.items()}


@cache
def index() -> Names:
    names_of_languages = Names()
    for code, language in LANGUAGES.items():
        names_of_languages.add(language.name, code)
        names_of_languages.add(language.autonym, code)
        if len(code) == 2:
            names_of_languages.add(code, code)
    names_of_languages.add_all((alias, code) for code, aliases in ALIASES.items() for alias in aliases.split("|"))
    for locales, is_sure in ((PORTAL_LOCALES, True), (OTHER_LOCALES, False)):
        for locale in locales:
            names = Locale.parse(locale).languages
            names_of_languages.add_all(((names[code], code) for code in LANGUAGES if code in names), is_sure=is_sure)
    old = get_global("language_aliases")
    names_of_languages.add_all(
        ((name, code) for name, code in old.items() if code in LANGUAGES and len(name) == 3 and name not in LANGUAGES),
        is_sure=False,
    )
    return names_of_languages


def name(wording: str) -> Cell | None:
    """Return the code of the language that a text names, or None when it names none."""
    wording_key = folding.key(wording)
    if not wording_key or len(wording_key) > LONGEST_NAME:
        return None
    if wording_key in _PROBABLY:
        code, why = _PROBABLY[wording_key]
        return guessed(code, f"“{folding.tidy(wording)}” taken {why}")
    codes = index().find(wording)
    if len(codes) > 1:
        return unread(
            f"“{folding.tidy(wording)}” could be " + " or ".join(sorted(LANGUAGES[code].name for code in codes))
        )
    if codes and not index().is_doubtful(wording):
        return understood(next(iter(codes)))
    if code := _with_region(wording):
        return understood(code)
    if wording_key in LANGUAGES:  # a three-letter code may be a word as well
        return guessed(wording_key, f"“{folding.tidy(wording)}” taken as the code of {LANGUAGES[wording_key].name}")
    return None


def _name_by_slip(wording: str) -> Cell | None:
    """Return the only language whose name is a typing mistake away, or None."""
    close = index().close_to(wording) | index().find(wording)
    if len(close) == 1:
        code = next(iter(close))
        return guessed(code, f"“{folding.tidy(wording)}” taken as {LANGUAGES[code].name}: one slip away")
    return None


def _with_region(code_with_region: str) -> str:
    """Return the language of a code with a region, "en-GB" or "es-419"; codes of Chinese are listed by hand."""
    base, _, region = folding.tidy(code_with_region).replace("_", "-").partition("-")
    is_region = region.upper() in COUNTRIES or region == "419"
    return base.lower() if is_region and base.lower() in LANGUAGES and len(base) == 2 and base.lower() != "zh" else ""


def _item(item: str) -> Cell:
    """Return one language and its level as (code, level)."""
    item = folding.tidy(item)
    if len(item) > 2 * LONGEST_NAME:
        return unread(f"“{item[:60]}…” is no language we know")
    for look in (name, _name_by_slip):
        whole = look(item)
        if whole is not None and whole.value:
            return _with_level(whole, None)
        for language_wording, level in _name_and_level_splits(item):
            if (language := look(language_wording)) is not None:
                return _with_level(language, level)
    return _variety(item) or name(item) or unread(f"“{item[:60]}” is no language we know")


def _variety(item: str) -> Cell | None:
    """Read a name with brackets: "Chinese (Cantonese)" is Cantonese, "Portuguese (Brazil), native" is Portuguese."""
    match = _BRACKET.match(item.removesuffix(" speaker"))
    if not match:
        return _item(item.removesuffix(" speaker")) if item.endswith(" speaker") else None
    language, inside = name(match["name"]), name(match["inside"])
    if inside is not None and inside.value:
        language = inside
    elif (
        language is None or not language.value or countries.read(match["inside"]).certainty is not Certainty.UNDERSTOOD
    ):
        return None
    level = levels.read(match["rest"].strip(" -:,–")) if match["rest"].strip() else None
    cell = _with_level(language, level)
    return (
        guessed(cell.value, cell.note or f"“{item}” taken as {LANGUAGES[language.value].name}") if cell.value else None
    )


def _name_and_level_splits(item: str) -> Iterator[tuple[str, Cell]]:
    """Yield the ways to split an item into a text before and a level after, where the level is a real one."""
    for tail in _TAILS:
        if (match := tail.match(item)) and (level := levels.read(match["level"])) is not None:
            yield match["name"].strip(" -:"), level
    if match := _FIRST.match(item):
        level = levels.read(match[0].strip().removesuffix(" in"))
        if level is not None:
            yield item[match.end() :], level


def _with_level(language: Cell, level: Cell | None) -> Cell:
    if language.value is None:
        return language
    if level is None:
        level = guessed(
            levels.WHEN_NOT_GIVEN,
            f"no level told for {LANGUAGES[language.value].name}; taken as {int(levels.WHEN_NOT_GIVEN)}",
        )
    value = (language.value, BabelLevel(level.value)) if level.value is not None else None
    return join(value, [language, level])


def read(answer: str) -> Cell:
    """Return {code: level}; when a language is named twice, the first level counts."""
    if not folding.tidy(answer):
        return BLANK
    if text.says_nothing(answer):
        return understood({})
    parts = text.split_with_options(_NEXT_ITEM.sub(r"\1; ", _BABEL.sub("", answer)), SEPARATORS, _is_one_language)
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    items = [piece for part in parts for piece in _pieces(part)]
    cells = [_item(item) for item in items]
    level_of: dict[str, BabelLevel] = {}
    for position, cell in enumerate(cells):
        if cell.value is None:
            continue
        code, level = cell.value
        if level_of.setdefault(code, level) != level:
            cells[position] = guessed(None, f"{LANGUAGES[code].name} is told twice; the first level is kept")
    return join(level_of, cells)


def _is_one_language(wording: str) -> bool:
    """Tell whether a text with a separator in it names a single language: "Norwegian, Bokmål"."""
    bare = wording.partition("(")[0]
    return len(wording) <= LONGEST_NAME and len(index().find(bare)) == 1 and not all(map(index().find, bare.split(",")))


def _pieces(part: str) -> list[str]:
    """Split "English and French", but not a name that has "and" in it."""
    if (whole := name(part)) is not None and whole.value:
        return [part]
    pieces = [piece for piece in _ONE_AFTER_ANOTHER.split(part) if piece.strip()]
    return pieces if len(pieces) > 1 and all(_item(piece).value for piece in pieces) else [part]
