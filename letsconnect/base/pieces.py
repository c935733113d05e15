"""Lines and cards of lists: each template is drawn once for each language and shape, and then filled for each row.

Django draws a template of five lines in a thousand steps, and a list does so twenty times over: that was most of the
time of a page. The rows differ in a few texts only, so the template is drawn with stand-ins, and each row's own texts
are escaped and put in their place. What is kept is of nobody.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from letsconnect.base.drawn import forget_on_change
from letsconnect.base.escaping import each_escaped

_MARK = "\0"  # PostgreSQL stores none, so no text of a row holds one
_KEY = 9_000_000_000_000_000_000


class Piece(NamedTuple):
    """One row of a list, as its template shows it.

    The template may ask anything about the ``shape``, whose values are few. It may only print the ``texts``: it sees
    stand-ins in their place, so a condition or a filter would not reach them. A text may be drawn itself, as a list
    within the row is; a form finds its token in the text ``csrf_token``.
    """

    shape: Mapping[str, Any]
    texts: Mapping[str, str]


def draw(pieces: Iterable[Piece], template: str) -> SafeString:
    """Draw the template for each piece, one after the other."""
    return draw_each([pieces], template)[0]


def draw_each(lists: Iterable[Iterable[Piece]], template: str) -> list[SafeString]:
    """Draw several lists with one template at once, as those within the rows of another list are."""
    language, prefix = get_language(), get_script_prefix()
    rows_of_lists = [
        [(_parts(template, language, prefix, tuple(shape.items()), tuple(texts)), texts) for shape, texts in pieces]
        for pieces in lists
    ]
    texts_in_order = [texts[name] for rows in rows_of_lists for parts, texts in rows for name in parts[1::2]]
    written, begin, drawn = each_escaped(texts_in_order), 0, []
    for rows in rows_of_lists:
        html: list[str] = []
        for parts, _texts in rows:
            row, end = [*parts], begin + len(parts) // 2
            row[1::2] = written[begin:end]
            html += row
            begin = end
        drawn.append(SafeString("".join(html)))  # drawn by a template, and each text escaped
    return drawn


def link_to(name: str, key: int | str) -> str:
    """Return what ``reverse`` returns for a page of one row, found once for all rows.

    A key that is a text holds nothing but letters, digits, "-" and "_".
    """
    return _link(name, get_script_prefix()).replace(str(_KEY), str(key))


@lru_cache(maxsize=1024)
def _parts(
    template: str, language: str | None, prefix: str, shape: tuple[tuple[str, Any], ...], names: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the template's own text and the names of the row's texts in turn."""
    stand_ins = {name: SafeString(f"{_MARK}{name}{_MARK}") for name in names}
    return tuple(render_to_string(template, {**dict(shape), **stand_ins}).split(_MARK))


@lru_cache(maxsize=64)
def _link(name: str, prefix: str) -> str:
    return reverse(name, args=[_KEY])


forget_on_change(_parts.cache_clear)
forget_on_change(_link.cache_clear)
