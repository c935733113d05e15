"""What the rows of tables are called in the reader's language, by their keys: "region:SSA", "month:2026-03", "all".

A key is stored where a table is frozen; what it is called is asked again by whoever reads it. Where several columns say
what a row is about, its key has a part for each of them: "round:7|region:SSA".
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext

from registrations.domain.registrations import Region
from registrations.reference.names import language_name
from reports.domain.periods import Period

Name = Callable[[str], str]
Names = Callable[[Collection[str]], Mapping[str, str]]
ALL = "all"
_BETWEEN = "|"
_names: dict[str, Name] = {}
_read_together: dict[str, Names] = {}


def name_rows(kind: str, name: Name) -> None:
    """Say what rows with keys of one kind are called: ``name`` gets what stands behind the colon."""
    _names[kind] = name


def name_rows_together(kind: str, names: Names) -> None:
    """Say it of a kind whose names are in the database: ``names`` gets all that is asked for at once."""
    _read_together[kind] = names


def row_name(key: str) -> str:
    """Return what a row is called; a key that nobody knows any more is its own name."""
    kind, _colon, rest = key.partition(":")
    name = _names.get(kind)
    return name(rest) if name else key


def joined_key(*parts: str) -> str:
    """Return the key of a row that several columns name."""
    return _BETWEEN.join(parts)


def parts_of(key: str) -> list[str]:
    return key.split(_BETWEEN)


def names_of_rows(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what rows are called, a name for each part of their keys, by one query for each kind read together."""
    parts = {key: parts_of(key) for key in keys}
    asked: dict[str, set[str]] = {kind: set() for kind in _read_together}
    for part in {part for each in parts.values() for part in each}:
        kind, _colon, rest = part.partition(":")
        if kind in asked:
            asked[kind].add(rest)
    read = {
        f"{kind}:{rest}": name
        for kind, wanted in asked.items()
        if wanted
        for rest, name in _read_together[kind](wanted).items()
    }
    return {key: tuple(read.get(part) or row_name(part) for part in each) for key, each in parts.items()}


def month_key(month: date) -> str:
    return f"month:{month:%Y-%m}"


def period_key(period: Period) -> str:
    return f"period:{period.first_on.isoformat()}/{period.last_on.isoformat()}"


def _region(code: str) -> str:
    return str(Region(code).label) if code in Region.values else pgettext("region", "none")


def _month(month: str) -> str:
    return date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT")


def _period(days: str) -> str:
    # Translators: a time, from its first to its last day.
    first, last = (date_format(date.fromisoformat(day), "DATE_FORMAT") for day in days.split("/"))
    return pgettext("time of a report", "%(first)s to %(last)s") % {"first": first, "last": last}


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")


name_rows(ALL, lambda _rest: pgettext("people", "all"))
name_rows("region", _region)
name_rows("month", _month)
name_rows("period", _period)
name_rows("language", _language)
