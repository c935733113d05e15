"""Cells that list skills to share or to learn."""

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
    """Wordings and the skills they stand for, from the portal's rows: ``names`` are certain, ``related`` a guess."""

    names: dict[str, set[str]] = field(default_factory=dict)
    related: dict[str, set[str]] = field(default_factory=dict)

    def has(self, wording: str) -> bool:
        """Tell whether a wording as a whole names a skill for certain."""
        return len(wording) <= text.MAX_ONE and folding.squeezed(wording) in self.names

    @classmethod
    def of(cls, names: Iterable[tuple[str, str]], related: Iterable[tuple[str, str]] = ()) -> "SkillIndex":
        """Build the index from (wording, slug) pairs."""
        index = cls()
        for pairs, table in ((names, index.names), (related, index.related)):
            for wording, slug in pairs:
                if wording_key := folding.squeezed(wording):
                    table.setdefault(wording_key, set()).add(slug)
        return index


def _named_skill(wording: str, index: SkillIndex) -> Cell | None:
    """Return the skill that a wording names, an unread cell when it names several, or None when it names none."""
    wording_key = folding.squeezed(wording)
    slugs = index.names.get(wording_key, set())
    if len(slugs) == 1:
        return understood(next(iter(slugs)))
    if len(slugs) > 1:
        return unread(f"“{wording[:60]}” could be " + " or ".join(sorted(slugs)))
    slugs = index.related.get(wording_key) or {
        slug for name in text.near(wording_key, index.names.keys()) for slug in index.names[name]
    }
    if len(slugs) == 1:
        slug = next(iter(slugs))
        return guessed(slug, f"“{folding.tidy(wording)[:60]}” taken as {slug}")
    return None


def read(answer: str, index: SkillIndex) -> Cell:
    """Return the slugs of the skills in the answer, in its order, each once."""
    if not folding.tidy(answer):
        return BLANK
    whole = _named_skill(answer, index)
    if whole is not None and whole.value:
        return Cell([whole.value], whole.certainty, whole.note)
    if text.says_nothing(answer):
        return understood([]) if folding.key(answer) else unread("nothing but separators", [])
    parts = text.split_with_options(answer, SEPARATORS, index.has)
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    cells = [cell for part in parts for cell in _skills_of_part(part, index)]
    return join(list(dict.fromkeys(cell.value for cell in cells if cell.value)), cells)


def _skills_of_part(part: str, index: SkillIndex) -> list[Cell]:
    part = _LEAD.sub("", part).strip()
    if not part or text.says_nothing(part):
        return []
    if (cell := _named_skill(part, index)) is not None:
        return [cell]
    pieces = [piece for piece in _ONE_AFTER_ANOTHER.split(part) if piece.strip()]
    if len(pieces) > 1 and all((cell := _named_skill(piece, index)) is not None and cell.value for piece in pieces):
        return [cell for piece in pieces if (cell := _named_skill(piece, index)) is not None]
    if (
        (bare := re.sub(r"\s*\(.*?\)\s*", " ", part).strip())
        and bare != part
        and (cell := _named_skill(bare, index)) is not None
    ):
        return [guessed(cell.value, f"“{part[:60]}”: what is in brackets was left out") if cell.value else cell]
    return [unread(f"“{part[:60]}” is no skill of the portal")]
