"""When a row was written: many formats, and one question for the whole file, day or month first."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from functools import cache

from babel import Locale

from registrations.importing import text
from registrations.importing.cells import BLANK, Cell, guessed, understood, unread
from registrations.importing.names import OTHER_LOCALES, PORTAL_LOCALES

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)  # the programme did not exist; anything older is a slip

_CLOCK = (
    r"(?:[ t,]+(?:at |a |a las |as )?(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*"
    r"(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?\s*[+-]\d{1,2}:?\d{0,2})?)?"
)
_YEAR_FIRST = re.compile(r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK + "$")
_YEAR_LAST = re.compile(r"^(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _CLOCK + "$")
_DAY_MONTH = re.compile(
    r"^(?:[^\W\d]+\.?,? )?(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)? (?:de )?(?P<name>[^\W\d]+)\.?,? "
    r"(?:de )?(?P<year>\d{4})" + _CLOCK + "$"
)
_MONTH_DAY = re.compile(
    r"^(?:[^\W\d]+\.?,? )?(?P<name>[^\W\d]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})" + _CLOCK + "$"
)


class Order(Enum):
    """What the dates of one file with the year last show: which of the two numbers is the day."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNTOLD = "untold"


def order_of(column: Iterable[str]) -> Order:
    """Tell from all dates of a file; with no number over twelve, or with both kinds, nobody can."""
    day_first = month_first = False
    for told in column:
        if match := _YEAR_LAST.match(text.plain(told[:80])):
            day_first |= int(match["one"]) > 12 >= int(match["two"])
            month_first |= int(match["two"]) > 12 >= int(match["one"])
    if day_first == month_first:
        return Order.UNTOLD
    return Order.DAY_FIRST if day_first else Order.MONTH_FIRST


@cache
def _months() -> dict[str, int]:
    return {
        text.key(name): number
        for locale in (*OTHER_LOCALES, *PORTAL_LOCALES)
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in Locale.parse(locale).months[context][width].items()
        if not text.key(name).isdigit()
    }


def read(told: str, *, order: Order, now: datetime) -> Cell:
    """Return an aware moment; one without a zone is taken as UTC, which only matters for who wrote last."""
    plain = text.plain(told)
    if not plain:
        return BLANK
    if text.says_nothing(told):
        return understood(None)
    if match := _YEAR_FIRST.match(plain):
        return _moment(match, int(match["month"]), int(match["day"]), now=now)
    if match := _YEAR_LAST.match(plain):
        return _year_last(match, order, now)
    if (match := _DAY_MONTH.match(plain) or _MONTH_DAY.match(plain)) and (
        month := _months().get(text.key(match["name"]))
    ):
        return _moment(match, month, int(match["day"]), now=now)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain):
        moment = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(plain))
        return _believed(moment, now, "taken as a spreadsheet's count of days")
    if re.fullmatch(r"\d{10}|\d{13}", plain):
        moment = datetime.fromtimestamp(int(plain[:10]), tz=UTC)
        return _believed(moment, now, "taken as seconds since 1970")
    return unread("not a date")


def _year_last(match: re.Match[str], order: Order, now: datetime) -> Cell:
    one, two = int(match["one"]), int(match["two"])
    if one > 12 >= two or one == two:
        return _moment(match, two, one, now=now)
    if two > 12 >= one:
        return _moment(match, one, two, now=now)
    if order is Order.UNTOLD:
        return unread("day and month cannot be told apart in this file")
    month, day = (two, one) if order is Order.DAY_FIRST else (one, two)
    return _moment(match, month, day, now=now, note=f"read {order.value}, as other dates of the file are")


def _moment(match: re.Match[str], month: int, day: int, *, now: datetime, note: str = "") -> Cell:
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    hour, half = int(match["hour"] or 0), (match["half"] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            return unread("no such hour")
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        moment = datetime(
            year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0), tzinfo=_zone(match["zone"])
        )
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return unread("no such moment")
    return _believed(moment, now, note)


def _zone(told: str | None) -> timezone:
    """Return the zone of "gmt+1", "+0530" or "z"; raises ValueError when there is none."""
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", told or "")
    if not digits:
        return UTC
    minutes = int(digits[2]) * 60 + int(digits[3] or 0)
    return timezone(timedelta(minutes=-minutes if digits[1] == "-" else minutes))


def _believed(moment: datetime, now: datetime, note: str) -> Cell:
    if not EARLIEST <= moment <= now + timedelta(days=1):
        return unread("before the programme began or in the future")
    return guessed(moment, note) if note else understood(moment)
