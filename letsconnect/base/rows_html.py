"""Pieces of HTML for lists that are drawn in one go: a template for each row was most of the time of such a page."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_TEXT, _NUMBER = "stand-in", 9_000_000_000_000_000_000


def escaped(text: Any) -> str:
    """Return what a template writes for a value: a plain text is escaped without asking what else it could be."""
    if type(text) is str:
        return escape(text)
    return str(conditional_escape(text if isinstance(text, str) else str(text)))


def sentence(words: str, **values: Any) -> str:
    """Put values into a translated sentence, each escaped; the sentence is ours and may hold HTML."""
    return words % {name: escaped(value) for name, value in values.items()}


def csrf_field(token: str) -> str:
    """Return what ``{% csrf_token %}`` writes in a form."""
    return f'<input type="hidden" name="csrfmiddlewaretoken" value="{escaped(token)}">'


def drawn(pieces: Iterable[str]) -> SafeString:
    """Join pieces of HTML in which every value was escaped."""
    return SafeString("".join(pieces))


def address_of(view: str, key: str | int) -> str:
    """Return the address of a view whose only argument is the key of a row, worked out once for all rows.

    A key that is a text holds nothing but letters, digits, "-" and "_".
    """
    before, after = _around_the_key(view, isinstance(key, int), get_script_prefix())
    return f"{before}{escaped(str(key))}{after}"


@lru_cache(maxsize=64)
def _around_the_key(view: str, is_number: bool, script_prefix: str) -> tuple[str, str]:
    stand_in = _NUMBER if is_number else _TEXT
    before, _, after = reverse(view, args=[stand_in]).partition(str(stand_in))
    return escape(before), escape(after)
