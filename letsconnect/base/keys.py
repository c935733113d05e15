"""Checking keys of rows that come from outside, before the database is asked for them."""

from collections.abc import Iterable


def keys_among(words: Iterable[str]) -> list[int]:
    """Return those of ``words`` that can be the key of a row, as numbers."""
    return [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) <= 18]
