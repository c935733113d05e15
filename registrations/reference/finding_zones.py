"""Find a time zone by typing a city or a country, in any language of the portal."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import pgettext

from letsconnect.base import folding
from letsconnect.base.zone_names import city_of, has_a_place, zone_in_words
from letsconnect.base.zones import is_zone, zone_names
from registrations.reference.city_names import CITIES
from registrations.reference.country_names import ALIASES
from registrations.reference.finding import AT_MOST, FindableName, FindableNames, Found
from registrations.reference.names import country_name
from registrations.reference.zones import all_zones, country_of, current_name, zones_of

_COUNTRY_AT_MOST = 12  # zones of a wide country, each with a clock of its own
_UTC = ("UTC", "GMT", "Universal", "Greenwich")


class ZoneFinder:
    """The zones of today, by their cities, other large cities and countries."""

    name = "zones"

    def knows(self, value: str) -> bool:
        return value == "UTC" or ("/" in value and is_zone(value))

    def find(self, text: str, reader: str) -> list[Found]:
        zones = _names().search(text, reader)
        if (zone := _by_identifier(text)) and zone not in zones[:1]:
            zones = [zone, *(other for other in zones if other != zone)]
        most = _COUNTRY_AT_MOST if _country_called(text, reader) else AT_MOST
        return [self.as_choice(zone, reader) for zone in _clocks_first(zones)[:most]]

    def value_of(self, text: str, reader: str) -> str:
        if zone := _zones_by_label(reader).get(folding.key(text)) or _by_identifier(text):
            return zone
        zones = _names().values_called(text, reader)
        return zones[0] if len(zones) == 1 else ""

    def as_choice(self, value: str, reader: str) -> Found:
        return Found(value, self.label(value, reader))

    def label(self, value: str, reader: str) -> str:
        return _labels(reader).get(current_name(value)) or _label(value, reader)


@lru_cache(maxsize=4096)
def _label(zone: str, reader: str) -> str:
    """Return the city of a zone and its country, "Cairo, Egypt"; the city alone where it has the country's name."""
    if not has_a_place(zone):
        with translation.override(reader):
            # Translators: the name of a time zone to choose.
            return pgettext("a time zone", "Coordinated Universal Time (UTC)") if zone == "UTC" else zone_in_words(zone)
    city, country = city_of(zone, reader), country_of(zone)
    place = country_name(country, reader) if country else ""
    return f"{city} ({place})" if place and folding.key(place) != folding.key(city) else city


@cache
def _labels(reader: str) -> dict[str, str]:
    """Return what fields show for each zone of today; two of one name show the end of their identifier, too."""
    called = {zone: _label(zone, reader) for zone in ("UTC", *sorted(all_zones()))}
    often = Counter(map(folding.key, called.values()))
    return {
        zone: label if often[folding.key(label)] == 1 else f"{label} ({_end_of(zone)})"
        for zone, label in called.items()
    }


@cache
def _zones_by_label(reader: str) -> dict[str, str]:
    return {folding.key(label): zone for zone, label in _labels(reader).items()}


def _by_identifier(text: str) -> str:
    """Return the zone of today that an identifier names, as a browser knows it: "Africa/Cairo", "Asia/Calcutta"."""
    identifier = text.strip()
    if "/" not in identifier or not is_zone(identifier):
        return ""
    zone = current_name(identifier)
    return zone if zone in all_zones() or zone in zone_names() else ""


def _country_called(text: str, reader: str) -> bool:
    return any(name.is_wider for name in _names().by_key.get(folding.key(text), ()))


def _clocks_first(zones: list[str]) -> list[str]:
    """Return zones with those last that go as one before them does: of a country one for each of its clocks."""
    clocks_seen: set[tuple[str, object]] = set()
    first: list[str] = []
    rest: list[str] = []
    for zone in zones:
        clock = (country_of(zone), _clock(zone))
        (rest if clock in clocks_seen else first).append(zone)
        clocks_seen.add(clock)
    return first + rest


@cache
def _clock(zone: str) -> tuple[object, ...]:
    """How far a zone is from UTC in each month of a year."""
    moments = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in range(1, 13))
    return tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments)


def _end_of(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@cache
def _names() -> FindableNames:
    return FindableNames(_all_names())


def _all_names() -> Iterator[FindableName]:
    readers = [reader for reader, _own in settings.LANGUAGES]
    for zone in sorted(all_zones()):
        yield FindableName(folding.key(_end_of(zone)), zone, "")
        yield from (FindableName(folding.key(city_of(zone, reader)), zone, reader) for reader in readers)
    for zone in zone_names():
        if (today := current_name(zone)) in all_zones():
            yield FindableName(folding.key(_end_of(zone)), today, "")
    for zone, cities in CITIES.items():
        yield from (FindableName(folding.key(city), zone, "") for city in cities.split("|"))
    yield from (FindableName(folding.key(text), "UTC", "") for text in _UTC)
    yield from _names_of_countries(readers)


def _names_of_countries(readers: list[str]) -> Iterator[FindableName]:
    for country in sorted({country_of(zone) for zone in all_zones()} - {""}):
        zones = zones_of(country)
        for zone in zones:
            for reader in readers:
                yield FindableName(folding.key(country_name(country, reader)), zone, reader, is_wider=True)
            for alias in ALIASES.get(country, "").split("|"):
                yield FindableName(folding.key(alias), zone, "", is_wider=True)
