"""Cells that list skills."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from letsconnect.base import folding
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, join, understood, unread

SEPARATORS = ";,|\n/、،؛•·"
_ONE_AFTER_ANOTHER = re.compile(r"\s+(?:and|&|y|e|et|und|و)\s+|\s+و(?=\w)", re.IGNORECASE)
_LEAD = re.compile(
    r"^\s*(?:[-*•–]|\d+[.)])\s*|^\s*(?:i can (?:share|teach)|i want to learn|how to|learning|aprender|apprendre)\s+",
    re.IGNORECASE,
)


@dataclass
class SkillIndex:
    """What skills go by: ``names`` for certain, ``related`` for a guess. Built from the rows of the portal."""

    names: dict[str, set[str]] = field(default_factory=dict)
    related: dict[str, set[str]] = field(default_factory=dict)

    def has(self, wording: str) -> bool:
        """Tell whether a wording as a whole names a skill for certain."""
        return len(wording) <= text.MAX_ONE and folding.squeezed(wording) in self.names

    @classmethod
    def of(cls, names: Iterable[tuple[str, str]], related: Iterable[tuple[str, str]] = ()) -> "SkillIndex":
        """Build it from (wording, slug) pairs."""
        index = cls()
        for pairs, table in ((names, index.names), (related, index.related)):
            for wording, slug in pairs:
                if found := folding.squeezed(wording):
                    table.setdefault(found, set()).add(slug)
        return index


def _one(told: str, index: SkillIndex) -> Cell | None:
    found = folding.squeezed(told)
    slugs = index.names.get(found, set())
    if len(slugs) == 1:
        return understood(next(iter(slugs)))
    if len(slugs) > 1:
        return unread(f"“{told[:60]}” could be " + " or ".join(sorted(slugs)))
    slugs = index.related.get(found) or {
        slug for name in text.near(found, index.names.keys()) for slug in index.names[name]
    }
    if len(slugs) == 1:
        slug = next(iter(slugs))
        return guessed(slug, f"“{folding.tidy(told)[:60]}” taken as {slug}")
    return None


def read(told: str, index: SkillIndex) -> Cell:
    """Return the slugs of the skills named, in the order told, each once."""
    if not folding.tidy(told):
        return BLANK
    whole = _one(told, index)
    if whole is not None and whole.value:
        return Cell([whole.value], whole.certainty, whole.note)
    if text.says_nothing(told):
        return understood([]) if folding.key(told) else unread("nothing but separators", [])
    parts = text.split_with_options(told, SEPARATORS, index.has)
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    cells = [cell for part in parts for cell in _parts(part, index)]
    return join(list(dict.fromkeys(cell.value for cell in cells if cell.value)), cells)


def _parts(part: str, index: SkillIndex) -> list[Cell]:
    part = _LEAD.sub("", part).strip()
    if not part or text.says_nothing(part):
        return []
    if (cell := _one(part, index)) is not None:
        return [cell]
    pieces = [piece for piece in _ONE_AFTER_ANOTHER.split(part) if piece.strip()]
    if len(pieces) > 1 and all((cell := _one(piece, index)) is not None and cell.value for piece in pieces):
        return [cell for piece in pieces if (cell := _one(piece, index)) is not None]
    if (
        (bare := re.sub(r"\s*\(.*?\)\s*", " ", part).strip())
        and bare != part
        and (cell := _one(bare, index)) is not None
    ):
        return [guessed(cell.value, f"“{part[:60]}”: what is in brackets was left out") if cell.value else cell]
    return [unread(f"“{part[:60]}” is no skill of the portal")]
