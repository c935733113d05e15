"""Cells that say when a row was written, in many formats; whether day or month comes first, the whole file decides."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta, timezone
from enum import Enum

from letsconnect.base import folding
from registrations.domain.registrations import NOTHING_BEFORE
from registrations.oldform.reading import cldr, text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread

EARLIEST = datetime.combine(NOTHING_BEFORE, time(), tzinfo=UTC)

_CLOCK = (
    r"(?:[ t,]+(?:at |a |a las |as )?(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*"
    r"(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?\s*[+-]\d{1,2}:?\d{0,2})?)?"
)
_NAME = r"(?P<name>[^\d\s,./-]+)"
_SIGN = r"[ ./-]{1,2}"
_YEAR_FIRST = re.compile(
    r"^(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})[.日]?" + _CLOCK + "$"
)
_YEAR_LAST = re.compile(r"^(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4}|\d{2})\.?" + _CLOCK + "$")
_NAMED = (
    re.compile(
        r"^(?:[^\s\d,]+,? )?(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
        + _SIGN
        + r"(?:de )?"
        + _NAME
        + r"[.,]{0,2}"
        + _SIGN
        + r"(?:de )?(?P<year>\d{4}|\d{2})"
        + _CLOCK
        + "$"
    ),
    re.compile(
        r"^(?:[^\s\d,]+,? )?"
        + _NAME
        + r"\.?"
        + _SIGN
        + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?,?"
        + _SIGN
        + r"(?P<year>\d{4})"
        + _CLOCK
        + "$"
    ),
    re.compile(r"^(?P<year>\d{4})" + _SIGN + _NAME + r"\.?" + _SIGN + r"(?P<day>\d{1,2})" + _CLOCK + "$"),
)
_TIME_OF_DAY = re.compile(r"(?<!\d)(\d{1,2})([:h.]\d{2}(?:[:.]\d{2})?)(?!\d)")
_ENGLISH_HALF = re.compile(r"[ap]\.?\s?m\.?(?:\W|$)")


class Order(Enum):
    """Which of the first two numbers is the day, in the dates of a file that have the year last."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNDECIDED = "undecided"


def order_of(column: Iterable[str]) -> Order:
    """Find the order from all dates of a file; it stays undecided with no number over twelve, or with both orders."""
    day_first = month_first = False
    for answer in column:
        if match := _YEAR_LAST.match(folding.plain(answer[:80])):
            day_first |= int(match["one"]) > 12 >= int(match["two"])
            month_first |= int(match["two"]) > 12 >= int(match["one"])
    if day_first == month_first:
        return Order.UNDECIDED
    return Order.DAY_FIRST if day_first else Order.MONTH_FIRST


def read(answer: str, *, order: Order, now: datetime) -> Cell:
    """Return a moment; one without a zone is read as UTC, which matters only for which of two rows is newer."""
    plain = folding.plain(answer)
    if not plain:
        return BLANK
    if text.says_nothing(answer):
        return understood(None)
    if (by_24_hours := _by_24_hours(plain)) is None:
        return unread("nobody can tell which half of the day is meant")
    plain = by_24_hours
    if match := _YEAR_FIRST.match(plain):
        return _moment(match, int(match["month"]), int(match["day"]), now=now)
    if match := _YEAR_LAST.match(plain):
        return _year_last(match, order, now)
    for form in _NAMED:
        if (match := form.match(plain)) and (month := cldr.month(match["name"])):
            return _moment(match, month, int(match["day"]), now=now)
    if re.fullmatch(r"\d{5}(?:[.,]\d+)?", plain):
        moment = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(plain.replace(",", ".")))
        return _if_plausible(moment, now, "taken as a spreadsheet's count of days")
    if re.fullmatch(r"\d{10}|\d{13}", plain):
        moment = datetime.fromtimestamp(int(plain[:10]), tz=UTC)
        return _if_plausible(moment, now, "taken as seconds since 1970")
    return unread("not a date")


def _by_24_hours(plain: str) -> str | None:
    """Return the text with a time such as "下午3:05" or "7:30 مساء" in the 24-hour clock; None when it is ambiguous."""
    for match in _TIME_OF_DAY.finditer(plain):
        text_before, text_after = plain[: match.start()], plain[match.end() :]
        if _ENGLISH_HALF.match(text_after.lstrip()):
            return plain
        for phrase, remaining_before, remaining_after in _phrases_beside(text_before, text_after):
            if cldr.is_part_of_day(phrase):
                hour = cldr.hour_of_day(int(match[1]), phrase)
                return (
                    None
                    if hour is None
                    else f"{remaining_before.rstrip()} {hour:02}{match[2]} {remaining_after.strip()}".strip()
                )
    return plain


def _phrases_beside(text_before: str, text_after: str) -> Iterator[tuple[str, str, str]]:
    """Yield the phrases right after and right before a time, longest first, each with the text left on both sides."""
    words = text_after.split()[:4]
    for count in range(len(words), 0, -1):
        yield " ".join(words[:count]), text_before, " ".join(text_after.split()[count:])
    words = re.split(r"[\s日]+", text_before.strip())[-4:]
    for count in range(len(words), 0, -1):
        phrase = " ".join(words[-count:])
        if phrase and text_before.rstrip().endswith(phrase):
            yield phrase, text_before.rstrip()[: -len(phrase)], text_after


def _year_last(match: re.Match[str], order: Order, now: datetime) -> Cell:
    first, second = int(match["one"]), int(match["two"])
    if first > 12 >= second or first == second:
        return _moment(match, second, first, now=now)
    if second > 12 >= first:
        return _moment(match, first, second, now=now)
    if order is Order.UNDECIDED:
        return unread("day and month cannot be told apart in this file")
    month, day = (second, first) if order is Order.DAY_FIRST else (first, second)
    return _moment(match, month, day, now=now, note=f"read {order.value}, as other dates of the file are")


def _moment(match: re.Match[str], month: int, day: int, *, now: datetime, note: str = "") -> Cell:
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    hour, half = int(match["hour"] or 0), (match["half"] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            return unread("no such hour")
        hour = hour % 12 + (12 if half == "p" else 0)
    is_midnight = hour == 24 and not half and int(match["minute"] or 0) == 0  # the end of that day
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    try:
        moment = datetime(year, month, day, 0 if is_midnight else hour, minute, second, tzinfo=_zone(match["zone"]))
        moment = moment.astimezone(UTC) + timedelta(days=is_midnight)
    except (ValueError, OverflowError):
        return unread("no such moment")
    return _if_plausible(moment, now, note)


def _zone(zone_text: str | None) -> timezone:
    """Return the zone of "gmt+1", "+0530" or "z"; raises ValueError when there is none."""
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", zone_text or "")
    if not digits:
        return UTC
    minutes = int(digits[2]) * 60 + int(digits[3] or 0)
    return timezone(timedelta(minutes=-minutes if digits[1] == "-" else minutes))


def _if_plausible(moment: datetime, now: datetime, note: str) -> Cell:
    if not EARLIEST <= moment <= now + timedelta(days=1):
        return unread("before the programme began or in the future")
    return guessed(moment, note) if note else understood(moment)
