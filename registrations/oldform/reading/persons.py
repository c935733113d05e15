"""Grouping the rows of a file by person.

Rows with the same address are one person's, whatever usernames they have. A row without an address belongs to the
person with its username, when there is exactly one. Two addresses are two people even with one username, as anybody
could type any username into the old form. A row with neither is recognised only by its whole content.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from registrations.oldform.reading.cells import Certainty
from registrations.oldform.reading.rows import Answers

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Person:
    """The rows of one person, and the keys that recognise them: (kind, value), the surest first."""

    rows: list[Answers] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)

    def newest_first(self) -> list[Answers]:
        """Return the rows, newest first; rows without a time come last; of two equal times the lower row is first."""
        return sorted(self.rows, key=lambda row: (row["written_at"] or _NEVER, row.raw.number), reverse=True)


def address_of(row: Answers) -> str:
    """Return the address that recognises a person, or "": a guessed address does not."""
    cell = row.cells["address"]
    return cell.value if cell.certainty is Certainty.UNDERSTOOD and cell.value else ""


def group_by_person(rows: Sequence[Answers]) -> list[Person]:
    """Return the people of the rows, in the order in which they first appear."""
    addresses_of: dict[str, set[str]] = {}
    for row in rows:
        if address_of(row) and row["username"]:
            addresses_of.setdefault(row["username"], set()).add(address_of(row))
    persons_by_key: dict[tuple[str, str], Person] = {}
    for row in rows:
        key = _key(row, addresses_of)
        persons_by_key.setdefault(key, Person(keys=[key])).rows.append(row)
    for person in persons_by_key.values():
        person.keys += _usernames(person, addresses_of)
    return list(persons_by_key.values())


def _key(row: Answers, addresses_of: dict[str, set[str]]) -> tuple[str, str]:
    username = row["username"]
    if address := address_of(row):
        return "address", address
    if username and len(addresses := addresses_of.get(username, set())) == 1:
        return "address", next(iter(addresses))
    return ("username", username) if username else ("row", row.digest)


def _usernames(person: Person, addresses_of: dict[str, set[str]]) -> Iterable[tuple[str, str]]:
    """Return as keys the usernames that belong to this person and to nobody else in the file."""
    usernames = dict.fromkeys(row["username"] for row in person.rows if row["username"])
    keys = [("username", name) for name in usernames if len(addresses_of.get(name, ())) <= 1]
    return [key for key in keys if key not in person.keys]
