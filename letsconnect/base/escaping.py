"""Escape a value as templates do, for HTML that is put together without one: rows of lists, options, inputs, cells."""

from html import escape
from typing import Any

from django.utils.html import conditional_escape


def escaped(value: Any) -> str:
    """Return what a template writes for a value: a plain text is escaped without asking what else it could be."""
    if type(value) is str:
        return escape(value)
    return str(conditional_escape(value if isinstance(value, str) else str(value)))
