"""Cells that name a group: one of the portal's groups, no group, or another group in the person's own words."""

from collections.abc import Iterable
from dataclasses import dataclass

from letsconnect.base import folding
from letsconnect.base.spreadsheets import looks_like_formula
from registrations.domain.registrations import GROUP_AT_MOST
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread
from registrations.oldform.reading.names import Names

SEPARATORS = ";|\n،؛"

_NO_GROUP = frozenset(
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
class GroupAnswer:
    """The group of a person: ``slug`` of a group of the portal, ``words`` for other groups; both "" for no group."""

    slug: str = ""
    words: str = ""


def index_of(names: Iterable[tuple[str, str]]) -> Names:
    """Build the lookup from (name or alias, slug)."""
    index = Names()
    index.add_all(names)
    return index


def read(answer: str, index: Names) -> Cell:
    """Return the group; a name the portal does not know is kept as written, as a guess that people can check."""
    tidy = folding.tidy(answer)
    if not tidy:
        return BLANK
    if folding.key(tidy) in _NO_GROUP or text.says_nothing(tidy):
        return understood(GroupAnswer())
    if len(slugs := index.find(tidy)) == 1:
        return understood(GroupAnswer(slug=next(iter(slugs))))
    if looks_like_formula(answer):
        return unread("looks like a spreadsheet formula; not taken over")
    parts = text.split_with_options(answer, SEPARATORS, lambda part: bool(index.find(part)))
    if len(parts) == 1:
        parts = _split_at_commas(answer, index) or parts
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    return _several(parts, index) if len(parts) > 1 else _own_words(tidy, index)


def _split_at_commas(answer: str, index: Names) -> list[str]:
    """Return the parts between commas if one of them is a known group, else nothing: some names have a comma."""
    parts = text.split_with_options(answer, ",/", lambda part: bool(index.find(part)))
    return parts if any(index.find(part) for part in parts) else []


def _several(parts: list[str], index: Names) -> Cell:
    """Read several groups from one cell: the first known one becomes the group, the others are kept as words."""
    parts = [folding.tidy(part) for part in parts if folding.key(part) not in _NO_GROUP]
    portal_groups = [part for part in parts if len(index.find(part)) == 1]
    own_words = [part for part in parts if part not in portal_groups[:1]]
    if any(looks_like_formula(part) for part in parts):
        return unread("looks like a spreadsheet formula; not taken over")
    words = "; ".join(own_words)
    if len(words) > GROUP_AT_MOST:
        return unread("too long to keep as a group")
    if not portal_groups:
        return guessed(GroupAnswer(words=words), "several groups, none of the portal's: kept in the person's own words")
    slug = next(iter(index.find(portal_groups[0])))
    return guessed(
        GroupAnswer(slug=slug, words=words), f"several groups: {slug} and, in the person's own words, “{words}”"
    )


def _own_words(tidy: str, index: Names) -> Cell:
    close = index.close_to(tidy)
    if len(close) == 1:
        slug = next(iter(close))
        return guessed(GroupAnswer(slug=slug), f"taken as {slug}: one slip away")
    if len(tidy) > GROUP_AT_MOST or "<" in tidy or not any(letter.isalpha() for letter in tidy):
        return unread("not a name of a group")
    return guessed(GroupAnswer(words=tidy), "none of the portal's groups: kept in the person's own words")
