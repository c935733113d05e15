"""Which time zones a country has, from the zone database itself (`tzdata`)."""

from functools import cache
from importlib.resources import files

# The zone database lists the zones of these countries by where they lie, not by how many live there.
_MAIN = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "ID": "Asia/Jakarta",
    "MX": "America/Mexico_City",
    "RU": "Europe/Moscow",
    "US": "America/New_York",
}


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            table.setdefault(country, []).append(zone)
    for country, zone in _MAIN.items():
        table[country] = [zone, *(other for other in table[country] if other != zone)]
    return {country: tuple(zones) for country, zones in table.items()} | {"XK": ("Europe/Belgrade",)}


@cache
def _current_names() -> dict[str, str]:
    """Old names of zones, such as Asia/Calcutta, with the name of today."""
    today = {zone for zones in _zones_by_country().values() for zone in zones}
    lines = files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text(encoding="utf-8").splitlines()
    links = (line.split()[1:3] for line in lines if line.startswith("L "))
    return {old: new for new, old in links if old not in today and new in today}


def all_zones() -> frozenset[str]:
    """Return the zones of today of all countries."""
    return frozenset(zone for zones in _zones_by_country().values() for zone in zones)


@cache
def _countries() -> dict[str, str]:
    return {zone: country for country, zones in _zones_by_country().items() if country != "XK" for zone in zones}


def country_of(zone: str) -> str:
    """Return the country a zone is of, "" for one of no country."""
    return _countries().get(current_name(zone), "")


def zones_of(country: str) -> tuple[str, ...]:
    """Return the zones of a country, that of its largest city first; () when it has none or is unknown."""
    return _zones_by_country().get(country, ())


def first_zone(of_registration: str, of_member: str | None) -> str:
    """Return the zone a person gave in their registration, else that of their account, else UTC."""
    return of_registration or of_member or "UTC"


def only_zone_of(country: str) -> str:
    """Return the zone of a country that has one, else ""."""
    zones = zones_of(country)
    return zones[0] if len(zones) == 1 else ""


def current_name(zone: str) -> str:
    """Return today's name of a zone that was renamed, else the name itself."""
    return _current_names().get(zone, zone)
