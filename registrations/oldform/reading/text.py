"""What all readers of cells need: words for "no answer", names with a typing mistake, and splitting of lists."""

import unicodedata
from collections.abc import Callable, Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

from letsconnect.base.folding import key

MAX_CELL = 5000  # no real answer is longer; a longer cell is stored as written and not read
MAX_ONE = 400  # the same for a cell that holds one thing, not a list
MAX_ITEMS = 100  # a longer list is not read either
_LONGEST_OPTION = 7  # the most parts a single option may have when separators stand in it


# What people write when they have no answer.
NOTHING = frozenset(
    map(
        key,
        [
            "n a",
            "na",
            "none",
            "nothing",
            "no one",
            "nil",
            "null",
            "nan",
            "ninguno",
            "ninguna",
            "nada",
            "no tengo",
            "aucun",
            "aucune",
            "rien",
            "neant",
            "nenhum",
            "nenhuma",
            "لا شيء",
            "لا يوجد",
            "غير متوفر",
            "not applicable",
            "not available",
        ],
    )
)


def says_nothing(text: str) -> bool:
    """Tell whether a filled cell says that there is no answer: "n/a", "-", "none"."""
    return key(text) in NOTHING or is_only_signs(text)


def is_only_signs(text: str) -> bool:
    """Tell whether a text has only dashes, dots and the like; a symbol such as "👍" or "✗" is an answer."""
    return not key(text) and not any(unicodedata.category(letter) in ("So", "Sk", "Sc") for letter in text)


def near(word: str, names: Collection[str]) -> set[str]:
    """Return the names one slip away from a word of five letters or more, two slips from twelve.

    A slip is a letter added, left out, changed, or swapped with its neighbour.
    """
    if not 5 <= len(word) <= 60:
        return set()
    limit = 2 if len(word) >= 12 else 1
    return {name for name, *_ in process.extract(word, names, scorer=OSA.distance, score_cutoff=limit, limit=None)}


def split_outside_brackets(text: str, separators: str) -> list[str]:
    """Return the parts between separators that are not inside brackets, trimmed, empty ones dropped."""
    return split_with_options(text, separators, lambda part: False)


def split_with_options(text: str, separators: str, is_option: Callable[[str], bool]) -> list[str]:
    """Split at separators outside brackets, but keep known options whole: "Evaluation, impact and learning".

    Parts are joined again, from the left, to the longest text that is an option.
    """
    cuts = [-1, *_cuts(text, separators), len(text)]
    parts: list[str] = []
    place = 0
    while place < len(cuts) - 1:
        last = min(place + _LONGEST_OPTION, len(cuts) - 1)
        ends = (end for end in range(last, place + 1, -1) if is_option(text[cuts[place] + 1 : cuts[end]].strip()))
        end = next(ends, place + 1)
        parts.append(text[cuts[place] + 1 : cuts[end]].strip())
        place = end
    return [part for part in parts if part]


def _cuts(text: str, separators: str) -> list[int]:
    """Return the places of separators outside brackets; a bracket that is never closed does not count as one."""
    depth = 0
    cuts: list[int] = []
    since_open: list[int] = []
    for place, letter in enumerate(text):
        if letter in "([{（":
            depth += 1
        elif letter in ")]}）":
            depth = max(0, depth - 1)
            if depth == 0:
                since_open = []
        elif letter in separators:
            (cuts if depth == 0 else since_open).append(place)
    return sorted([*cuts, *since_open]) if depth else cuts
