"""Cells that name a country."""

import re
from functools import cache

from letsconnect.base import folding
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread
from registrations.oldform.reading.names import OTHER_LOCALES, PORTAL_LOCALES, Names
from registrations.reference.countries import COUNTRIES
from registrations.reference.country_names import ALIASES, PROBABLY, names, three_letter_codes

_FLAG = re.compile(r"^([\U0001F1E6-\U0001F1FF])([\U0001F1E6-\U0001F1FF])$")
_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")
_STYLE = re.compile(
    r"^(the |la |le |el |o |a )?((federal |islamic |kingdom|republic|state|republique|republica)[a-z]* )+"
    r"(of |de |du |do |da |of the )",
    re.IGNORECASE,
)
_PROBABLY = {folding.key(name): code_and_note for name, code_and_note in PROBABLY.items()}


@cache
def index() -> Names:
    index_of_names = Names()
    index_of_names.add_all((country.name, code) for code, country in COUNTRIES.items())
    index_of_names.add_all((alias, code) for code, aliases in ALIASES.items() for alias in aliases.split("|"))
    index_of_names.add_all(names(PORTAL_LOCALES))
    index_of_names.add_all(names(OTHER_LOCALES), is_sure=False)
    index_of_names.add_all(three_letter_codes())
    return index_of_names


def read(answer: str) -> Cell:
    """Return the ISO code of the country that an answer names."""
    tidy = folding.tidy(answer)
    if not tidy:
        return BLANK
    if cell := _code(tidy):
        return cell
    if folding.key(tidy) in _PROBABLY:
        code, why = _PROBABLY[folding.key(tidy)]
        return _guess(code, why)
    if text.says_nothing(tidy):
        return understood(None)
    codes = set(index().find(tidy))
    if index().is_doubtful(tidy):
        codes |= index().close_to(tidy)
        return _guess(next(iter(codes)), "one slip away") if len(codes) == 1 else _cannot_tell(codes)
    if len(codes) == 1:
        return understood(next(iter(codes)))
    if len(codes) > 1:
        return _cannot_tell(codes)
    return _from_a_part(tidy) or _from_a_slip(tidy)


def _name(code: str) -> str:
    return f"{COUNTRIES[code].name} ({code})"


def _guess(code: str, why: str) -> Cell:
    return guessed(code, f"taken as {_name(code)}" + (f": {why}" if why else ""))


def _cannot_tell(codes: set[str]) -> Cell:
    return unread("could be " + " or ".join(sorted(_name(code) for code in codes)))


def _code(tidy: str) -> Cell | None:
    if flag := _FLAG.match(tidy):
        code = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag.groups())
        return understood(code) if code in COUNTRIES else None
    if len(tidy) != 2 or not tidy.isascii() or tidy.upper() not in COUNTRIES:
        return None
    if tidy.isupper() and tidy.casefold() not in _PROBABLY:
        return understood(tidy)
    if tidy in ("na", "Na", "no", "No"):  # "no answer" as likely as Namibia or Norway
        return unread("may be a code or “no answer”")
    return _guess(tidy.upper(), _PROBABLY.get(tidy.casefold(), ("", "a code"))[1])


def _from_a_part(tidy: str) -> Cell | None:
    """Find a country among other words: "Lagos, Nigeria", "Ghana (Accra)", "Kingdom of Spain", "India / Nepal"."""
    if any(folding.key(part) in _PROBABLY for part in re.split(r"[,;/|()]", tidy)):
        return None
    for shorter in (_BRACKETS.sub(" ", tidy), _STYLE.sub("", folding.plain(tidy))):
        codes = index().find(shorter)
        if len(codes) == 1 and shorter != tidy:
            return _guess(next(iter(codes)), "the rest of the text was left out")
    parts = [part for part in re.split(r"[,;/|\n]| - | and | & | y | et ", tidy) if part.strip()]
    codes_of_parts = [code for part in parts if len(codes := index().find(part)) == 1 for code in codes]
    if len(parts) > 1 and len(set(codes_of_parts)) == 1 and len(folding.key(parts[-1])) > 2:
        return _guess(codes_of_parts[0], "the rest of the text was left out")
    if len(set(codes_of_parts)) > 1:
        return _guess(codes_of_parts[0], "several countries are named; the first")
    return None


def _from_a_slip(tidy: str) -> Cell:
    codes = index().close_to(tidy)
    if len(codes) == 1:
        return _guess(next(iter(codes)), "one slip away")
    return _cannot_tell(codes) if codes else unread("no country goes by that name")
