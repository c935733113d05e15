"""Record that a member of the working group was shown people's data, so that each of them can read who looked.

Every page of the desk that shows a person calls this. `registrations`, which has the accounts, stores the entries.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.db import models


@dataclass
class PeopleShown:
    """Whose data a page showed: keys of accounts, keys of registrations, and addresses that have no account."""

    members: set[int] = field(default_factory=set)
    registrations: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.members or self.registrations or self.addresses)


Keeper = Callable[[Any, PeopleShown, str, date], None]
_keepers: list[Keeper] = []


def store_with(keeper: Keeper) -> None:
    """Register the function that stores entries; the app with the accounts calls this at start-up."""
    _keepers.append(keeper)


def note(*, viewer: Any, people: PeopleShown, kind: str, now: datetime) -> None:
    """Record that ``viewer`` was shown these people, in one statement; one entry a day is enough."""
    if people:
        for keeper in _keepers:
            keeper(viewer, people, kind, now.astimezone(UTC).date())


def people_on(rows: Iterable[models.Model], ways: Iterable[str]) -> PeopleShown:
    """Return the people that ``ways`` lead to from the rows; "" means the row itself, "match__learner" is a lookup.

    The keys are columns of the rows, so no query is needed.
    """
    people, ways = PeopleShown(), list(ways)
    for row in rows:
        for way in ways:
            steps, keys, column = _way_from(type(row), way)
            end: Any = row
            for step in steps:
                end = end and getattr(end, step)
            key = end and getattr(end, column)
            if key is not None:
                (people.members if keys == "Member" else people.registrations).add(key)
    return people


@cache
def _way_from(table: type[models.Model], way: str) -> tuple[tuple[str, ...], str, str]:
    """Return the steps of a way from a row, the name of the table it leads to, and the column with the key there."""
    if not way:
        return (), table.__name__, str(table._meta.pk.attname)
    *steps, last = way.split("__")
    end: Any = table
    for step in steps:
        end = end._meta.get_field(step).related_model
    foreign = end._meta.get_field(last)
    if not isinstance(foreign, models.ForeignKey):
        raise TypeError(f"{way} leads from {table._meta.label} to no row")
    return tuple(steps), foreign.related_model.__name__, foreign.attname
