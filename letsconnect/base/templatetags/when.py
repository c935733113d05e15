"""Moments as people read them: in their language and time zone, with the zone named."""

import re
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from letsconnect.base.zone_names import place_in_words, zone_in_words, zone_pattern_in
from letsconnect.base.zones import in_zone

register = template.Library()

# As CLDR says a day with its weekday: a test holds each against it. The words are in `letsconnect/base/day_names.py`.
_DAY = {"en": "D j F Y", "es": r"D, j \d\e F \d\e Y", "pt": r"D, j \d\e F \d\e Y", "fr": "D j F Y", "ar": "l، j F Y"}
_NEAR_DAY = {"en": "l j F", "es": r"l, j \d\e F", "pt": r"l, j \d\e F", "fr": "l j F", "ar": "l، j F"}

_LETTER = re.compile(r"\\?\w")
_IN_WORDS = {"D": "{weekday}", "l": "{weekday}", "j": "{day}", "F": "{month}", "Y": "{year}"}


def _zone_name() -> str:
    zone = timezone.get_current_timezone()
    return zone.key if isinstance(zone, ZoneInfo) else str(zone)


def moment_in_words(moment: datetime, zone: str) -> str:
    """Return ``moment`` in ``zone`` as "Mon 2 March 2026, 14:00 (Tunis time, UTC+1)", in the active language."""
    local, language = in_zone(moment, zone), get_language() or "en"
    words = {
        "day": _day_in_words(local.date(), language),
        "hour": f"{local:%H:%M}",
        "zone": zone_in_words(zone, moment),
    }
    return _order_of_words(language) % words


@lru_cache(maxsize=64)
def _order_of_words(language: str) -> str:
    """Return how a moment is said in the active language, which is ``language``."""
    # Translators: a moment, as in "Mon 2 March 2026, 14:00 (Tunis time, UTC+1)".
    return gettext("%(day)s, %(hour)s (%(zone)s)")


@register.simple_tag
def moment_pattern() -> str:
    """Write how a moment is said, as "{day}, {hour} ({zone})", for the script that writes it by the browser's clock."""
    return _order_of_words(get_language() or "en") % {"day": "{day}", "hour": "{hour}", "zone": "{zone}"}


@register.simple_tag
def day_pattern() -> str:
    """Write how a day is said, as "{weekday} {day} {month} {year}"."""
    said = _DAY.get((get_language() or "en").split("-")[0], _DAY["en"])
    return _LETTER.sub(lambda match: _IN_WORDS.get(match[0], match[0].removeprefix("\\")), said)


@register.simple_tag
def zone_pattern() -> str:
    """Write how a zone is said, as "{city} time, {offset}"."""
    return zone_pattern_in(get_language() or "en")


@lru_cache(maxsize=2048)
def _day_in_words(day: date, language: str) -> str:
    """Return the day in the active language, which is ``language``. Kept: the days of a list are read by everybody."""
    return date_format(day, _DAY.get(language.split("-")[0], "D j F Y"), use_l10n=False)


@register.filter(expects_localtime=False)
def when(moment: datetime | None) -> str:
    """Write a moment in the reader's zone; nothing for no moment."""
    return moment_in_words(moment, _zone_name()) if moment else ""


@register.filter(expects_localtime=False)
def when_here(moment: datetime | None) -> str:
    """Write a moment in the reader's zone, as "Mon 2 March 2026, 14:00": for a page that names the zone once."""
    if moment is None:
        return ""
    local = in_zone(moment, _zone_name())
    # Translators: a moment, as in "Mon 2 March 2026, 14:00".
    return gettext("%(day)s, %(hour)s") % {
        "day": _day_in_words(local.date(), get_language() or "en"),
        "hour": f"{local:%H:%M}",
    }


@register.filter(expects_localtime=False)
def when_in(moment: datetime | None, zone: str) -> str:
    """Write a moment in the named zone."""
    return moment_in_words(moment, zone) if moment else ""


@register.filter(expects_localtime=False)
def hours_until(begins: datetime, ends: datetime) -> str:
    """Write from when until when something goes, as "14:00–14:10", in the reader's zone; the page names the zone."""
    zone = _zone_name()
    return f"{in_zone(begins, zone):%H:%M}–{in_zone(ends, zone):%H:%M}"


@register.filter
def day(value: date) -> str:
    """Write a day of the calendar as "Mon 2 March 2026"."""
    return _day_in_words(value, get_language() or "en")


def near_day(value: date) -> str:
    """Return a day of the next weeks as "Monday 2 March": its year goes without saying."""
    said = _NEAR_DAY.get((get_language() or "en").split("-")[0], _NEAR_DAY["en"])
    return date_format(value, said, use_l10n=False)


@register.filter(expects_localtime=False)
def when_elsewhere(moment: datetime | None, zone: str) -> str:
    """Write a moment in the named zone where its clock differs from the reader's then; nothing where both are one."""
    if moment is None:
        return ""
    here = in_zone(moment, _zone_name())
    return "" if in_zone(moment, zone).utcoffset() == here.utcoffset() else moment_in_words(moment, zone)


@register.filter
def zone_name(zone: object) -> str:
    """Write what people call a time zone, as "Cairo time"."""
    return zone_in_words(str(zone)) if zone else ""


@register.filter
def zone_now(zone: object) -> str:
    """Write what people call a time zone and how far it is from UTC today, as "Cairo time, UTC+3"."""
    return zone_in_words(str(zone), timezone.now()) if zone else ""


@register.filter
def zone_place(zone: object) -> str:
    """Write the place by whose clock a time zone goes, as "Cairo"."""
    return place_in_words(str(zone)) if zone else ""
