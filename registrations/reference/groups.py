"""The seed of the groups, read from `groups.tsv`: affiliates with their kind, country where certain, and aliases."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from registrations.reference.countries import region_of


@dataclass(frozen=True)
class SeedGroup:
    slug: str
    kind: str
    country: str
    name: str
    aliases: tuple[str, ...]

    @property
    def region(self) -> str:
        return region_of(self.country)


@cache
def groups() -> tuple[SeedGroup, ...]:
    """Return every group of the seed. A slug never changes; a renamed group keeps its old name as an alias."""
    text = (Path(__file__).parent / "groups.tsv").read_text(encoding="utf-8")
    return tuple(
        SeedGroup(
            slug=row["slug"],
            kind=row["kind"],
            country=row["country"],
            name=row["name"],
            aliases=tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip()),
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    )
