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

# Abbreviations and names of zones: minutes east of UTC that they mean.
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
        for zone, zone_names_in_language in Locale.parse(locale).time_zones.items():
            if "city" in zone_names_in_language and zone in zone_names():
                cities.setdefault(folding.key(zone_names_in_language["city"]), set()).add(current_name(zone))
    return cities


def read(answer: str, *, country: str | None) -> Cell:
    """Return an IANA zone; for a fixed offset it is guessed from the country, and without a country not read."""
    tidy = folding.tidy(answer)
    if not tidy:
        return BLANK
    if text.says_nothing(tidy):
        return understood(None)
    answer_key = folding.key(tidy.replace("_", " "))
    if answer_key in ("utc", "gmt", "z", "zulu", "etc utc", "etc gmt"):
        return _utc(country, tidy)
    if "/" in tidy and answer_key in _zones():
        return understood(current_name(_zones()[answer_key]))
    if (offset := _offset(folding.plain(tidy))) is not None or (offset := _ABBREVIATIONS.get(answer_key)) is not None:
        return _by_offset(offset, country, tidy)
    return _by_place(tidy, country)


def only_zone(country: str | None) -> str:
    """Return the zone of a country that has only one, for a blank cell; else ""."""
    return only_zone_of(country) if country else ""


def _utc(country: str | None, tidy: str) -> Cell:
    """Read "UTC": it is a zone, but a person in a country that never has it must mean another one."""
    if country is None or not zones_of(country):
        return understood("UTC")
    cell = _by_offset(0, country, tidy)
    return cell if cell.value else guessed("UTC", "kept as UTC, which no zone of the country is")


def _offset(plain: str) -> int | None:
    """Return the minutes east of UTC that "UTC+5:30", "GMT-3", "+0530" or "(UTC+01:00) West Central Africa" names."""
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
    """Return the minutes east of UTC that a zone has in the course of a year."""
    moments = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 4, 7, 10))
    spans = ((moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) for moment in moments)
    return frozenset(int(span.total_seconds() // 60) for span in spans)


def _by_offset(offset: int, country: str | None, tidy: str) -> Cell:
    fitting = [zone for zone in zones_of(country or "") if offset in _offsets(zone)]
    if fitting:
        return guessed(current_name(fitting[0]), f"“{tidy}” taken as {fitting[0]}, by the country")
    if not country:
        return unread("an offset is not a zone, and there is no country to tell which one is meant")
    return unread("no zone of the country has that offset")


def _by_place(tidy: str, country: str | None) -> Cell:
    """Read the city of a zone: "Lagos", "Nairobi time", "hora de Lima"."""
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
