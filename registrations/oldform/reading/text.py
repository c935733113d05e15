"""What every kind of cell needs: telling that nothing was said, names a typing slip away, parts of a list."""

import unicodedata
from collections.abc import Callable, Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

from letsconnect.base.folding import key

MAX_CELL = 5000  # no honest answer is longer; such a cell is kept raw and not read
MAX_ONE = 400  # the same for a cell that answers with one thing
MAX_ITEMS = 100  # and this many things nobody lists
_LONGEST_OPTION = 7  # parts of one answer that has separators in it


# What people write to say that there is nothing to say.
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
    """Tell whether a text is nothing but dashes, dots and the like; a picture ("👍", "✗") says something."""
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
    """Split likewise, but leave together what is known as one answer: "Evaluation, impact and learning".

    Of several ways to put parts together again the longest known answer counts, from the left.
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
    """Where the separators stand that are not inside brackets; a bracket that is never closed holds nothing."""
    depth, cuts, since_open = 0, [], []
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
