"""Questions about rows that are answered for many rows in one query, and for a single row where nobody did so.

Whoever writes twenty letters reads the answers for all of them at once; code that asks about one row stays as it is.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from django.db.models import Model, QuerySet

from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement

_ANSWERS = "_answers_read_ahead"  # on the object of a row, by question and by what it depends on


class RowQuestion:
    """A question about rows of one table; ``build`` returns the rows of which the answer is yes."""

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._statement = Statement(
            lambda keys, **fixed: build(**fixed).order_by().filter(pk__in=any_of(keys)).values_list("pk", flat=True)
        )

    def read_ahead(self, rows: Iterable[Model], **depends_on: Hashable) -> None:
        """Read the answers for these rows, which remember them: let them not outlive what they are read for."""
        asked = list(rows)
        yes = self._of([row.pk for row in asked], depends_on) if asked else frozenset()
        for row in asked:
            vars(row).setdefault(_ANSWERS, {})[self._key(depends_on)] = row.pk in yes

    def is_so(self, row: Model, **depends_on: Hashable) -> bool:
        """Return the answer for a row: what was read ahead, or what is true now."""
        answer = self.read_of(row, **depends_on)
        return row.pk in self._of([row.pk], depends_on) if answer is None else answer

    def read_of(self, row: Model, **depends_on: Hashable) -> bool | None:
        """Return the answer for a row if it was read ahead."""
        answer: bool | None = vars(row).get(_ANSWERS, {}).get(self._key(depends_on))
        return answer

    def _of(self, keys: list[int], depends_on: dict[str, Hashable]) -> frozenset[int]:
        return frozenset(self._statement.rows({"keys": keys}, **depends_on))

    def _key(self, depends_on: dict[str, Hashable]) -> Hashable:
        return self, tuple(depends_on.items())
