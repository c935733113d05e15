"""Checking keys of rows, and numbers of versions, that come from outside, before the database is asked for them."""

from collections.abc import Iterable


def keys_among(words: Iterable[str]) -> list[int]:
    """Return those of ``words`` that can be the key of a row, as numbers."""
    return [key for word in words if (key := key_or_none(word)) is not None]


def key_or_none(word: str) -> int | None:
    """Return the number that ``word`` says, or None if it can be no key: Python reads a very long one with an error."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= 18 else None
