"""Cells that name a time zone."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale

from letsconnect.base import folding
from letsconnect.base.zones import zone_names
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread
from registrations.oldform.reading.names import PORTAL_LOCALES
from registrations.reference.zones import current_name, only_zone_of, zones_of

_OFFSET = re.compile(
    r"^\(?\s*(?:utc|gmt)?\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?:[:.h]?(?P<minutes>\d{2}|5))?\s*\)?\b(?P<rest>.*)$"
)

# Abbreviations and names of zones: (offset in minutes in winter, or the zone when the name means one).
_ABBREVIATIONS: dict[str, int] = {
    "ist": 330,
    "wat": 60,
    "cat": 120,
    "eat": 180,
    "sast": 120,
    "wib": 420,
    "wita": 480,
    "wit": 540,
    "pht": 480,
    "pst": -480,
    "pdt": -480,
    "mst": -420,
    "mdt": -420,
    "cst": -360,
    "cdt": -360,
    "est": -300,
    "edt": -300,
    "ast": -240,
    "nst": -210,
    "brt": -180,
    "art": -180,
    "bot": -240,
    "cot": -300,
    "pet": -300,
    "clt": -240,
    "uyt": -180,
    "pyt": -180,
    "vet": -240,
    "cet": 60,
    "cest": 60,
    "met": 60,
    "eet": 120,
    "eest": 120,
    "wet": 0,
    "west": 0,
    "bst": 0,
    "msk": 180,
    "trt": 180,
    "pkt": 300,
    "npt": 345,
    "bdt": 360,
    "jst": 540,
    "kst": 540,
    "hkt": 480,
    "sgt": 480,
    "myt": 480,
    "ict": 420,
    "aest": 600,
    "aedt": 600,
    "acst": 570,
    "awst": 480,
    "nzst": 720,
    "nzdt": 720,
    "gst": 240,
    "ast arabia": 180,
    "greenwich mean time": 0,
    "indian standard time": 330,
    "india standard time": 330,
    "west africa time": 60,
    "west african time": 60,
    "central africa time": 120,
    "central african time": 120,
    "east africa time": 180,
    "east african time": 180,
    "south africa standard time": 120,
    "eastern time": -300,
    "eastern standard time": -300,
    "central time": -360,
    "mountain time": -420,
    "pacific time": -480,
    "central european time": 60,
    "eastern european time": 120,
    "western european time": 0,
    "moscow time": 180,
    "nepal time": 345,
    "pakistan standard time": 300,
    "japan standard time": 540,
    "hora de argentina": -180,
    "hora de brasilia": -180,
    "horario de brasilia": -180,
    "brasilia time": -180,
    "hora central": -360,
}


# The zone database lists these countries' zones from east to west, not by how many live there.
_MAIN = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "MX": "America/Mexico_City",
    "RU": "Europe/Moscow",
    "US": "America/New_York",
    "CL": "America/Santiago",
    "ID": "Asia/Jakarta",
}


@cache
def _zones() -> dict[str, str]:
    return {folding.key(zone.replace("_", " ")): zone for zone in zone_names()} | {
        folding.key(zone.replace("_", " ")): zone for zone in map(current_name, zone_names()) if zone in zone_names()
    }


@cache
def _cities() -> dict[str, set[str]]:
    cities: dict[str, set[str]] = {}
    for zone in zone_names():
        if "/" in zone:
            cities.setdefault(folding.key(zone.rsplit("/", 1)[1].replace("_", " ")), set()).add(current_name(zone))
    for locale in PORTAL_LOCALES:
        for zone, told in Locale.parse(locale).time_zones.items():
            if "city" in told and zone in zone_names():
                cities.setdefault(folding.key(told["city"]), set()).add(current_name(zone))
    return cities


def read(told: str, *, country: str | None) -> Cell:
    """Return an IANA zone; a fixed offset is a guess by way of the country, and without one is not a zone."""
    tidy = folding.tidy(told)
    if not tidy:
        return BLANK
    if text.says_nothing(tidy):
        return understood(None)
    found = folding.key(tidy.replace("_", " "))
    if found in ("utc", "gmt", "z", "zulu", "etc utc", "etc gmt"):
        return _utc(country, tidy)
    if "/" in tidy and found in _zones():
        return understood(current_name(_zones()[found]))
    if (offset := _offset(folding.plain(tidy))) is not None or (offset := _ABBREVIATIONS.get(found)) is not None:
        return _by_offset(offset, country, tidy)
    return _by_place(tidy, country)


def only_zone(country: str | None) -> str:
    """Return what a blank zone may be taken for: the zone of a country that has one."""
    return only_zone_of(country) if country else ""


def _utc(country: str | None, tidy: str) -> Cell:
    """UTC is a zone, but who lives where it never is the local time means something else."""
    if country is None or not zones_of(country):
        return understood("UTC")
    cell = _by_offset(0, country, tidy)
    return cell if cell.value else guessed("UTC", "kept as UTC, which no zone of the country is")


def _offset(plain: str) -> int | None:
    """Return minutes east of UTC of "UTC+5:30", "GMT-3", "+0530", "(UTC+01:00) West Central Africa"."""
    match = _OFFSET.match(plain.replace("±", "+"))
    if not match or (match["rest"].strip() and not plain.startswith(("(", "utc", "gmt"))):
        return None
    minutes = {"5": 30, None: 0}.get(match["minutes"], -1)
    minutes = int(match["minutes"]) if minutes == -1 else minutes
    total = int(match["hours"]) * 60 + minutes
    if total > 14 * 60 or minutes not in (0, 30, 45):
        return None
    return -total if match["sign"] == "-" else total


@cache
def _offsets(zone: str) -> frozenset[int]:
    """Minutes east of UTC a zone has in the course of a year."""
    moments = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 4, 7, 10))
    spans = ((moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) for moment in moments)
    return frozenset(int(span.total_seconds() // 60) for span in spans)


def _by_offset(offset: int, country: str | None, tidy: str) -> Cell:
    zones = (_MAIN[country], *zones_of(country)) if country in _MAIN else zones_of(country or "")
    fitting = [zone for zone in zones if offset in _offsets(zone)]
    if fitting:
        return guessed(current_name(fitting[0]), f"“{tidy}” taken as {fitting[0]}, by the country")
    if not country:
        return unread("an offset is not a zone, and there is no country to tell which one is meant")
    return unread("no zone of the country has that offset")


def _by_place(tidy: str, country: str | None) -> Cell:
    """ "Lagos", "Nairobi time", "hora de Lima": the city of a zone."""
    words = re.sub(
        r"\b(?:local time|time zone|timezone|standard time|time|hora de|heure de|horário de|hora|توقيت)\b",
        " ",
        folding.plain(tidy),
    )
    zones = _cities().get(folding.key(words.replace("_", " ")), set())
    if len(zones) > 1 and country:
        zones = zones & set(zones_of(country))
    if len(zones) == 1:
        zone = next(iter(zones))
        return guessed(zone, f"“{tidy}” taken as {zone}")
    return unread("no time zone goes by that name")
