"""Spoken languages people choose from: BCP 47 code, English name, autonym."""

import csv
from pathlib import Path
from typing import NamedTuple


class Language(NamedTuple):
    name: str
    autonym: str


def _read() -> dict[str, Language]:
    with (Path(__file__).parent / "languages.tsv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Language(row["name"], row["autonym"] or "")
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


LANGUAGES = _read()
