"""Which rows of a file are one person's.

Rows with the same address are one person, whatever usernames they tell. A row without an address belongs to the
person of its username, when there is exactly one. Two addresses are two persons even under one username: anybody
could type any username into the old form. A row with neither is known by its content only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from registrations.oldform.reading.cells import Certainty
from registrations.oldform.reading.rows import Answers

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Person:
    """The rows of one person, and what they can be known by: (kind, value), the surest first."""

    rows: list[Answers] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)

    def newest_first(self) -> list[Answers]:
        """Rows by the time they were written; those without a time are the oldest, and of equals the lower wins."""
        return sorted(self.rows, key=lambda row: (row["written_at"] or _NEVER, row.raw.number), reverse=True)


def address_of(row: Answers) -> str:
    """The address a person is known by: only one that was written out."""
    cell = row.cells["address"]
    return cell.value if cell.certainty is Certainty.UNDERSTOOD and cell.value else ""


def persons(rows: Sequence[Answers]) -> list[Person]:
    """Group rows by person, in the order in which they first appear."""
    addresses_of: dict[str, set[str]] = {}
    for row in rows:
        if address_of(row) and row["username"]:
            addresses_of.setdefault(row["username"], set()).add(address_of(row))
    found: dict[tuple[str, str], Person] = {}
    for row in rows:
        key = _key(row, addresses_of)
        found.setdefault(key, Person(keys=[key])).rows.append(row)
    for person in found.values():
        person.keys += _usernames(person, addresses_of)
    return list(found.values())


def _key(row: Answers, addresses_of: dict[str, set[str]]) -> tuple[str, str]:
    username = row["username"]
    if address := address_of(row):
        return "address", address
    if username and len(addresses := addresses_of.get(username, set())) == 1:
        return "address", next(iter(addresses))
    return ("username", username) if username else ("row", row.digest)


def _usernames(person: Person, addresses_of: dict[str, set[str]]) -> Iterable[tuple[str, str]]:
    """The usernames that lead to this person and nobody else."""
    usernames = dict.fromkeys(row["username"] for row in person.rows if row["username"])
    keys = [("username", name) for name in usernames if len(addresses_of.get(name, ())) <= 1]
    return [key for key in keys if key not in person.keys]
