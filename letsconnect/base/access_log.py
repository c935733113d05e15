"""Noting that somebody of the working group looked at people's data; the app that knows people keeps it.

Every page of the desk that shows a person goes through here, so that each of them can read who looked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import models


@dataclass
class People:
    """Whose data a page showed: keys of accounts, keys of registrations, and addresses nobody has an account for."""

    members: set[int] = field(default_factory=set)
    registrations: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.members or self.registrations or self.addresses)


Keeper = Callable[[Any, People, str, date], None]
_keepers: list[Keeper] = []


def store_with(keeper: Keeper) -> None:
    """Let the app that knows people keep the looks."""
    _keepers.append(keeper)


def note(*, viewer: Any, people: People, what: str, now: datetime) -> None:
    """Remember that ``viewer`` was shown these people, in one statement; once a day is enough."""
    if people:
        for keeper in _keepers:
            keeper(viewer, people, what, now.astimezone(UTC).date())


def people_on(rows: Iterable[models.Model], ways: Iterable[str]) -> People:
    """Return the people that ``ways`` lead to from the rows: "" is the row itself, "match__learner" a lookup. The keys
    are on the rows, so it costs no query."""
    people = People()
    for row in rows:
        for way in ways:
            model, key = _end_of(row, way)
            if key is not None:
                (people.members if model == "Member" else people.registrations).add(key)
    return people


def _end_of(row: models.Model, way: str) -> tuple[str, int | None]:
    if not way:
        return type(row).__name__, row.pk
    *steps, last = way.split("__")
    for step in steps:
        row = getattr(row, step)
        if row is None:
            return "", None
    foreign = row._meta.get_field(last)
    return foreign.related_model.__name__, getattr(row, foreign.attname)
