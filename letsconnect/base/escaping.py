"""Escape a value as templates do, for HTML that is put together without one: rows of lists, options, inputs, cells."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from letsconnect.base.lines import WrittenLine, isolated

_BETWEEN = "\0"  # PostgreSQL stores none, so it stands in no text of a row


def escaped(value: Any) -> str:
    """Return what a template writes for a value: a plain text is escaped without asking what else it could be."""
    if type(value) is str:
        return escape(value)
    if type(value) is WrittenLine:
        return escape(isolated(value))
    return str(conditional_escape(value if isinstance(value, str) else str(value)))


def localized(value: Any) -> Any:
    """Return what is escaped of a value that a template writes: numbers and moments in words of the language."""
    return value if type(value) is str else localize(value)


def each_escaped(values: Sequence[Any]) -> Sequence[str]:
    """Escape each of these values as `escaped` does: texts all at once, which is a tenth of the work for a column."""
    kinds = set(map(type, values))
    if kinds == {SafeString}:
        return values
    if str not in kinds:
        return [escaped(value) for value in values]
    texts = escape(_BETWEEN.join([value if type(value) is str else "" for value in values])).split(_BETWEEN)
    if len(texts) != len(values):  # one holds what stands between them
        return [escaped(value) for value in values]
    return [text if type(value) is str else escaped(value) for value, text in zip(values, texts, strict=True)]
