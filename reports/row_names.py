"""What the rows of tables are called in the reader's language, by their keys: "region:SSA", "month:2026-03", "all".

A key is stored where a table is frozen; what it is called is asked again by whoever reads it.
"""

from collections.abc import Callable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext

from registrations.domain.registrations import Region
from registrations.reference.names import language_name
from reports.domain.periods import Period

Name = Callable[[str], str]
ALL = "all"
_names: dict[str, Name] = {}


def name_rows(kind: str, name: Name) -> None:
    """Say what rows with keys of one kind are called: ``name`` gets what stands behind the colon."""
    _names[kind] = name


def row_name(key: str) -> str:
    """Return what a row is called; a key that nobody knows any more is its own name."""
    kind, _colon, rest = key.partition(":")
    name = _names.get(kind)
    return name(rest) if name else key


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
