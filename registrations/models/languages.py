"""What the database keeps about a language: how a code is written, and not which codes there are.

Which languages there are stands in one table, `reference/languages.py`, as it is with countries.
"""

from django.db.models import Q


def is_written_as_a_language(column: str) -> Q:
    """Return the condition of a check: a code as BCP 47 writes it, such as "ar", "yue" or "zh-Hant"."""
    return Q(**{f"{column}__regex": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"})
