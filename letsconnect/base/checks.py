"""What must be true of the database for our locks to count right (design rule 3)."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as CheckError
from django.db import connections

_HINT = "Under any other level a lock taken before counting reads the count of before, and clinics overbook."


@register(Tags.database)
def read_committed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse every isolation level but READ COMMITTED, wherever it was set: settings, role, database or server."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            level = cursor.fetchone()[0]
        if level != "read committed":
            text = f"The database {alias!r} runs at {level.upper()}; the portal needs READ COMMITTED."
            errors.append(CheckError(text, hint=_HINT, id="letsconnect.E002"))
    return errors
