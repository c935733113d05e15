"""Find a language or a time zone by a few letters of what people call it, in any language of the portal.

Names are CLDR's; what else people say stands in `language_names.py` and `city_names.py`. Case, accents and signs do not
count. Everything is in memory: no page holds the whole list, and no search asks the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from letsconnect.base import folding

LONGEST = 60  # letters of what was typed that are looked at
AT_MOST = 8
_ARTICLE = "ال"  # Arabic names are found with it and without
_EXACT, _BEGINNING, _WORD, _WITHIN, _SLIP = range(5)


class Found(NamedTuple):
    """One of the things that a text may mean: its value, its name for the reader, and what else helps to know it."""

    value: str
    label: str
    note: str = ""


class Finder(Protocol):
    """What a field asks in which people type: about languages, or about time zones."""

    name: str

    def knows(self, value: str) -> bool:
        """Tell whether this is one of the values, and not a text that means one."""

    def find(self, text: str, reader: str) -> list[Found]:
        """Return the few that a text may mean, best first, named for a reader of this language."""

    def value_of(self, text: str, reader: str) -> str:
        """Return the one that a text certainly means, or ""."""

    def as_choice(self, value: str, reader: str) -> Found:
        """Return a value as one of those to choose from."""

    def label(self, value: str, reader: str) -> str:
        """Return what a field shows for a value: a text that means this value and no other."""


class FindableName(NamedTuple):
    """One name of one thing. ``reader`` is the language it is in, "" if it is nobody's in particular."""

    key: str
    value: str
    reader: str
    is_wider: bool = False  # the name of something it is a part of: a country has many zones


class FindableNames:
    """Names to be found by what was typed."""

    def __init__(self, names: Iterable[FindableName]) -> None:
        self.names = list(dict.fromkeys(name for name in names if name.key))
        self.by_key: dict[str, list[FindableName]] = {}
        for name in self.names:
            self.by_key.setdefault(name.key, []).append(name)

    def values_called(self, text: str, reader: str) -> list[str]:
        """Return what has exactly this name: by the names of the reader's language if it has any there."""
        names = self.by_key.get(folding.key(text[: LONGEST * 2]), [])
        own = [name for name in names if name.reader == reader and not name.is_wider]
        return list(dict.fromkeys(name.value for name in own or names))

    def search(self, text: str, reader: str) -> list[str]:
        """Return the values whose names fit, best first."""
        typed = folding.key(text[:LONGEST])
        if not typed:
            return []
        best: dict[str, tuple[int, bool, bool, int]] = {}
        for name in self.names:
            if (how := _fit(typed, name.key)) is not None:
                _keep(best, name, (how, name.is_wider, name.reader not in (reader, ""), len(name.key)))
        if any(how == _EXACT for how, *_rest in best.values()):  # then letters within a longer word mean nothing
            best = {value: rank for value, rank in best.items() if rank[0] != _WITHIN}
        if not best:
            for key in _near(typed, self.by_key):
                for name in self.by_key[key]:
                    _keep(best, name, (_SLIP, name.is_wider, name.reader not in (reader, ""), len(key)))
        return sorted(best, key=lambda value: best[value])


def _keep(best: dict[str, tuple[int, bool, bool, int]], name: FindableName, rank: tuple[int, bool, bool, int]) -> None:
    if name.value not in best or rank < best[name.value]:
        best[name.value] = rank


def _fit(typed: str, key: str) -> int | None:
    """Tell how a name fits what was typed, None if it does not."""
    if typed not in key:
        return None
    if typed == key:
        return _EXACT
    if key.startswith((typed, _ARTICLE + typed)):
        return _BEGINNING
    if f" {typed}" in key or f" {_ARTICLE}{typed}" in key:
        return _WORD
    return _WITHIN if len(typed) > 2 else None


def _near(typed: str, keys: Mapping[str, Sequence[FindableName]]) -> list[str]:
    """Return the names a slip or two away: none for words so short that any other would be."""
    if len(typed) < 4:
        return []
    slips = 1 if len(typed) < 8 else 2
    return [
        key for key, *_rest in process.extract(typed, keys.keys(), scorer=OSA.distance, score_cutoff=slips, limit=20)
    ]
