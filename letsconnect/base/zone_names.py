"""What people call a time zone: "Cairo time, UTC+3". Its identifier, Africa/Cairo, is for machines."""

import re
from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language, gettext

from letsconnect.base.languages import chain
from letsconnect.base.zones import is_zone, zone_or_utc

_HAS_A_PLACE = re.compile(r"[A-Z][a-z]+(/|$)")  # neither "Etc/GMT-3" nor "CET"
_NO_PLACE = ("Etc/", "SystemV/", "UTC", "GMT", "Zulu", "Universal", "Greenwich", "Factory")


def zone_in_words(zone: str, at: datetime | None = None) -> str:
    """Return what people call a zone in the active language; with how far it is from UTC at a moment, if one is given.

    A zone that this machine does not know is read as UTC, as everywhere.
    """
    language = get_language() or "en"
    if at is None:
        return _name(zone, language)
    ahead = at.astimezone(zone_or_utc(zone)).utcoffset() or timedelta(0)
    return _name_and_offset(zone, ahead, language)


@lru_cache(maxsize=4096)
def _name_and_offset(zone: str, ahead: timedelta, language: str) -> str:
    if not has_a_place(zone):
        return offset_in_words(ahead)
    return _said(language) % {"city": city_of(zone, language), "offset": offset_in_words(ahead)}


@lru_cache(maxsize=64)
def _said(language: str) -> str:
    """Return how a zone is said in the active language, which is ``language``."""
    # Translators: a time zone, as in "Cairo time, UTC+3". A form that fits all cities is best, as "time: Cairo" does.
    return gettext("%(city)s time, %(offset)s")


def zone_pattern_in(language: str) -> str:
    """Return the same as "{city} time, {offset}", for a script."""
    return _said(language) % {"city": "{city}", "offset": "{offset}"}


@lru_cache(maxsize=4096)
def _name(zone: str, language: str) -> str:
    if not has_a_place(zone):
        fixed = datetime(2000, 1, 1, tzinfo=zone_or_utc(zone)).utcoffset() or timedelta(0)
        return offset_in_words(fixed)
    # Translators: a time zone, as in "Cairo time".
    return gettext("%(city)s time") % {"city": city_of(zone, language)}


def has_a_place(zone: str) -> bool:
    """Tell whether a zone is called by a place: UTC, fixed offsets and zones that are not known are not."""
    return is_zone(zone) and bool(_HAS_A_PLACE.match(zone)) and not zone.startswith(_NO_PLACE)


def offset_in_words(ahead: timedelta) -> str:
    """Return how far a clock is ahead of UTC, in minutes, as "UTC", "UTC+5:45" or "UTC−3:30"."""
    minutes = int(ahead.total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=4096)
def city_of(zone: str, language: str) -> str:
    """Return the place by which a zone is called, as readers of this language call it."""
    names = Locale.parse(chain(language)[0]).time_zones
    for name in (zone, *_other_names().get(zone, ())):
        if city := names.get(name, {}).get("city"):
            return str(city)
    return _end_of(zone)


def place_in_words(zone: str) -> str:
    """Return the place by whose clock a zone goes, in the active language, as "Cairo"; or else "UTC" and the like."""
    return city_of(zone, get_language() or "en") if has_a_place(zone) else zone_in_words(zone)


@cache
def cities_called_otherwise(language: str) -> dict[str, str]:
    """Return the places of zones whose name in this language is not the end of their identifier."""
    called = {zone: city_of(zone, language) for zone in sorted(available_timezones()) if has_a_place(zone)}
    return {zone: city for zone, city in called.items() if city != _end_of(zone)}


def _end_of(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@cache
def _other_names() -> dict[str, tuple[str, ...]]:
    """The names a zone has had besides its own: CLDR keeps those it began with."""
    others = defaultdict(list)
    for old, new in get_global("zone_aliases").items():
        others[old].append(new)
        others[new].append(old)
    return {zone: tuple(names) for zone, names in others.items()}
