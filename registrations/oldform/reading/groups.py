"""Cells that name a group: one of the portal's, none, or one in the person's own words."""

from collections.abc import Iterable
from dataclasses import dataclass

from letsconnect.base import folding
from letsconnect.base.spreadsheets import looks_like_formula
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread
from registrations.oldform.reading.names import Names

SEPARATORS = ";|\n،؛"
LONGEST = 150  # what `Registration.group_other` holds

_ALONE = frozenset(
    map(
        folding.key,
        [
            "none",
            "no group",
            "no affiliation",
            "not affiliated",
            "unaffiliated",
            "independent",
            "i edit alone",
            "alone",
            "individual",
            "just me",
            "myself",
            "freelance",
            "no",
            "not applicable",
            "n/a",
            "ninguno",
            "ninguna",
            "independiente",
            "edito por mi cuenta",
            "edito solo",
            "edito sola",
            "sin grupo",
            "sin afiliación",
            "aucun",
            "aucune",
            "indépendant",
            "indépendante",
            "je contribue seul",
            "je contribue seule",
            "sans groupe",
            "seul",
            "seule",
            "nenhum",
            "nenhuma",
            "independente",
            "edito sozinho",
            "edito sozinha",
            "sem grupo",
            "مستقل",
            "مستقلة",
            "لا يوجد",
            "لا شيء",
            "أحرر بمفردي",
            "بدون",
            "independent editor",
            "independent volunteer",
            "i am independent",
            "i dont belong to any group",
            "not in a group",
            "solo",
        ],
    )
)


@dataclass(frozen=True)
class GroupsTold:
    """``slug`` of a group of the portal, ``words`` for what is none of them; both "" when there is no group."""

    slug: str = ""
    words: str = ""


def index_of(names: Iterable[tuple[str, str]]) -> Names:
    """Build the lookup from (name or alias, slug)."""
    found = Names()
    found.add_all(names)
    return found


def read(told: str, index: Names) -> Cell:
    """Return what was told of the group; own words are kept as they are and count as a guess, for a person to map."""
    tidy = folding.tidy(told)
    if not tidy:
        return BLANK
    if folding.key(tidy) in _ALONE or text.says_nothing(tidy):
        return understood(GroupsTold())
    if len(slugs := index.find(tidy)) == 1:
        return understood(GroupsTold(slug=next(iter(slugs))))
    if looks_like_formula(told):
        return unread("looks like a spreadsheet formula; not taken over")
    parts = text.split_with_options(told, SEPARATORS, lambda part: bool(index.find(part)))
    if len(parts) == 1:
        parts = _parted(told, index) or parts
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    return _several(parts, index) if len(parts) > 1 else _own_words(tidy, index)


def _parted(told: str, index: Names) -> list[str]:
    """Return the parts between commas where one of them is a group we know; a name with a comma stays whole."""
    parts = text.split_with_options(told, ",/", lambda part: bool(index.find(part)))
    return parts if any(index.find(part) for part in parts) else []


def _several(parts: list[str], index: Names) -> Cell:
    """Several groups in one cell: the first we know is the group, the rest is kept in words."""
    parts = [folding.tidy(part) for part in parts if folding.key(part) not in _ALONE]
    known = [part for part in parts if len(index.find(part)) == 1]
    others = [part for part in parts if part not in known[:1]]
    if any(looks_like_formula(part) for part in parts):
        return unread("looks like a spreadsheet formula; not taken over")
    words = "; ".join(others)
    if len(words) > LONGEST:
        return unread("too long to keep as a group")
    if not known:
        return guessed(GroupsTold(words=words), "several groups, none of the portal's: kept in the person's own words")
    slug = next(iter(index.find(known[0])))
    return guessed(
        GroupsTold(slug=slug, words=words), f"several groups: {slug} and, in the person's own words, “{words}”"
    )


def _own_words(tidy: str, index: Names) -> Cell:
    close = index.close_to(tidy)
    if len(close) == 1:
        slug = next(iter(close))
        return guessed(GroupsTold(slug=slug), f"taken as {slug}: one slip away")
    if len(tidy) > LONGEST or "<" in tidy or not any(letter.isalpha() for letter in tidy):
        return unread("not a name of a group")
    return guessed(GroupsTold(words=tidy), "none of the portal's groups: kept in the person's own words")
