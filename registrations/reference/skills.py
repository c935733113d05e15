"""The seed of the tree of skills, read from `skills.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAMED_IN = ("en", "es", "ar", "fr", "pt")


@dataclass(frozen=True)
class SeedSkill:
    slug: str
    family: str
    names: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    related: tuple[str, ...] = ()
    under: str = ""
    wikidata_id: str = ""


@cache
def skills() -> tuple[SeedSkill, ...]:
    """Return every skill of the seed, parents before their children."""
    text = (Path(__file__).parent / "skills.toml").read_text(encoding="utf-8")
    seeds = [
        SeedSkill(
            slug=slug,
            family=entry["family"],
            names={language: entry[language] for language in NAMED_IN},
            synonyms={language: tuple(words) for language, words in entry.get("synonyms", {}).items()},
            related=tuple(entry.get("related", ())),
            under=entry.get("under", ""),
            wikidata_id=entry.get("wikidata_id", ""),
        )
        for slug, entry in tomllib.loads(text).items()
    ]
    return tuple(sorted(seeds, key=lambda seed: bool(seed.under)))
